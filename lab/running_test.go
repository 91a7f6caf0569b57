package lab

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestReadyWriter(t *testing.T) {
	w := newReadyWriter()
	for _, part := range []string{"re", "ady", "\nlater: ", "trouble\n"} {
		_, _ = w.Write([]byte(part))
	}
	select {
	case <-w.ready:
	default:
		t.Fatal("the line was not seen")
	}
	assert.Equal(t, "later: trouble\n", w.text())

	other := newReadyWriter()
	_, _ = other.Write([]byte("already failed\n"))
	select {
	case <-other.ready:
		t.Fatal("another line is not the line")
	default:
	}
}
