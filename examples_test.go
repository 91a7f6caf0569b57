package tcplab_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// A module of somebody else's puts its client into the failures by the public API alone.
func TestExampleModule(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("go", "test", "-count=1", "-mod=readonly", "./...")
	cmd.Dir = "examples/labtest"
	cmd.Env = append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}
