package lesson

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire/diagnose"
)

func newKey(t *testing.T) *ClassKey {
	t.Helper()
	key, err := NewClassKey(rand.Reader)
	require.NoError(t, err)
	return key
}

// solved is a hand-in with the right answer.
func solved(t *testing.T, student string, level int, class string) *HandIn {
	t.Helper()
	m, err := NewMystery(student, level, class)
	require.NoError(t, err)
	e := newExam(t, m.Case().Name)
	return &HandIn{Student: student, Level: level, Class: class, Engine: "netns", Family: 4, Answers: 2, Record: e.record,
		Answered: time.Date(2026, 11, 25, 10, 0, 0, 5, time.UTC),
		Answer:   Answer{Verdict: e.c.Verdicts[0], Where: e.c.Where, Evidence: []File{e.client(e.front...), e.server(e.behind...)}}}
}

func written(t *testing.T, h *HandIn) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, h.Write(&file, nil))
	return file.Bytes()
}

func TestKeysAreReadAsWritten(t *testing.T) {
	key := newKey(t)
	again, err := ParseClassKey(key.String() + "\n")
	require.NoError(t, err)
	assert.Equal(t, key.Public(), again.Public())
	assert.NotEqual(t, key.Public(), newKey(t).Public())
	for _, text := range []string{"", key.Public(), key.String()[:40], "x" + key.String()} {
		_, err := ParseClassKey(text)
		assert.EqualError(t, err, `it is not a class key: "tcplab lesson key FILE" makes one`, text)
	}
	for _, text := range []string{"", key.String(), key.Public() + "A", twin(key.Public())} {
		_, err := ParseClass(text)
		assert.ErrorContains(t, err, "it is not the public half of a class key", text)
	}
	for _, text := range []string{key.Public(), key.Public() + "\r\n", key.Public()[:40] + "\n  " + key.Public()[40:]} {
		class, err := ParseClass(text)
		require.NoError(t, err, text)
		assert.Equal(t, key.Public(), class.String(), "a class has one name, or hand-ins are for another")
	}
	_, err = NewClassKey(strings.NewReader("few"))
	assert.ErrorContains(t, err, "make a class key")
}

// twin is a text that a decoder which is not strict takes for the same bytes: the last character has bits to spare.
func twin(text string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(text) - 1
	return text[:last] + string(alphabet[strings.IndexByte(alphabet, text[last])^1])
}

func TestHandInIsReadAsWritten(t *testing.T) {
	key := newKey(t)
	for _, class := range []string{"", key.Public()} {
		h := solved(t, "kim", 2, class)
		k := key
		if class == "" {
			k = nil
		}
		got, err := ReadHandIn(written(t, h), k)
		require.NoError(t, err)
		assert.Equal(t, h, got)
		mark, _, err := got.Grade()
		require.NoError(t, err)
		assert.Equal(t, FullScore, mark.Score)
	}
}

// What is sealed tells nobody anything, and cannot be changed.
func TestSealedHandIn(t *testing.T) {
	key := newKey(t)
	const student = "a.student.with.a.long.name" // which does not come about by chance
	file := written(t, solved(t, student, 1, key.Public()))
	var sealed envelope
	require.NoError(t, json.Unmarshal(file, &sealed))
	for _, word := range []string{student, "client.pcap", "verdict"} {
		assert.NotContains(t, string(file), word)
		assert.NotContains(t, string(sealed.Contents), word)
	}
	_, err := ReadHandIn(file, nil)
	assert.EqualError(t, err, "it is sealed for a class: give that class's key")
	_, err = ReadHandIn(file, newKey(t))
	assert.EqualError(t, err, "it is sealed for another class")

	var e envelope
	require.NoError(t, json.Unmarshal(file, &e))
	for _, at := range []int{0, len(e.Contents) / 2, len(e.Contents) - 1} {
		changed := e
		changed.Contents = bytes.Clone(e.Contents)
		changed.Contents[at] ^= 1
		text, err := json.Marshal(changed)
		require.NoError(t, err)
		_, err = ReadHandIn(text, key)
		assert.EqualError(t, err, "its seal is broken: it has been changed after it was handed in", "byte %d", at)
	}

	_, err = ReadHandIn(written(t, solved(t, "kim", 1, "")), key)
	assert.EqualError(t, err, "it is not sealed for the class, and could have been written by anybody: the mystery or quiz was begun without --class")
}

