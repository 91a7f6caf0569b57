package faults

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// EndIdle lets the server end connections that rest, as its keep-alive timeout.
type EndIdle struct {
	After time.Duration
	// Reset says that it ends them with a RST instead of a FIN.
	Reset bool
	// Forget says that its kernel forgets them without a packet, as a host does that has started anew.
	Forget bool
}

func (f EndIdle) String() string { return f.Words().English }

// Words are those of String in each language.
func (f EndIdle) Words() lang.Text {
	end := lang.Text{English: "closes", Korean: "닫는다"}
	switch {
	case f.Reset:
		end = lang.Text{English: "resets", Korean: "리셋한다"}
	case f.Forget:
		end = lang.Text{English: "forgets", Korean: "잊는다"}
	}
	return lang.Text{English: "the server %s a connection after %s without a request", Korean: "서버가 요청 없이 %[2]s가 지난 연결을 %[1]s"}.With(end, durationWords(f.After))
}

// Inject lets a service with that limit run in the place of the one that has none.
func (f EndIdle) Inject(ctx context.Context, b *lab.Bench) error {
	s := b.Service
	s.Idle = f.After
	switch {
	case f.Reset:
		s.Behaviour = lab.ServeThenReset
	case f.Forget:
		s.Behaviour = lab.ServeThenForget
	}
	return b.RunService(ctx, s)
}

// Verify uses a connection for a second time from the server itself, so that nothing of it is on the lab's links: after a
// pause that is twice as long as the limit, the connection must be gone.
func (f EndIdle) Verify(ctx context.Context, b *lab.Bench) error {
	server, err := b.Host(lab.ServerHost)
	if err != nil {
		return err
	}
	o, err := agent.GoClient{Idle: 2 * f.After}.Do(ctx, lab.Call{Host: server, Target: b.Target(), Timeout: lab.DefaultTimeout})
	switch {
	case err != nil:
		return err
	case o.OK():
		return errors.New("the service still keeps a connection that rests")
	case o.Timeout || o.Stage != "read":
		return fmt.Errorf("a request from the server itself on a connection that has rested must find it ended, but: %s", o.Error)
	}
	return nil
}

// Heal starts the service without a limit again.
func (f EndIdle) Heal(ctx context.Context, b *lab.Bench) error { return b.StartService(ctx) }
