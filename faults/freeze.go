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

// Freeze lets the service's program do nothing any more once it has answered a connection's first request, as one does that
// is stopped (SIGSTOP) or waits for a lock: its kernel acknowledges what comes.
type Freeze struct{}

func (f Freeze) String() string { return f.Words().English }

// Words are those of String in each language.
func (Freeze) Words() lang.Text {
	return lang.Text{
		English: "the service on the server freezes after the first reply on a connection",
		Korean:  "서버의 서비스가 연결의 첫 응답을 보낸 뒤 얼어붙는다",
	}
}

// Inject lets a service that freezes run in the place of the one that does not.
func (Freeze) Inject(ctx context.Context, b *lab.Bench) error {
	s := b.Service
	s.Behaviour = lab.ServeThenHang
	return b.RunService(ctx, s)
}

// Verify makes two requests on one connection from the server to itself, so that nothing of them is on the lab's links: the
// second one must go without a reply.
func (Freeze) Verify(ctx context.Context, b *lab.Bench) error {
	server, err := b.Host(lab.ServerHost)
	if err != nil {
		return err
	}
	o, err := askInVain(func(patience time.Duration) (lab.Outcome, error) {
		return agent.GoClient{Idle: time.Millisecond}.Do(ctx, lab.Call{Host: server, Target: b.Target(), Timeout: patience})
	})
	switch {
	case err != nil:
		return err
	case o.OK():
		return errors.New("the service still answers a second request")
	case !o.Timeout || o.Stage != "read":
		return fmt.Errorf("a second request from the server itself must wait for its reply, but: %s", o.Error)
	}
	return nil
}

// Heal starts the service again.
func (Freeze) Heal(ctx context.Context, b *lab.Bench) error { return b.StartService(ctx) }
