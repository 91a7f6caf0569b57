package docker_test

import (
	"testing"

	"github.com/tcplab/tcplab/lab/enginetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	engine, _ := newEngine(t)
	enginetest.Run(t, engine)
}
