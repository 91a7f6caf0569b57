// Package errandtest tests runs in one container for all labs: in it is the program that was built, and no other.
package errandtest

import (
	"os"
	"testing"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
)

func TestMain(m *testing.M) { os.Exit(cmdtest.Main(m)) }
