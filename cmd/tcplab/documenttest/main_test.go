// Package documenttest tests what the documents show: each command of them is typed.
package documenttest

import (
	"os"
	"testing"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
)

func TestMain(m *testing.M) { os.Exit(cmdtest.Main(m)) }
