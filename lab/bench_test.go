package lab

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEndOfWhatDoesNotRun(t *testing.T) {
	assert.NoError(t, new(Bench).End(t.Context(), "proxy"))
}
