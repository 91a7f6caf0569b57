// Package proof has the tests which prove that a scenario cannot pass for the wrong reason, and that its captures are diagnosed
// as what it is.
package proof

import (
	"os"
	"testing"

	"github.com/tcplab/tcplab/harness/harnesstest"
)

func TestMain(m *testing.M) { os.Exit(harnesstest.Main(m)) }
