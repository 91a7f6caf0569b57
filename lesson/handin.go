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
	// Record is the lab's, as [ReadRecord] reads it.
	Record []byte `json:"record,omitempty"`
}

// Kind is the kind of exercise that was answered.
func (h *HandIn) Kind() Kind {
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
}

const handInFormat = "tcplab-hand-in-1"

// ErrSealed is the error for a hand-in that is sealed, where there is no key.
var ErrSealed = errors.New("it is sealed for a class: give that class's key")

// maxHandIn bounds what a hand-in may unfold to, in bytes.
const maxHandIn = 512 << 20

// Write writes the file, sealed for the class if there is one.
func (h *HandIn) Write(w io.Writer) error {
	var contents bytes.Buffer
	packed := gzip.NewWriter(&contents)
	if err := errors.Join(json.NewEncoder(packed).Encode(h), packed.Close()); err != nil {
		return err
	}
	e := envelope{Format: handInFormat, Class: h.Class, Contents: contents.Bytes()}
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
	err := json.Unmarshal(file, &e)
	switch {
	case err != nil && bytes.HasPrefix(file, []byte(`{"format":"`+handInFormat+`"`)):
		return nil, fmt.Errorf("it is damaged: %w", err)
	case err != nil || e.Format != handInFormat:
		return nil, ErrNotHandIn
	}
	if err := e.open(key); err != nil {
		return nil, err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(e.Contents))
	if err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	h := &HandIn{}
	if err := json.NewDecoder(io.LimitReader(unpacked, maxHandIn)).Decode(h); err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	if h.Class != e.Class {
		return nil, errors.New("it names one class, and is for another: it has been changed after it was handed in")
	}
	return h, nil
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
