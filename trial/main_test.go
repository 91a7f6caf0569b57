package trial_test

import (
	"os"
	"testing"

	"github.com/tcplab/tcplab/harness/harnesstest"
)

func TestMain(m *testing.M) { os.Exit(harnesstest.Main(m)) }
