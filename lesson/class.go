package lesson

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A class has a key of two halves. What a student hands in is encrypted to the public half (HPKE, RFC 9180), so that
// nobody but the teacher can read it, nor change it unnoticed; the teacher grades it again, and signs the results with the
// private half (Ed25519, RFC 8032). The public half also decides who gets which mystery: another class, other mysteries.

const (
	keyPrefix   = "tcplab-class-key-1:"
	classPrefix = "tcplab-class-1:"
	seedSize    = 32
)

// encoding of keys and signatures: one word for a shell, an environment variable and a cell of a table. It is strict, so that
// there is one text for each.
var encoding = base64.RawURLEncoding.Strict()

// ClassKey is a teacher's.
type ClassKey struct {
	seed []byte
	open hpke.PrivateKey
	sign ed25519.PrivateKey
}

// NewClassKey makes a key from random bytes.
func NewClassKey(random io.Reader) (*ClassKey, error) {
	seed := make([]byte, seedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("make a class key: %w", err)
	}
	return newClassKey(seed)
}

func newClassKey(seed []byte) (*ClassKey, error) {
	k := &ClassKey{seed: seed, sign: ed25519.NewKeyFromSeed(derive(seed, "sign"))}
	var err error
	k.open, err = hpke.DHKEM(ecdh.X25519()).DeriveKeyPair(derive(seed, "open"))
	return k, err
}

// derive makes one of the keys out of the seed.
func derive(seed []byte, purpose string) []byte {
	sum := sha256.Sum256(append([]byte("tcplab class key "+purpose+"\n"), seed...))
	return sum[:]
}

// ParseClassKey reads what [ClassKey.String] writes.
func ParseClassKey(text string) (*ClassKey, error) {
	seed, err := decode(text, keyPrefix, seedSize)
	if err != nil {
		return nil, errors.New("it is not a class key: \"tcplab lesson key FILE\" makes one")
	}
	return newClassKey(seed)
}

// String is the whole key, which is secret.
func (k *ClassKey) String() string { return keyPrefix + encoding.EncodeToString(k.seed) }

// Public is the half that students are given.
func (k *ClassKey) Public() string {
	return (&Class{k.open.PublicKey(), k.sign.Public().(ed25519.PublicKey)}).String()
}

// Class is the public half of a class's key.
type Class struct {
	seal   hpke.PublicKey
	verify ed25519.PublicKey
}

// ParseClass reads what [ClassKey.Public] writes.
func ParseClass(text string) (*Class, error) {
	const sealSize = 32 // X25519, RFC 7748
	raw, err := decode(text, classPrefix, sealSize+ed25519.PublicKeySize)
	if err != nil {
		return nil, errors.New("it is not the public half of a class key, which \"tcplab lesson key FILE\" makes for the students")
	}
	seal, err := hpke.DHKEM(ecdh.X25519()).NewPublicKey(raw[:sealSize])
	if err != nil {
		return nil, fmt.Errorf("the public half of the class key: %w", err)
	}
	return &Class{seal, raw[sealSize:]}, nil
}

// String is the text by which the class is known: mysteries depend on it, and hand-ins name it.
func (c *Class) String() string {
	return classPrefix + encoding.EncodeToString(slices.Concat(c.seal.Bytes(), c.verify))
}

// decode reads a key, which may have come by mail, and been broken into lines.
func decode(text, prefix string, size int) ([]byte, error) {
	body, ok := strings.CutPrefix(strings.Join(strings.Fields(text), ""), prefix)
	raw, err := encoding.DecodeString(body)
	if err == nil && (!ok || len(raw) != size) {
		err = errors.New("not a key")
	}
	return raw, err
}

// handInInfo binds what is sealed to its purpose.
var handInInfo = []byte("tcplab hand-in 1")

// Seal encrypts for the teacher.
func (c *Class) Seal(plain []byte) ([]byte, error) {
	return hpke.Seal(c.seal, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), handInInfo, plain)
}

// Open decrypts what was sealed, and fails when a bit of it was changed.
func (k *ClassKey) Open(sealed []byte) ([]byte, error) {
	return hpke.Open(k.open, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), handInInfo, sealed)
}

// Sign signs a text.
func (k *ClassKey) Sign(text []byte) string {
	return encoding.EncodeToString(ed25519.Sign(k.sign, text))
}

// Verify reports whether the class's key has signed the text.
func (c *Class) Verify(text []byte, signature string) bool {
	raw, err := encoding.DecodeString(signature)
	return err == nil && ed25519.Verify(c.verify, text, raw)
}
