package faults

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// ClientForgets lets the client's kernel forget connections that the server still has, one from each of its local ports ([FewPorts]), as a
// host does that has lost its power: whatever port the client takes next, the server knows it by an older connection (RFC 9293 section 3.5.1).
type ClientForgets struct{}

func (f ClientForgets) String() string { return f.Words().English }

// Words are those of String in each language.
func (ClientForgets) Words() lang.Text {
	return lang.Text{
		English: "the client has forgotten a connection from each of its local ports, and the server still has them",
		Korean:  "클라이언트는 로컬 포트마다 있던 연결을 잊었고, 서버에는 그 연결이 모두 남아 있다",
	}
}

// Inject opens the connections and forgets them.
func (ClientForgets) Inject(ctx context.Context, b *lab.Bench) error {
	var errs []error
	for _, target := range b.Targets() {
		errs = append(errs, b.Do(ctx, lab.ClientHost, lab.Verb("hold", "--count", "0", "--forget", target.String())))
	}
	return errors.Join(errs...)
}

// Verify looks at the sockets of both hosts: of each port, the server must have a connection that the client has not.
func (f ClientForgets) Verify(ctx context.Context, b *lab.Bench) error {
	theirs, err := established(ctx, b, lab.ServerHost, func(s lab.Socket) netip.AddrPort { return s.Local })
	if err != nil {
		return err
	}
	ours, err := established(ctx, b, lab.ClientHost, func(s lab.Socket) netip.AddrPort { return s.Remote })
	if err != nil {
		return err
	}
	for _, target := range b.Targets() {
		if port := target.Port(); theirs[port] == 0 || ours[port] > 0 {
			return fmt.Errorf("%s, but of port %d the server has %d connections, and the client %d", f, port, theirs[port], ours[port])
		}
	}
	return nil
}

// established is how many connections a host has with each port of the service.
func established(ctx context.Context, b *lab.Bench, host string, service func(lab.Socket) netip.AddrPort) (map[uint16]int, error) {
	var all []lab.Socket
	if err := b.Query(ctx, host, agent.SocketsVerb(), &all); err != nil {
		return nil, err
	}
	count := map[uint16]int{}
	for _, s := range all {
		if s.State == "ESTAB" {
			count[service(s).Port()]++
		}
	}
	return count, nil
}

// Heal ends the server's connections with its service, and starts it again.
func (ClientForgets) Heal(ctx context.Context, b *lab.Bench) error { return b.StartService(ctx) }
