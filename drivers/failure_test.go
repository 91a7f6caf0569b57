package drivers

import (
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/labtest"
)

// failure is a column of the table: a scenario of the catalogue, and the moment at which it meets the driver.
type failure struct {
	name, title string
	// scenario is the name of the one that is injected.
	scenario string
	// pooled says that the driver has a connection which has served a request, and which is idle when the failure comes.
	pooled bool
	// slow says that the server works at the request for a while.
	slow bool
	// midway says that the failure comes while the request waits for its answer.
	midway bool
	// rest is how long the connection is idle, once the failure is there.
	rest time.Duration
	// restarts says that the failure is over when the call is made.
	restarts bool
	// heals is how long after the call has begun the failure is over; 0: it is healed when the call has ended.
	heals time.Duration
}

// limit is how long a call is waited for, and how long for a driver to recover. It is longer than the usual timers of drivers by more than a
// busy machine is late: 20 s (a connection of gRPC), 25 s (five dials of go-redis), 30 s (a dial of net/http).
const limit = 35 * time.Second

// A pool may look at a connection first that has been idle for longer than a second, and the NAT of the scenarios remembers one for a second.
const (
	idle      = 1500 * time.Millisecond
	forgotten = 2500 * time.Millisecond
)

// failures are all, in the order of the page.
var failures = []failure{
	{name: "syn-dropped", title: "A new connection, and every SYN is dropped on its way", scenario: "security-group-drop"},
	{name: "refused", title: "A new connection, and nobody listens", scenario: "closed-port"},
	{name: "silent-at-first", title: "A new connection is accepted, and then nothing comes: no greeting, no TLS, no answer", scenario: "service-hangs"},
	{name: "gone-mid-request", title: "The host is gone while a request is acknowledged and unanswered", scenario: "stopped-host", pooled: true, slow: true, midway: true},
	{name: "killed-mid-request", title: "The server is stopped while a request is acknowledged and unanswered; nobody listens then", scenario: "closed-port", pooled: true, slow: true, midway: true},
	{name: "answer-lost", title: "The server works at a request for longer than a NAT remembers: it answers, and the answer is dropped", scenario: "nat-forgets", slow: true},
	{name: "dark-while-idle", title: "While the pool is idle, a rule begins to drop what goes to the server; then a call", scenario: "security-group-drop", pooled: true, rest: idle},
	{name: "never-answers", title: "The server's process stops while the pool is idle; its kernel acknowledges the call, and nothing answers", scenario: "service-hangs", pooled: true, rest: idle},
	{name: "nat-forgot", title: "A NAT has forgotten the idle connection, and drops the call", scenario: "nat-forgets", pooled: true, rest: forgotten},
	{name: "nat-resets", title: "A middlebox has forgotten the idle connection, and answers the call with a RST", scenario: "nat-forgets-reset", pooled: true, rest: forgotten},
	{name: "closed-while-idle", title: "The server has restarted while the pool was idle: a FIN is there before the call", scenario: "closed-port", pooled: true, rest: idle, restarts: true},
	{name: "partition-heals", title: "While the pool is idle, a rule begins to drop what goes to the server; it is gone 4 s after the call has begun", scenario: "security-group-drop", pooled: true, rest: idle, heals: 4 * time.Second},
}

// meets says whether the driver can meet the failure: a program has no pool, and what is done at once has no midst.
func (f failure) meets(d driver) bool {
	return (d.pools() || !f.pooled || f.slow) && !(f.slow && d.prompt)
}

// inject breaks the lab, or lets it break in the midst of the next call.
func (f failure) inject(l *labtest.Lab, d driver) {
	when := d.request
	if when == (lab.When{}) {
		when = labtest.Later(labtest.RequestAcked, slowly/4) // a server that works at the request
	}
	if f.midway {
		l.BreakWhen(when)
		return
	}
	if f.heals > 0 {
		l.HealAfter(f.heals)
	}
	l.Break()
	if f.restarts {
		l.Heal()
	}
	time.Sleep(f.rest) // a memory that runs out makes no event
}

// holds says whether the failure is still there when the call has ended.
func (f failure) holds() bool { return !f.restarts && f.heals == 0 }
