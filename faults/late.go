package faults

import (
	"context"
	"fmt"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// ComeLate lets the service's program start so late that clients are there before it: nobody listens until the server's kernel has refused
// so many SYNs, and then it serves. No clock has a part in it.
type ComeLate struct{ Refusals int }

func (f ComeLate) String() string { return f.Words().English }

// Words are those of String in each language.
func (f ComeLate) Words() lang.Text {
	return lang.Text{
		English: "nobody listens on TCP port %d of the server until its kernel has refused %d SYN; then the service does",
		Korean:  "서버의 커널이 SYN을 %[2]d번 거부할 때까지 TCP %[1]d 포트에서 리슨하는 프로세스가 없고, 그 뒤에 서비스가 리슨한다",
	}.With(lab.Port, f.Refusals)
}

// Inject lets a service wait for the refusals in the place of the one that serves.
func (f ComeLate) Inject(ctx context.Context, b *lab.Bench) error {
	late := b.Service
	late.Refuses = f.Refusals
	return b.RunService(ctx, late)
}

// Verify looks for sockets in state LISTEN, of which there must be none; and connects from the server itself, which must be refused and must not
// make the service begin: its refusals are those on the lab's links.
func (f ComeLate) Verify(ctx context.Context, b *lab.Bench) error {
	var o lab.Outcome
	if err := b.Query(ctx, lab.ServerHost, lab.Verb("dial", "--connect-only", "--timeout", lab.DefaultTimeout.String(), b.Target().String()), &o); err != nil {
		return err
	}
	if o.Errno != "ECONNREFUSED" {
		return fmt.Errorf("a connection from the server itself must be refused, but ended with: %s", o)
	}
	return StopService{}.Verify(ctx, b)
}

// Heal starts the service, whether or not the late one has begun.
func (ComeLate) Heal(ctx context.Context, b *lab.Bench) error { return b.StartService(ctx) }
