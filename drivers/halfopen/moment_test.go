package halfopen

import (
	"testing"
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/labtest"
)

// moment is a row of the table: when, and how, the other end stops to be there.
type moment struct {
	name, title string
	// scenario is the name of the one in whose lab it happens.
	scenario string
	// used says that a request has been answered on the connection before.
	used bool
	// path is what the call asks for; empty: what is answered at once.
	path string
	// body is how many bytes the call sends with its request.
	body int
	// arrange lets it happen, or lets it happen in the midst of the next call.
	arrange func(l *labtest.Lab, s *server)
	// passes says that it is over by itself.
	passes bool
	// change alters the scenario before its lab is built.
	change func(s *harness.Scenario)
	// happened looks for it in the packets of a call that has met it.
	happened func(seen) bool
}

// The times of the moments.
const (
	// remembered is for how long the NAT remembers a connection on which nothing moves, and rest is how long it rests: keep-alive
	// cannot be asked for more often than each second.
	remembered = 3 * time.Second
	rest       = 4500 * time.Millisecond
	// healsAfter is how long the partition lasts, from the call's beginning.
	healsAfter = 4 * time.Second
	// upload is more than the buffers of both kernels take.
	upload = 16 << 20
)

func breaks(l *labtest.Lab, _ *server) { l.Break() }

// moments are all, in the order of the table.
var moments = []moment{
	{name: "syn-dropped", title: "The SYN is dropped: nothing answers", scenario: "security-group-drop", arrange: breaks,
		happened: func(s seen) bool { return s.synsAcked == 0 }},
	{name: "silent-at-first", title: "The connection is accepted, and then nothing comes: no TLS, no greeting, no answer", scenario: "service-hangs", arrange: breaks,
		happened: func(s seen) bool { return s.synsAcked > 0 && s.answered == 0 && s.acked }},
	{name: "gone-unacked", title: "The host is gone, and the request is not acknowledged", scenario: "stopped-host", used: true, arrange: breaks,
		happened: func(s seen) bool { return s.sent > 0 && !s.acked && s.heard == 0 }},
	{name: "gone-acked", title: "The request is acknowledged, and then the host is gone", scenario: "stopped-host", used: true, path: slowPath,
		arrange:  func(l *labtest.Lab, _ *server) { l.BreakWhen(labtest.RequestAcked) },
		happened: func(s seen) bool { return s.acked && s.answered == 0 }},
	{name: "frozen", title: "The program is frozen, or a middlebox has lost it: what comes is acknowledged, and nothing answers", scenario: "healthy", used: true,
		arrange:  func(_ *labtest.Lab, s *server) { s.freeze() },
		happened: func(s seen) bool { return s.acked && s.answered == 0 }},
	{name: "zero-window", title: "The other end has stopped reading: its window is closed", scenario: "healthy", used: true, body: upload,
		arrange:  func(_ *labtest.Lab, s *server) { s.stopReading() },
		happened: func(s seen) bool { return s.closedWindow }},
	{name: "forgotten", title: "The connection was idle, and a NAT or firewall has forgotten it; then a request", scenario: "nat-forgets", used: true,
		change: func(s *harness.Scenario) {
			f := s.Fault.(faults.ForgetIdle)
			f.After = remembered
			s.Fault = f
		},
		arrange: func(l *labtest.Lab, s *server) {
			l.Break()
			time.Sleep(rest) // a memory that runs out makes no event
		},
		happened: func(s seen) bool { return s.sent > 0 && !s.acked && s.heard == 0 }},
	{name: "heals", title: "The path breaks, and heals 4 s after the call has begun", scenario: "security-group-drop", used: true, passes: true,
		arrange: func(l *labtest.Lab, s *server) {
			breaks(l, s)
			l.HealAfter(healsAfter)
		},
		happened: func(s seen) bool { return s.sent > 1 }},
}

// lab builds the lab of the moment.
func (m moment) lab(t *testing.T, clientSysctls map[string]string) *labtest.Lab {
	t.Helper()
	s := labtest.Named(t, m.scenario)[0]
	if m.change != nil {
		m.change(&s)
	}
	plan := s.Plan()
	for key, value := range clientSysctls {
		plan = plan.With(lab.ClientHost, key, value)
	}
	s.Topology = plan
	return labtest.Open(t, s)
}