// Somebody seals for the class what was answered in no class, or in another: the mystery was another one.
func TestHandInOfAnotherClass(t *testing.T) {
	key := newKey(t)
	class, err := ParseClass(key.Public())
	require.NoError(t, err)
	var e envelope
	require.NoError(t, json.Unmarshal(written(t, solved(t, "kim", 1, "")), &e))
	e.Contents, err = class.Seal(e.Contents)
	require.NoError(t, err)
	e.Class = key.Public()
	text, err := json.Marshal(e)
	require.NoError(t, err)
	_, err = ReadHandIn(text, key)
	assert.EqualError(t, err, "it names one class, and is for another: it has been changed after it was handed in")
}

func TestNotAHandIn(t *testing.T) {
	for _, text := range []string{"", "student,score\nkim,100\n", "{}", `{"format":"other","contents":""}`} {
		_, err := ReadHandIn([]byte(text), nil)
		assert.ErrorIs(t, err, ErrNotHandIn, text)
	}
	_, err := ReadHandIn([]byte(`{"format":"tcplab-hand-in-1","contents":"AAAA"}`), nil)
	assert.ErrorContains(t, err, "it is damaged")
}

// marksOf are signed results of several students.
func marksOf(t *testing.T, key *ClassKey) (marks []Mark) {
	t.Helper()
	for _, student := range []string{"lee", "kim"} {
		for level := 1; level <= Levels; level++ {
			mark, _, err := solved(t, student, level, key.Public()).Grade()
			require.NoError(t, err)
			mark.Sign(key)
			marks = append(marks, mark)
		}
	}
	return final(marks)
}

func TestResultsAreReadAsWritten(t *testing.T) {
	key := newKey(t)
	class, err := ParseClass(key.Public())
	require.NoError(t, err)
	marks := marksOf(t, key)
	require.Len(t, marks, 2*Levels)
	assert.Equal(t, "kim", marks[0].Student)
	var asJSON, asCSV bytes.Buffer
	require.NoError(t, WriteJSON(&asJSON, marks))
	require.NoError(t, WriteCSV(&asCSV, marks))
	for _, text := range []string{asJSON.String(), asCSV.String(), "\ufeff" + strings.ReplaceAll(asCSV.String(), "true", "TRUE")} {
		got, err := ReadMarks([]byte(text))
		require.NoError(t, err)
		assert.Equal(t, marks, got)
		for _, m := range got {
			assert.True(t, m.Verify(class))
		}
	}
	for _, edit := range []func(*Mark){
		func(m *Mark) { m.Score = 99 }, func(m *Mark) { m.Student = "lee" }, func(m *Mark) { m.Level = 3 }, func(m *Mark) { m.Shown = false },
		func(m *Mark) { m.Answers = 1 }, func(m *Mark) { m.Answered = m.Answered.Add(time.Second) }, func(m *Mark) { m.Class = newKey(t).Public() },
		func(m *Mark) { m.Signature = "" }, func(m *Mark) { m.Sign(newKey(t)) }, func(m *Mark) { m.Signature = twin(m.Signature) },
	} {
		edited := marks[0]
		edit(&edited)
		assert.False(t, edited.Verify(class), "%+v", edited)
	}
	for _, text := range []string{"", "student,score\nkim,100\n", "{not json", strings.Replace(asCSV.String(), ",100,", ",full,", 1)} {
		_, err := ReadMarks([]byte(text))
		if text != "" {
			assert.Error(t, err, text)
		}
	}
}

// final are the marks that count.
func final(list []Mark) (last []Mark) {
	places, _ := Final(list)
	for _, i := range places {
		last = append(last, list[i])
	}
	return last
}

// The last answer counts, in whatever order the files are read.
func TestFinal(t *testing.T) {
	at := func(hour, score int) Mark {
		return Mark{Student: "kim", Level: 1, Score: score, Answered: time.Date(2026, 11, 25, hour, 0, 0, 0, time.UTC)}
	}
	other := Mark{Student: "kim", Level: 2, Score: 5}
	assert.Equal(t, []Mark{at(3, 60), other}, final([]Mark{at(1, 100), other, at(3, 60), at(2, 80)}))
}

// An answer that is not right has its mark all the same, and says what was answered.
func TestMarkOfAWrongAnswer(t *testing.T) {
	h := solved(t, "kim", 1, "")
	h.Answer = Answer{Verdict: diagnose.Rejected, Where: Router}
	mark, _, err := h.Grade()
	require.NoError(t, err)
	assert.Equal(t, Mark{Kind: KindMystery, Student: "kim", Level: 1, Case: "dead-host", Verdict: "rejected", Where: Router, Answers: 2,
		Answered: time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)}, mark)
}
