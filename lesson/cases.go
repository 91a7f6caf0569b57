package lesson

import (
	"cmp"
	"slices"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// Case is the fault of a scenario as it is hidden in an exercise, and what is true of it. Its name is for teachers and tests;
// a student does not see it before the case is solved.
type Case struct {
	harness.Exercise
	// Of is the scenario.
	Of string
	// Fault is injected into the lab of every mystery ([Case.Scenario]): it fits all of them, so that what stands in the
	// lab besides tells nothing.
	Fault harness.Fault
	// Verdicts are right: what a capture at the client shows, or one at the server.
	Verdicts []diagnose.Verdict
	// Where it happens.
	Where HostPlace
}

// Levels is the number of levels. Level 1 is refused or silent. On level 2 others than the server interfere, and what is
// blocked may be the way back, or ping. On level 3 "refused" and "reset" may be said by another, and connections fail that were
// established.
const Levels = 3

// group is the security group that stands in every lab.
var group = faults.SecurityGroup("tcp/8080 icmp/echo-request")

// cases are the scenarios that are exercises, by level.
var cases = func() []Case {
	var list []Case
	for _, s := range scenarios.All() {
		if s.Exercise != nil {
			list = append(list, caseOf(s))
		}
	}
	slices.SortStableFunc(list, func(a, b Case) int { return cmp.Compare(a.Level, b.Level) })
	return list
}()

func caseOf(s harness.Scenario) Case {
	c := Case{Exercise: *s.Exercise, Of: s.Name, Fault: s.Fault, Where: HostPlace(s.Place), Verdicts: []diagnose.Verdict{diagnose.Verdict(s.Verdict)}}
	// A server that has noticed nothing is no verdict about what is broken.
	if v := diagnose.Verdict(s.ServerVerdict); v != "" && v != diagnose.Open && v != diagnose.OK {
		c.Verdicts = append(c.Verdicts, v)
	}
	return c
}

// Cases returns all of them, by level.
func Cases() []Case { return slices.Clone(cases) }

// topic is what the complaint is about.
func (c Case) topic() topic {
	if c.Pings {
		return topic(diagnose.ICMP)
	}
	return topic(diagnose.TCP)
}
