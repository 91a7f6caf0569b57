package harness

import (
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
	"github.com/tcplab/tcplab/wire/signature"
)

// Report is what a run has shown.
type Report struct {
	Scenario Scenario
	Engine   string
	Family   lab.Family
	// Speed is how many times faster than real time the kernel's timers ran: 1 for real time.
	Speed float64
	// Schedule is when the client's kernel sends a SYN that nobody answers, computed from its sysctls and the speed.
	Schedule signature.Schedule
	// Resolver is how the client's programs look names up, read on its host; nil where it has no name server.
	Resolver *lab.Resolver
	// Skipped is the reason for which the run could not show anything, such as an engine without the power that the
	// fault needs. A skipped run matches nothing.
	Skipped string
	// Free says that the client was another than the scenario is about, and that nothing was expected of it: its run shows
	// what it felt.
	Free bool
	// Lateness is by how much the machine was late while an act was observed, as a witness saw that ran beside the lab. Times
	// were allowed to be so much later.
	Lateness time.Duration
	// programs is by how much the programs of the lab were late, where they are in a process of their own; and this process, where the client is a
	// function of it.
	programs time.Duration
	// starved is the greatest part of an act's time, 0 to 1, in which this process waited for a processor.
	starved float64
	// clocks counts the mismatches that a program's own clock made, or may have.
	clocks int
	// Inconclusive says that the run differs from what was wanted, and that the machine stood still for so long meanwhile
	// that this proves nothing. Such a run neither matches nor mismatches.
	Inconclusive bool
	// Mismatches are the differences between what was wanted and what was seen; none means that the run matched.
	Mismatches []Mismatch
	// Fixtures are what stood in the lab beside its hosts, each in a few words.
	Fixtures []lang.Text
	// Client is what the client felt while the fault held.
	Client lab.Outcome
	Phases []Phase
	// Kernel is the release of the kernel that the client's host runs on.
	Kernel string
	// Sysctls are the pinned kernel parameters as read on each host.
	Sysctls map[string]map[string]string
	// Counters are the increases, while the client acted, of each host's counters; those that stood still are left out.
	Counters map[string]lab.Counters
	// Diagnosis is what the captures tell of the failure, without knowing what was broken; nil where nothing was captured.
	Diagnosis *diagnose.Diagnosis
	// Artifacts is the folder that holds the captures, empty when none were kept.
	Artifacts string
}

// Match reports whether everything that was wanted was seen.
func (r *Report) Match() bool { return r.Skipped == "" && !r.Inconclusive && len(r.Mismatches) == 0 }

// Name is "closed-port/netns/ipv4".
func (r *Report) Name() string { return r.Scenario.Name + "/" + r.Engine + "/" + r.Family.String() }

// Phase returns the named phase, or nil when the run did not get that far.
func (r *Report) Phase(name PhaseName) *Phase {
	for i := range r.Phases {
		if r.Phases[i].Name == name {
			return &r.Phases[i]
		}
	}
	return nil
}

// PhaseName is the name of a phase of a run.
type PhaseName string

// The phases, in order.
const (
	Up       PhaseName = "up"
	Baseline PhaseName = "baseline"
	Break    PhaseName = "break"
	Observe  PhaseName = "observe"
	// Checking is a phase of its own for each of the scenario's [Check]s.
	Checking PhaseName = "check"
	Heal     PhaseName = "heal"
	Down     PhaseName = "down"
)

// Phase is one phase of a run.
type Phase struct {
	Name PhaseName
	// Check is the name of the check that is made, in the phase [Checking].
	Check   string
	Elapsed time.Duration
	// Client is what the client felt; nil in the phases in which it does nothing.
	Client *lab.Outcome
	// Traces are what each vantage point saw, in the order of the way from client to server.
	Traces []wire.Trace
}

// Mismatch is one difference between what was wanted and what was seen.
type Mismatch struct {
	Phase PhaseName
	// At is what was looked at: "client", "wire at server", "counter ...".
	At string
	// Reason is one sentence.
	Reason string
	// Detail is what was wanted beside what was seen, where that takes more than a sentence. It may be empty.
	Detail string
}
