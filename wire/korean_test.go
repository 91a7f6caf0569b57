package wire

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tcplab/tcplab/lang/langtest"
)

// What could not be decoded is named in Korean, too, and so is where to capture instead.
func TestKoreanIsComplete(t *testing.T) {
	assert.Greater(t, langtest.CheckLiterals(t, ".", "nothing"), 40)
}
