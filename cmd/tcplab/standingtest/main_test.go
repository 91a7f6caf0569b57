// Package standingtest tests labs that stand, and what is typed by hand in them.
package standingtest

import (
	"os"
	"testing"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
)

// askEnv is the socket to which a child of TestTwoUsers speaks.
const askEnv = "TCPLAB_TEST_ASK_SOCKET"

func TestMain(m *testing.M) {
	if os.Getenv(askEnv) != "" { // it belongs to another user, who can build nothing here
		os.Exit(m.Run())
	}
	os.Exit(cmdtest.Main(m))
}
