package lesson

import (
	"bytes"
	"crypto/ed25519"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// A student may have a key, too (Ed25519, RFC 8032), by which hand-ins are signed. The teacher puts its public half on the roster
// of the class: then nobody else can hand in as this student.

const (
	studentKeyPrefix = "tcplab-student-key-1:"
	studentPrefix    = "tcplab-student-1:"
)

// StudentKey is a student's.
type StudentKey struct{ private ed25519.PrivateKey }

// NewStudentKey makes a key from random bytes.
func NewStudentKey(random io.Reader) (*StudentKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("make a student's key: %w", err)
	}
	return &StudentKey{ed25519.NewKeyFromSeed(seed)}, nil
}

// ParseStudentKey reads what [StudentKey.String] writes.
func ParseStudentKey(text string) (*StudentKey, error) {
	seed, err := decode(text, studentKeyPrefix, ed25519.SeedSize)
	if err != nil {
		return nil, errors.New("it is not a student's key: \"tcplab lesson key --student FILE\" makes one")
	}
	return &StudentKey{ed25519.NewKeyFromSeed(seed)}, nil
}

// String is the whole key, which is secret.
func (k *StudentKey) String() string {
	return studentKeyPrefix + encoding.EncodeToString(k.private.Seed())
}

// Public is the half for the roster of the class.
func (k *StudentKey) Public() string {
	return studentPrefix + encoding.EncodeToString(k.private.Public().(ed25519.PublicKey))
}

// signedText binds a signature to its purpose.
func signedText(contents []byte) []byte {
	return append([]byte("tcplab hand-in signed 1\n"), contents...)
}

func (k *StudentKey) sign(contents []byte) string {
	return encoding.EncodeToString(ed25519.Sign(k.private, signedText(contents)))
}

// signedBy reports whether the other half of a public key has signed the contents.
func signedBy(public string, contents []byte, signature string) bool {
	key, err := decode(public, studentPrefix, ed25519.PublicKeySize)
	raw, failed := encoding.DecodeString(signature)
	return err == nil && failed == nil && ed25519.Verify(key, signedText(contents), raw)
}

// Roster are the students of a class.
type Roster struct {
	students map[string]enrolled
	order    []string
}

// enrolled is what a roster says of a student.
type enrolled struct {
	key  string // the public half, empty where the student has none
	name string // by which a learning platform calls the student, empty: the ID
}

// ReadRoster reads a table (RFC 4180) whose first line names its columns: "student" for IDs, and where there are any "key" for the
// public halves of keys and "name" for the names by which a learning platform calls the students. Others are passed over.
func ReadRoster(file []byte) (*Roster, error) {
	table := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff"))))
	rows, err := table.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("it is no table: %w", err)
	}
	if len(rows) == 0 || !slices.Contains(rows[0], "student") {
		return nil, errors.New("it is not a roster: its first line names the columns: student, and perhaps key and name")
	}
	r := &Roster{students: map[string]enrolled{}}
	for i, row := range rows[1:] {
		cell := func(column string) string {
			if at := slices.Index(rows[0], column); at >= 0 {
				return strings.TrimSpace(row[at])
			}
			return ""
		}
		if err := r.add(cell("student"), enrolled{cell("key"), cell("name")}); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+2, err)
		}
	}
	return r, nil
}

func (r *Roster) add(student string, e enrolled) error {
	id, err := parseStudent(student)
	if err != nil {
		return err
	}
	if _, twice := r.students[id]; twice {
		return fmt.Errorf("%s is there twice", id)
	}
	if e.key != "" {
		if _, err := decode(e.key, studentPrefix, ed25519.PublicKeySize); err != nil {
			return fmt.Errorf("the key of %s is not the public half of a student's key, which \"tcplab lesson key --student FILE\" makes", id)
		}
	}
	r.students[id] = e
	r.order = append(r.order, id)
	return nil
}

// Check reports why a hand-in is not from this student: the roster does not have the ID, or has a key for it that has not signed.
func (r *Roster) Check(student, signer string) error {
	e, known := r.students[student]
	switch {
	case !known:
		return fmt.Errorf("%s is not on the roster", student)
	case e.key != "" && signer == "":
		return fmt.Errorf("it is not signed, and the roster has a key of %s", student)
	case e.key != "" && signer != e.key:
		return fmt.Errorf("it is not signed by the key of %s that the roster has", student)
	}
	return nil
}

// CheckName reports that a learning platform has got a hand-in from somebody else than the student that it names. The path is
// below the folder of the class, with slashes: the name that counts is that of the first folder, and of the file where there is
// none. It must begin with the student's ID, or with the name on the roster; the roster may be nil.
func (r *Roster) CheckName(student, path string) error {
	given, _, _ := strings.Cut(strings.ToLower(path), "/")
	wanted := r.nameOf(student)
	if !beginsWith(given, wanted) {
		return fmt.Errorf("it names %s, and comes from somebody else: %q does not begin with %q", student, path, wanted)
	}
	if r == nil {
		return nil
	}
	for id := range r.students { // "kim 2" begins with "kim", and is somebody else
		if other := r.nameOf(id); len(other) > len(wanted) && beginsWith(given, other) {
			return fmt.Errorf("it names %s, and comes from %s: %q", student, id, path)
		}
	}
	return nil
}

// calls is how a learning platform calls a student.
func (r *Roster) calls(student string) string {
	if r != nil && r.students[student].name != "" {
		return r.students[student].name
	}
	return student
}

// nameOf is the same in small letters.
func (r *Roster) nameOf(student string) string { return strings.ToLower(r.calls(student)) }

// ownSuffix is what tcplab puts behind the ID in the name of a file, and perhaps what a browser has put behind that.
var ownSuffix = regexp.MustCompile(`^(-[0-9]+|-quiz|-quiz-[0-9]+)?( ?\([0-9]+\))?\.handin$`)

// beginsWith reports whether a name, in small letters, begins with these words. Behind them there is nothing more, the rest of a
// file's name as tcplab gives it, or what no ID has in it before the next letter or digit.
func beginsWith(name, words string) bool {
	rest, ok := strings.CutPrefix(name, words)
	return ok && (rest == "" || ownSuffix.MatchString(rest) || strings.ContainsAny(rest[:1], "_ ,;()[]+=@"))
}
