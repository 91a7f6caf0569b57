package lesson

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A program may answer twice within a second: which answer was the last one is not lost, on the way to the results and back.
func TestAnswersWithinASecond(t *testing.T) {
	key, err := NewClassKey(rand.Reader)
	require.NoError(t, err)
	record, err := os.ReadFile(filepath.Join("captures", "closed-port.pcapng"))
	require.NoError(t, err)
	var list []Mark
	for _, ms := range []time.Duration{200, 900, 100} {
		h := &HandIn{Student: "kim", Level: 1, Answers: int(ms), Answered: time.Unix(1, 0).Add(ms * time.Millisecond), Record: record}
		m, _, err := h.Grade()
		require.NoError(t, err)
		m.Sign(key)
		list = append(list, m)
	}
	last := Final(list)
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
