package faults

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// Flood fills the service's queue of half-open connections, as a SYN flood does, whose senders answer no SYN-ACK. What the kernel does with the next SYN, the server's net.ipv4.tcp_syncookies decides.
type Flood struct {
	// Backlog is that of the service, listen(2), which is the length of this queue as well: one connection more than that has room. With more
	// than 3, the kernel ends half-open connections after two retransmissions once they are more than a half of it (reqsk_timer_handler).
	Backlog int
	// Cookies says that the server answers one SYN more with a cookie (RFC 4987 section 3.6) and does not drop it.
	Cookies bool
}

// FewCookies is [lab.Routed] with a server that keeps a half-open connection for minutes, and that answers with SYN cookies or
// does not: net.ipv4.tcp_syncookies cannot be set in a container that runs.
func FewCookies(cookies bool) lab.Topology {
	t := lab.Routed().With(lab.ServerHost, "net.ipv4.tcp_synack_retries", "8")
	if cookies {
		return t.Named("routed, with a server that sends SYN cookies")
	}
	return t.With(lab.ServerHost, "net.ipv4.tcp_syncookies", "0").Named("routed, with a server that sends no SYN cookies")
}

func (f Flood) String() string { return f.Words().English }

// Words are those of String in each language.
func (f Flood) Words() lang.Text {
	does := lang.Text{English: "drops the next SYN", Korean: "다음 SYN을 드롭한다"}
	if f.Cookies {
		does = lang.Text{English: "answers the next SYN with a cookie", Korean: "다음 SYN에 쿠키로 응답한다"}
	}
	return lang.Text{
		English: "%d half-open connections of a SYN flood fill the queue of the service, and the server %s",
		Korean:  "반쯤 열린 연결 %d개(SYN 플러드)가 서비스의 SYN 큐를 가득 채웠고, 서버는 %s",
	}.With(f.Backlog+1, does)
}

// unanswering is the firewall rule by which the flood's own host never gets a SYN-ACK of the service: nothing answers it.
var unanswering = FirewallRule{Host: lab.ServerHost, Rule: Rule{Chain: "INPUT", Proto: "tcp", SourcePort: lab.Port, Flags: "SYN,ACK"}}

// Inject gives the service a short queue, and lets the server itself begin the connections, so that nothing of them is on the lab's links.
func (f Flood) Inject(ctx context.Context, b *lab.Bench) error {
	s := b.Service
	s.Backlog = f.Backlog
	if err := b.RunService(ctx, s); err != nil {
		return err
	}
	if err := unanswering.Inject(ctx, b); err != nil {
		return err
	}
	server, err := b.Host(lab.ServerHost)
	if err != nil {
		return err
	}
	return b.Keep(ctx, heldTo(b.Target()), server.Command(lab.Verb("hold", "--half-open", "--count", strconv.Itoa(f.Backlog+1), b.Target().String())...))
}

// Verify looks for the half-open connections, which take a moment, and lets the client connect once. Then the kernel has counted what it has
// done with that SYN for want of room.
func (f Flood) Verify(ctx context.Context, b *lab.Bench) error {
	err := f.halfOpen(ctx, b)
	for start := time.Now(); err != nil && time.Since(start) < accepting; {
		err = f.halfOpen(ctx, b)
	}
	if err != nil {
		return err
	}
	patience, counter := unanswered, "TcpExtTCPReqQFullDrop"
	if f.Cookies {
		patience, counter = lab.DefaultTimeout, "TcpExtTCPReqQFullDoCookies"
	}
	var o lab.Outcome
	if err := b.Query(ctx, lab.ClientHost, agent.DialVerb(b.Target(), patience), &o); err != nil {
		return err
	}
	if f.Cookies && !o.OK() || !f.Cookies && !neverConnected(o) {
		return fmt.Errorf("%s, but a connection of the client's ended with: %s", f, o)
	}
	counters := lab.Counters{}
	if err := b.Query(ctx, lab.ServerHost, agent.CountersVerb(), &counters); err != nil {
		return err
	}
	if counters[counter] == 0 {
		return fmt.Errorf("the queue of half-open connections is not full: %s on the server is 0", counter)
	}
	return nil
}

func (f Flood) halfOpen(ctx context.Context, b *lab.Bench) error {
	var sockets []lab.Socket
	if err := b.Query(ctx, lab.ServerHost, agent.SocketsVerb(), &sockets); err != nil {
		return err
	}
	open := 0
	for _, s := range sockets {
		if s.State == "SYN-RECV" && s.Local == b.Target() {
			open++
		}
	}
	if open <= f.Backlog {
		return fmt.Errorf("the service has %d half-open connections, and must have %d", open, f.Backlog+1)
	}
	return nil
}

// Heal ends the flood, and starts the service again: the half-open connections end with the socket that they came to.
func (Flood) Heal(ctx context.Context, b *lab.Bench) error {
	return errors.Join(release(ctx, b), b.StopService(ctx), unanswering.Heal(ctx, b), b.StartService(ctx))
}
