package faults

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// NAT hides the client behind the router's address towards the server (source NAT, masquerading). A packet that belongs
// to no mapping and does not begin one is not guessed at: nf_conntrack_tcp_loose is off, see [Translated].
type NAT struct {
	// Unknown is what becomes of a packet of a connection that it has no mapping for: "drop", or "reset" (answered by a RST
	// in the name of the server).
	Unknown string
	// Idle is how long it remembers an established connection on which nothing moves, in whole seconds; zero: for as long
	// as the kernel does by default (nf_conntrack_tcp_timeout_established, five days).
	Idle time.Duration
	// Ports is how many ports it has for connections, from [NATPorts] on; zero: as many as there are.
	Ports int
}

// Translated is [lab.Routed] with a router whose connection tracking takes up no connection in the middle
// (net.netfilter.nf_conntrack_tcp_loose=0): once a mapping is forgotten, it stays so.
func Translated() lab.Topology {
	return tracking("routed, with NAT")
}

// tracking is [lab.Routed] under a name, with a router that takes up no connection in the middle.
func tracking(name string) lab.Topology {
	return lab.Routed().Named(name).With(lab.RouterHost, "net.netfilter.nf_conntrack_tcp_loose", "0")
}

func (n NAT) String() string { return n.Words().English }

// Words are those of String in each language.
func (n NAT) Words() lang.Text {
	if n.Idle == 0 {
		return lang.Text{English: "NAT on the router", Korean: "라우터의 NAT"}
	}
	return lang.Text{
		English: "NAT on the router that forgets a connection after %s without a packet",
		Korean:  "라우터의 NAT(%s 동안 패킷이 없는 연결을 잊는다)",
	}.With(durationWords(n.Idle))
}

// Install puts the NAT in place, or in the place of the one before.
func (n NAT) Install(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, lab.RouterHost, NATVerb(n))
}

// NATVerb puts NAT in place, or replaces it at once; mappings that stand are kept.
func NATVerb(n NAT) []string {
	return lab.Verb("nat", "set", "--to", lab.RouterToServer, "--unknown", cmp.Or(n.Unknown, "drop"), "--idle", n.Idle.String(), "--ports", strconv.Itoa(n.Ports))
}

// NATIdleCounter is among the [lab.Counters] of a host that has NAT: for how many seconds it remembers an idle connection,
// where that is limited. It is a setting and not a count.
const NATIdleCounter = "nat idle"

// NATMemoryCounter is for how many seconds the NAT remembers a connection that stands, at most, if nothing more is sent on it. It is no count
// either, and is there where a connection is.
const NATMemoryCounter = "nat memory"

// NATUnknownCounter is the number of packets for which the NAT had no mapping.
const NATUnknownCounter = "nat unknown"

// ForgetIdle makes a NAT forget connections that are idle.
type ForgetIdle struct {
	NAT   NAT
	After time.Duration
}

func (f ForgetIdle) String() string { return f.Words().English }

// Words are those of String in each language.
func (f ForgetIdle) Words() lang.Text {
	unknown := lang.Text{English: f.NAT.Unknown, Korean: "드롭한다"}
	if f.NAT.Unknown == "reset" {
		unknown.Korean = "리셋한다"
	}
	return lang.Text{
		English: "the NAT on the router forgets a connection after %s without a packet (%s what has no mapping)",
		Korean:  "라우터의 NAT가 %s 동안 패킷이 없는 연결을 잊는다(매핑이 없는 패킷은 %s)",
	}.With(durationWords(f.After), unknown)
}

func (f ForgetIdle) forgetful() NAT {
	n := f.NAT
	n.Idle = f.After
	return n
}

// Inject shortens the NAT's memory, also of the connections that stand.
func (f ForgetIdle) Inject(ctx context.Context, b *lab.Bench) error {
	return f.forgetful().Install(ctx, b)
}

// Verify reads the setting back.
func (f ForgetIdle) Verify(ctx context.Context, b *lab.Bench) error {
	counters := lab.Counters{}
	if err := b.Query(ctx, lab.RouterHost, agent.CountersVerb(), &counters); err != nil {
		return err
	}
	if got := time.Duration(counters[NATIdleCounter]) * time.Second; got != f.After {
		return fmt.Errorf("the NAT forgets after %s, and not after %s", got, f.After)
	}
	if longest := time.Duration(counters[NATMemoryCounter]) * time.Second; longest > f.After {
		return fmt.Errorf("the NAT still remembers a connection that stands for %s, and not for %s", longest, f.After)
	}
	return nil
}

// Heal gives the NAT its long memory back.
func (f ForgetIdle) Heal(ctx context.Context, b *lab.Bench) error { return f.NAT.Install(ctx, b) }
