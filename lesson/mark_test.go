package lesson

import (
	"bytes"
	"crypto/rand"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A program may answer twice within a second: which answer was the last one is not lost, on the way to the results and back.
func TestAnswersWithinASecond(t *testing.T) {
	key, err := NewClassKey(rand.Reader)
	require.NoError(t, err)
	record := recorded(t, "closed-port")
	var list []Mark
	for _, ms := range []time.Duration{200, 900, 100} {
		h := &HandIn{Student: "kim", Level: 1, Answers: int(ms), Answered: time.Unix(1, 0).Add(ms * time.Millisecond), Record: record}
		m, _, err := h.Grade()
		require.NoError(t, err)
		m.Sign(key)
		list = append(list, m)
	}
	last := final(list)
	require.Len(t, last, 1)
	assert.Equal(t, 900, last[0].Answers)
	class, err := ParseClass(key.Public())
	require.NoError(t, err)
	var csv bytes.Buffer
	require.NoError(t, WriteCSV(&csv, last))
	again, err := ReadMarks(csv.Bytes())
	require.NoError(t, err)
	assert.Equal(t, last, again)
	assert.True(t, again[0].Verify(class))
}

// Whoever seals a hand-in by a program of their own may write into it what they like: it must neither get into the results,
// where a spreadsheet would compute it, nor keep those of the others from being signed.
func TestHandInThatCannotBe(t *testing.T) {
	for want, edit := range map[string]func(*HandIn){
		`there is no verdict "=HYPERLINK("`:                    func(h *HandIn) { h.Answer.Verdict = "=HYPERLINK(" },
		"the place is client, router or server, not":           func(h *HandIn) { h.Answer.Where = "+1+1" },
		"it says that it was answered in the year 10000":       func(h *HandIn) { h.Answered = lastHour(-1) },
		"it says that it was answered in the year -1":          func(h *HandIn) { h.Answered = time.Date(0, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600)) },
		`"=kim" cannot be the ID of a student`:                 func(h *HandIn) { h.Student = "=kim" },
		"read the lab's record: wire: not a packet capture: t": func(h *HandIn) { h.Record = nil },
	} {
		h := solved(t, "kim", 1, "")
		edit(h)
		_, _, err := h.Grade()
		assert.ErrorContains(t, err, want)
	}
}

// lastHour is the end of the year 9999, so many hours east of UTC.
func lastHour(east int) time.Time {
	return time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", east*3600))
}

// Results are for everybody to verify, whatever was made of them.
func TestResultsWithATimeThatCannotBe(t *testing.T) {
	key := newKey(t)
	class, err := ParseClass(key.Public())
	require.NoError(t, err)
	mark := Mark{Student: "kim", Kind: KindQuiz, Answered: time.Unix(1, 0).UTC()}
	mark.Sign(key)
	for _, write := range []func(io.Writer, []Mark) error{WriteCSV, WriteJSON} {
		var file bytes.Buffer
		require.NoError(t, write(&file, []Mark{mark}))
		for _, east := range []int{-1, 0, 1} {
			text := strings.Replace(file.String(), "1970-01-01T00:00:01Z", lastHour(east).Format(time.RFC3339), 1)
			marks, err := ReadMarks([]byte(text))
			if err == nil {
				assert.False(t, marks[0].Verify(class), text)
			} else {
				assert.EqualError(t, err, `line 2: the time "9999-12-31T23:59:59-01:00" is in a year that cannot be`)
			}
		}
	}
}

// Programs differ in which of two fields of one name they take, and in whether "Score" is "score": what they may read otherwise
// is not what was signed. White space is nothing that is read.
func TestResultsThatOtherProgramsReadOtherwise(t *testing.T) {
	key := newKey(t)
	class, err := ParseClass(key.Public())
	require.NoError(t, err)
	mark := marksOf(t, key)[0]
	mark.Score = 60
	mark.Sign(key)
	var file bytes.Buffer
	require.NoError(t, WriteJSON(&file, []Mark{mark}))
	line := strings.TrimSpace(file.String())
	for text, right := range map[string]bool{
		line: true,
		strings.NewReplacer("{", "{\n  ", `":`, `" : `).Replace(line):                       true,
		strings.Replace(line, `"score":60`, `"score":100,"Score":60`, 1):                    false,
		strings.Replace(line, `"score":60`, `"score":100,"score":60`, 1):                    false,
		strings.Replace(line, `"score":60`, `"score":60,"bonus":40`, 1):                     false,
		strings.Replace(line, `"student":"kim"`, `"student":"lee","\u0073tudent":"kim"`, 1): false,
	} {
		marks, err := ReadMarks([]byte(text))
		require.NoError(t, err)
		assert.Equal(t, right, marks[0].Verify(class), text)
		assert.Equal(t, 60, marks[0].Score)
	}
}
