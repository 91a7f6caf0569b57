// Package standingtest tests labs that stand, and what is typed by hand in them.
package standingtest

import (
	"os"
	"testing"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
)

func TestMain(m *testing.M) { os.Exit(cmdtest.Main(m)) }
