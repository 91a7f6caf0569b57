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

// LimitRate lets a firewall on the router take so many new connections to the service a minute, one at a time. The next SYN finds that the one
// that was free has just been taken: it is dropped without a word, and passes when it is sent again late enough.
type LimitRate struct{ PerMinute int }

func (f LimitRate) String() string { return f.Words().English }

// Words are those of String in each language.
func (f LimitRate) Words() lang.Text {
	return lang.Text{
		English: "the router's firewall takes %d new connections to the service a minute, and has just taken one",
		Korean:  "라우터의 방화벽은 서비스로 가는 새 연결을 분당 %d개 받고, 방금 하나를 받았다",
	}.With(f.PerMinute)
}

// RateCounter is among the [lab.Counters] of a router whose firewall limits new connections: how many SYNs it has dropped.
const RateCounter = "limit: dropped"

// Inject sets the limit.
func (f LimitRate) Inject(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, lab.RouterHost, lab.Verb("limit", "set", "--port", lab.JoinPorts(b.Service.Numbers(), ","), "--per-minute", strconv.Itoa(f.PerMinute)))
}

// tooEarly is for how long a connection is tried that must be dropped: its first SYN alone counts.
const tooEarly = 200 * time.Millisecond

// Verify makes a connection, which must be dropped, and sets the limit anew, so that the next SYN is too early again however long it takes
// to come.
func (f LimitRate) Verify(ctx context.Context, b *lab.Bench) error {
	const tries = 5 // on a busy machine a client may end before it has sent anything
	for range tries {
		var o lab.Outcome
		if err := b.Query(ctx, lab.ClientHost, agent.DialVerb(b.Target(), tooEarly), &o); err != nil {
			return err
		}
		counters := lab.Counters{}
		if err := b.Query(ctx, lab.RouterHost, agent.CountersVerb(), &counters); err != nil {
			return err
		}
		dropped, ok := counters[RateCounter]
		switch {
		case !ok:
			return errors.New("the router has no firewall rule that limits new connections")
		case o.OK():
			return fmt.Errorf("%s, but a connection was not dropped", f)
		case dropped > 0:
			return f.Inject(ctx, b)
		}
	}
	return fmt.Errorf("%s, but none of %d connections was seen by it", f, tries)
}

// Heal lifts the limit.
func (LimitRate) Heal(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, lab.RouterHost, lab.Verb("limit", "remove"))
}

// NewOnly implements harness.NewOnly.
func (LimitRate) NewOnly() bool { return true }

// OwnClock implements harness.OwnClock.
func (LimitRate) OwnClock() bool { return true }

// UnfitForUDP implements harness.ForUDP.
func (LimitRate) UnfitForUDP() string { return aboutFlags }
