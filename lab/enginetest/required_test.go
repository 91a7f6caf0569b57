//go:build unix

package enginetest

import (
	"context"
	"errors"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lab"
)

// absent is an engine that is not available.
type absent struct{ lab.Engine }

func (absent) Name() string                    { return "absent" }
func (absent) Available(context.Context) error { return errors.New("absent: what helps") }

type tests func() int

func (run tests) Run() int { return run() }

func TestARequiredEngineThatIsMissingFailsBeforeAnyTest(t *testing.T) {
	ran := false
	m := tests(func() int { ran = true; return 0 })
	t.Setenv(RequiredEnv, "other,absent")
	assert.Equal(t, 1, Main(m, absent{}))
	assert.False(t, ran)
	assert.EqualError(t, missing("absent", []lab.Engine{absent{}}), "absent is required (TCPLAB_REQUIRE_ENGINES): absent: what helps")
	t.Setenv(RequiredEnv, "other")
	assert.Equal(t, 0, Main(m, absent{}))
	assert.True(t, ran)
}

func TestProgramsHearSIGHUPUnderNohup(t *testing.T) {
	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	hangUpAsUsual()
	err := exec.Command("sh", "-c", "kill -HUP $$; exit 0").Run()
	exit, ended := errors.AsType[*exec.ExitError](err)
	require.True(t, ended, "%v", err)
	assert.Equal(t, syscall.SIGHUP, exit.Sys().(syscall.WaitStatus).Signal())
}
