package scenarios

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
)

// Together is a failure of several at once: their faults in their order, in the lab that they share. A scenario whose lab is the plain one has its
// fault in the lab of another. Nothing is said of what must be seen then. The error is for scenarios whose labs differ; faults
// that contradict each other (nobody listens, and the service hangs) do not take hold.
func Together(names ...string) (harness.Scenario, error) {
	var all harness.Scenario
	for i, name := range names {
		s, err := Named(name)
		switch {
		case err != nil:
			return s, err
		case i == 0:
			all = s
			continue
		case slices.Contains(names[:i], name):
			continue
		}
		if isPlain(all) {
			all, s = s, all
			all.Name, s.Name = s.Name, all.Name // the names stay in their order
			all.Fault, s.Fault = s.Fault, all.Fault
		}
		if !isPlain(s) && !sameLab(all, s) {
			return s, fmt.Errorf("%s and %s cannot hold at once, because their labs differ: take two of one lab", all.Name, s.Name)
		}
		all.Name += "+" + s.Name
		switch {
		case all.Fault == harness.Fault(harness.NoFault{}):
			all.Fault = s.Fault
		case s.Fault != harness.Fault(harness.NoFault{}):
			all.Fault = faults.Both{First: all.Fault, Second: s.Fault}
		}
	}
	return all, nil
}

// isPlain reports whether the scenario's lab is one like that of most.
func isPlain(s harness.Scenario) bool { return sameLab(s, harness.Scenario{}) }

// sameLab reports whether two scenarios have the same lab while nothing is broken, and ask the same service in it.
func sameLab(a, b harness.Scenario) bool {
	return reflect.DeepEqual(a.Plan(), b.Plan()) && reflect.DeepEqual(a.Fixtures, b.Fixtures) && a.Target == b.Target &&
		slices.EqualFunc(a.Also, b.Also, func(x, y harness.Address) bool { return x.Host == y.Host && x.OtherFamily == y.OtherFamily })
}
