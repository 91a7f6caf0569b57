package docker

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/moby/moby/client"
	"github.com/tcplab/tcplab/lab"
)

const (
	// killTimeout bounds how long a cancelled command is waited for: a busy engine takes seconds to start what ends it.
	killTimeout = 20 * time.Second
	// drainTimeout is how long the output of a host that was switched off may take to arrive.
	drainTimeout = 2 * time.Second
)

// process is a command that was started on a host: what a program and a verb have in common.
type process struct {
	host  *host
	power context.Context // that of the host when it was started

	copied  chan struct{} // closed when the output has ended
	copyErr error         // of the writers that the output goes to; valid once copied is closed
	ended   chan struct{} // closed when code and err are known
	code    int
	err     error
}

// newProcess returns a process to be; the error says that the host is off.
func (h *host) newProcess() (process, error) {
	p := process{host: h, power: h.power(), copied: make(chan struct{}), ended: make(chan struct{})}
	if p.power.Err() != nil {
		return p, p.host.stopped()
	}
	return p, nil
}

func orDiscard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

// Wait waits for the end of the command and of its output.
func (p *process) Wait() (int, error) {
	<-p.ended
	return p.code, p.err
}

// follow stays with the command to its end, whichever of the three it is: result is how it ended by itself.
func (p *process) follow(ctx context.Context, result func(context.Context) (int, error), kill func()) {
	defer close(p.ended)
	select {
	case <-p.copied:
		p.code, p.err = result(ctx)
	case <-ctx.Done():
		kill()
		p.err = ctx.Err()
	case <-p.power.Done():
		p.drain(drainTimeout)
		p.err = p.host.stopped()
	}
}

// failedCopy is what is said when the output could not be written; nil where it could, and where it ended with the host.
func (p *process) failedCopy() error {
	if p.copyErr == nil || p.power.Err() != nil {
		return nil
	}
	return fmt.Errorf("docker: copy the output: %w", p.copyErr)
}

// died reports whether a command has ended with its host, by somebody else than this process ("docker kill"). The engine
// learns of a command's end before that of its container.
func (h *host) died(ctx, power context.Context) bool {
	for range 4 {
		if !h.running(ctx) {
			return true
		}
		pause(ctx, power, 50*time.Millisecond)
	}
	return false
}

func (h *host) stopped() error { return fmt.Errorf("docker: %s: %w", h.name, lab.ErrHostStopped) }

// drain waits for the end of the output and reports whether it came in time.
func (p *process) drain(timeout time.Duration) bool { return within(p.copied, timeout) }

// within waits for an event and reports whether it came in time.
func within(event <-chan struct{}, timeout time.Duration) bool {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-event:
		return true
	case <-timer.C:
		return false
	}
}

// pause waits for the time to pass, or for one of the events that end all waiting.
func pause(ctx, power context.Context, length time.Duration) {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-power.Done():
	case <-timer.C:
	}
}

// exitCode asks the engine for the exit code of what it has executed, which it may know a moment after the end of the
// output.
func (h *host) exitCode(ctx, power context.Context, execID string) (int, error) {
	for length := time.Millisecond; ; length = min(2*length, 100*time.Millisecond) {
		exec, err := h.daemon.api.ExecInspect(ctx, execID, client.ExecInspectOptions{})
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if err != nil {
			return 0, fmt.Errorf("docker: ask for the exit code: %w", err)
		}
		if !exec.Running {
			return exec.ExitCode, nil
		}
		if power.Err() != nil {
			return 0, h.stopped()
		}
		pause(ctx, power, length)
	}
}
