package netns

import (
	"testing"

	"github.com/tcplab/tcplab/harness/enginetest"
)

func TestEngine(t *testing.T) { enginetest.Run(t, New()) }
