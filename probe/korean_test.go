package probe

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lang/langtest"
)

// What a probe says is whole in Korean, and has a word for each answer of the path.
func TestKoreanIsComplete(t *testing.T) {
	assert.Greater(t, langtest.CheckLiterals(t, ".", "nothing"), 45)
	for answer, words := range pathWords {
		assert.Equal(t, answer, words.English)
	}
}

// What people are told in English is what programs read.
func TestWordsAreThoseOfTheFields(t *testing.T) {
	target, err := ParseTarget("127.0.0.1:1")
	require.NoError(t, err)
	results, err := Run(t.Context(), target, DefaultTimeout)
	require.NoError(t, err)
	r := &results[0]
	w := r.Words(lang.English)
	assert.Equal(t, "refused: "+r.Summary, w.Port[:len("refused: "+r.Summary)])
	assert.Equal(t, r.Rivals, w.Rivals)
	assert.Equal(t, r.Next, w.Next)
	assert.ElementsMatch(t, r.Notes, w.Notes)
	assert.ElementsMatch(t, r.Unseen, w.Unseen)
	assert.Len(t, w.Evidence, len(r.Evidence))
	korean := r.Words(lang.Korean)
	assert.Len(t, korean.Notes, len(w.Notes))
	assert.NotEqual(t, w, korean)
}
