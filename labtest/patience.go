package labtest

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/tcplab/tcplab/lab"
)

// Patience is when a call is ended from now on that has not ended by itself, in the place of the [Limit].
func (l *Lab) Patience(limit time.Duration) { l.limit = limit }

// HealAfter heals the failure so long after the next call of [Lab.Expect] has begun, whether that call has ended by then or not. Expect
// returns when both have happened.
func (l *Lab) HealAfter(d time.Duration) { l.heals = d }

// healLater begins to wait for the heal of [Lab.HealAfter]; wait returns when it is done.
func (l *Lab) healLater() (wait func()) {
	if l.heals == 0 {
		return func() {}
	}
	alarm, healed := time.NewTimer(l.heals), make(chan error, 1)
	l.heals = 0
	ctx := l.t.Context()
	go func() {
		select {
		case <-alarm.C:
		case <-ctx.Done():
		}
		healed <- l.standing.Heal(context.WithoutCancel(ctx))
	}()
	return func() {
		l.t.Helper()
		if err := <-healed; err != nil {
			l.t.Fatalf("labtest: %v", err)
		}
	}
}

// Program is a call that is a program of this machine, such as psql, which runs on the lab's client. Its error has in its text what the
// program wrote to its standard error, and is a [*lab.ExitError].
func (l *Lab) Program(argv ...string) Action {
	return func(ctx context.Context) error {
		client, err := l.standing.Host(lab.ClientHost)
		if err != nil {
			return err
		}
		cmd := client.Command(argv...)
		cmd.Contained = true // what it leaves in the background would outlast the call
		_, err = cmd.Output(ctx)
		return err
	}
}

// Sockets are the connections with the service that the client's kernel has, in any state but that of listening.
func (l *Lab) Sockets() []lab.Socket {
	l.t.Helper()
	with, err := l.sockets(l.t.Context())
	if err != nil {
		l.t.Fatalf("labtest: %v", err)
	}
	return with
}

func (l *Lab) sockets(ctx context.Context) (with []lab.Socket, err error) {
	var all []lab.Socket
	if err := l.standing.Query(ctx, lab.ClientHost, lab.Verb("sockets"), &all); err != nil {
		return nil, err
	}
	for _, s := range all {
		if slices.Contains(l.standing.Ports(), s.Remote.Port()) {
			with = append(with, s)
		}
	}
	return with, nil
}

// Control puts the socket of a [net.Dialer] into the lab. A client whose own dialer has a timeout or keep-alive keeps these, which a client
// that is given [Lab.Dial] does not.
func (l *Lab) Control(network, address string, c syscall.RawConn) error {
	client, err := l.standing.Host(lab.ClientHost)
	if err != nil {
		return err
	}
	controller, ok := client.(lab.Controller)
	if !ok {
		return fmt.Errorf("a socket of host %s in this process: %w by this engine; use Program", client.Name(), lab.ErrUnsupported)
	}
	return controller.Control(network, address, c)
}
