package lesson

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// HandIn is what a student hands in: of a mystery an answer, and the record of the lab by which it is graded, again and by the
// teacher; of a quiz the answers alone, since its captures are the same each time. It holds no score.
type HandIn struct {
	Student string `json:"student"`
	Level   int    `json:"level"`
	// Class is the public half of the class's key, empty for somebody who learns alone.
	Class string `json:"class,omitempty"`
	// Answered is when the student answered.
	Answered time.Time `json:"answered"`
	// Quiz has the answers to the questions of a quiz. All below is of a mystery, and empty for a quiz.
	Quiz   []Choice `json:"quiz,omitempty"`
	Engine string   `json:"engine,omitempty"`
	Family int      `json:"family,omitempty"`
	Answer Answer   `json:"answer,omitzero"`
	// Answers is how often the mystery had been answered, with this one.
	Answers int `json:"answers,omitempty"`
	// Raised is when the lab came up.
	Raised time.Time `json:"raised,omitzero"`
	// LabRecord is the lab's, as [ReadRecord] reads it.
	Record []byte `json:"record,omitempty"`

	signer string
}

// Signer is the public half of the key by which the hand-in that was read is signed, empty for one that is not signed.
func (h *HandIn) Signer() string { return h.signer }

// Kind is the kind of exercise that was answered.
func (h *HandIn) Kind() ExerciseKind {
	if len(h.Quiz) > 0 {
		return KindQuiz
	}
	return KindMystery
}

// envelope is the file: what is in it is sealed where there is a class.
type envelope struct {
	Format string `json:"format"`
	Class  string `json:"class,omitempty"`
	// Contents is a hand-in as JSON, compressed by gzip, and then sealed.
	Contents []byte `json:"contents"`
	// Signer is the public half of the student's key, and Signature what its other half has made of the contents before they were
	// sealed: both are empty where the student has no key.
	Signer    string `json:"signer,omitempty"`
	Signature string `json:"signature,omitempty"`
}

const handInFormat = "tcplab-hand-in-1"

// ErrSealed is the error for a hand-in that is sealed, where there is no key.
var ErrSealed = errors.New("it is sealed for a class: give that class's key")

// Bounds of a hand-in. [HandIn.Write] keeps to them: what can be handed in can be graded.
const (
	// MaxFile bounds the file, in bytes.
	MaxFile = 96 << 20
	// maxUnfolded bounds what the contents unfold to, in bytes. Captures are a third longer in JSON.
	maxUnfolded = 64 << 20
	// maxElements bounds the values in JSON: an empty one takes three bytes in the file, or a thousandth of one when it is packed,
	// and over a hundred in memory.
	maxElements = 1000
	// MaxEvidence bounds the captures of an answer, in bytes, all together, and maxFiles their number.
	MaxEvidence = 24 << 20
	maxFiles    = 64
)

// Write writes the file, sealed for the class if there is one, and signed by the student's key unless that is nil.
func (h *HandIn) Write(w io.Writer, key *StudentKey) error {
	plain, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if len(plain) > maxUnfolded {
		return fmt.Errorf("the captures and what the lab has recorded are %d MiB, more than can be handed in: take the lab down, and build it anew", len(plain)>>20)
	}
	var contents bytes.Buffer
	packed := gzip.NewWriter(&contents)
	if _, err := packed.Write(plain); err != nil {
		return err
	}
	if err := packed.Close(); err != nil {
		return err
	}
	e := envelope{Format: handInFormat, Class: h.Class, Contents: contents.Bytes()}
	if key != nil {
		e.Signer, e.Signature = key.Public(), key.sign(e.Contents)
	}
	if h.Class != "" {
		class, err := ParseClass(h.Class)
		if err != nil {
			return err
		}
		if e.Contents, err = class.Seal(e.Contents); err != nil {
			return fmt.Errorf("seal the hand-in: %w", err)
		}
	}
	return json.NewEncoder(w).Encode(e)
}

// ErrNotHandIn is the error for a file that is something else.
var ErrNotHandIn = errors.New("it is not a hand-in, which \"tcplab lesson answer\" or \"tcplab lesson quiz\" writes")

// ReadHandIn reads a file that [HandIn.Write] has written. The key may be nil where none is sealed.
func ReadHandIn(file []byte, key *ClassKey) (*HandIn, error) {
	var e envelope
	err := unmarshal(file, &e)
	switch {
	case err != nil && bytes.HasPrefix(file, []byte(`{"format":"`+handInFormat+`"`)):
		return nil, fmt.Errorf("it is damaged: %w", err)
	case err != nil || e.Format != handInFormat:
		return nil, ErrNotHandIn
	}
	if err := e.open(key); err != nil {
		return nil, err
	}
	if e.Signer != "" && !signedBy(e.Signer, e.Contents, e.Signature) {
		return nil, errors.New("its student's signature is broken: it has been changed after it was signed")
	}
	h := &HandIn{}
	if err := e.unfold(h); err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	if h.Class != e.Class {
		return nil, errors.New("it names one class, and is for another: it has been changed after it was handed in")
	}
	h.signer = e.Signer
	return h, nil
}

// unfold reads the contents.
func (e *envelope) unfold(h *HandIn) error {
	unpacked, err := gzip.NewReader(bytes.NewReader(e.Contents))
	if err != nil {
		return err
	}
	plain, err := io.ReadAll(io.LimitReader(unpacked, maxUnfolded+1))
	switch {
	case err != nil:
		return err
	case len(plain) > maxUnfolded:
		return fmt.Errorf("it unfolds to more than %d MiB", maxUnfolded>>20)
	}
	return unmarshal(plain, h)
}

// unmarshal reads JSON of a bounded number of values.
func unmarshal(text []byte, into any) error {
	if !fewElements(text) {
		return fmt.Errorf("it has more than %d values in it", maxElements)
	}
	return json.Unmarshal(text, into)
}

// fewElements reports whether a text, if it is JSON, has no more than [maxElements] values: each but the first in a list or an
// object follows a comma.
func fewElements(text []byte) bool {
	n, quoted := 1, false
	for i := 0; i < len(text) && n <= maxElements; i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == '[' || c == '{'):
			n++
		}
	}
	return n <= maxElements
}

// open takes the seal off. Without one, anybody may have written what is in it: that is for those who learn alone.
func (e *envelope) open(key *ClassKey) (err error) {
	switch {
	case key == nil && e.Class == "":
		return nil
	case key == nil:
		return ErrSealed
	case e.Class == "":
		return errors.New("it is not sealed for the class, and could have been written by anybody: the mystery or quiz was begun without --class")
	case e.Class != key.Public():
		return errors.New("it is sealed for another class")
	}
	if e.Contents, err = key.Open(e.Contents); err != nil {
		return errors.New("its seal is broken: it has been changed after it was handed in")
	}
	return nil
}
