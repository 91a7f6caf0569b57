package labtest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab/enginetest"
)

// The modules beside this one, whose dependencies are nobody's burden, pass their tests. Those of somebody else put their clients into
// the failures by the public API alone.
func TestExampleModules(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"deploy/kubernetes", "examples/labtest", "examples/grpc", "drivers"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			module := func(args ...string) ([]byte, error) {
				cmd := exec.CommandContext(t.Context(), "go", args...)
				cmd.Dir, cmd.Env = filepath.Join(enginetest.Root(), name), append(os.Environ(), "GOWORK=off")
				return cmd.CombinedOutput()
			}
			if out, err := module("mod", "download"); err != nil {
				t.Skipf("its modules cannot be had here: %s", out)
			}
			out, err := module("test", "-count=1", "-mod=readonly", "-parallel=10", "./...") // most of them only wait
			require.NoError(t, err, "%s", out)
		})
	}
}
