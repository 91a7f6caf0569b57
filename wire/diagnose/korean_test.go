package diagnose

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lang/langtest"
)

// What is advised of any verdict is whole in Korean.
func TestKoreanOfAdviceIsComplete(t *testing.T) {
	for _, c := range Causes() {
		langtest.Check(t, string(c), c.Words())
	}
	for _, f := range []filter{takesSYN, takesSYNACKs, takesRSTs, takesOpenings, takesNoACK} {
		langtest.Check(t, string(f), f.words())
	}
	require.NotEmpty(t, commands)
	for id, c := range commands {
		langtest.Check(t, string(id), c.where)
	}
}

// Texts that are written where they are told are whole, too.
func TestKoreanOfTextsIsComplete(t *testing.T) {
	assert.Greater(t, langtest.CheckLiterals(t, ".", `who|other|sides\[.*\]`), len(commands)/2)
}

// What is told in words is a sentence of English where three words are not names; a quotation is told as it was said.
var (
	sentence  = regexp.MustCompile(`[a-z]{2,} [a-z]{2,} [a-z]{2,}`)
	quotation = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

// toldInKorean sees that a diagnosis is in Korean with all that was put into its sentences.
func toldInKorean(t testing.TB, d *Diagnosis) {
	t.Helper()
	told := append(lang.InEach(lang.Korean, d.Notes), d.Summary.In(lang.Korean))
	for _, e := range d.Evidence {
		told = append(told, e.What.In(lang.Korean))
	}
	if d.Place != nil {
		told = append(told, d.Place.Text.In(lang.Korean))
	}
	for _, text := range append(told, d.RivalTexts(lang.Korean)...) {
		assert.NotContains(t, text, "%!")
		assert.NotRegexp(t, sentence, quotation.ReplaceAllString(text, ""))
	}
}
