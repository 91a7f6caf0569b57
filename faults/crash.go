package faults

import (
	"context"
	"fmt"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// Crash lets the service die in the middle of the next request, as a program does that is killed or that crashes on it (SIGKILL, SIGSEGV,
// the kernel out of memory): its kernel closes the connection, and nobody listens any more.
type Crash struct{}

func (c Crash) String() string { return c.Words().English }

// Words are those of String in each language.
func (Crash) Words() lang.Text {
	return lang.Text{
		English: "the service on the server dies of the next request",
		Korean:  "서버의 서비스가 다음 요청을 받으면 비정상 종료한다",
	}
}

// Inject lets a service run that dies.
func (Crash) Inject(ctx context.Context, b *lab.Bench) error {
	s := b.Service
	s.Behaviour = lab.Die
	return b.RunService(ctx, s)
}

// Verify makes a request from the server itself, so that nothing of it is on the lab's links: the connection must be closed, and nobody
// must listen after that. Then the program is started again, since it has died of the proof.
func (f Crash) Verify(ctx context.Context, b *lab.Bench) error {
	var o lab.Outcome
	if err := b.Query(ctx, lab.ServerHost, agent.DialVerb(b.Target(), lab.DefaultTimeout), &o); err != nil {
		return err
	}
	if !o.Closed || o.Stage != "read" {
		return fmt.Errorf("a request from the server itself must end with a closed connection, but ended with: %s", o)
	}
	if err := (StopService{}).Verify(ctx, b); err != nil {
		return err
	}
	return f.Inject(ctx, b)
}

// Heal starts the service.
func (Crash) Heal(ctx context.Context, b *lab.Bench) error { return b.StartService(ctx) }
