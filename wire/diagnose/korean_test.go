package diagnose

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang/langtest"
)

// What is advised of any verdict is whole in Korean.
func TestKoreanOfAdviceIsComplete(t *testing.T) {
	for _, c := range Causes() {
		langtest.Check(t, string(c), c.Words())
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
