package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestOutcomeOf(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	gaveUp := &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ETIMEDOUT)}
	own := &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
	for _, c := range []struct {
		err     error
		errno   string
		timeout bool
		text    string
	}{
		{nil, "", false, "success"},
		{fmt.Errorf("get: %w", refused), "ECONNREFUSED", false, "ECONNREFUSED"},
		{gaveUp, "ETIMEDOUT", false, "ETIMEDOUT"}, // it also calls itself a timeout, but it is the kernel's
		{own, "", true, "its own timeout"},
		{context.DeadlineExceeded, "", true, "its own timeout"},
		{errors.New("bad reply"), "", false, "bad reply"},
	} {
		o := OutcomeOf("go", "connect", c.err, time.Second)
		assert.Equal(t, c.errno, o.Errno, "%v", c.err)
		assert.Equal(t, c.timeout, o.Timeout, "%v", c.err)
		assert.Equal(t, c.text, o.String())
		assert.Equal(t, c.err == nil, o.OK())
	}
}
