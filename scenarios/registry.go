// Package scenarios is the catalogue of failures: one file each, registered at its own foot. A file says what breaks,
// what the wire shows at each vantage point, and what the client feels; how that is run is the business of package
// harness.
package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"

	"github.com/tcplab/tcplab/harness"
)

var catalogue = map[string]harness.Scenario{}

// register puts a scenario into the catalogue. It panics when the name is taken or the scenario is not valid: both are
// mistakes in this package.
func register(s harness.Scenario) struct{} {
	if _, taken := catalogue[s.Name]; taken {
		panic(fmt.Sprintf("scenarios: %s is registered twice", s.Name))
	}
	if err := s.Validate(); err != nil {
		panic("scenarios: " + err.Error())
	}
	catalogue[s.Name] = s
	return struct{}{}
}

// All returns every scenario, sorted by name.
func All() []harness.Scenario {
	var list []harness.Scenario
	for _, s := range catalogue {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b harness.Scenario) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Named returns the scenario with this name. The error for a name that is unknown suggests the nearest one.
func Named(name string) (harness.Scenario, error) {
	if s, ok := catalogue[name]; ok {
		return s, nil
	}
	return harness.Scenario{}, fmt.Errorf("there is no scenario %q; did you mean %q? (\"tcplab list\" shows all)", name, nearest(name))
}

// nearest returns the name with the fewest edits to this one.
func nearest(name string) string {
	names := make([]string, 0, len(catalogue))
	for _, s := range All() {
		names = append(names, s.Name)
	}
	return slices.MinFunc(names, func(a, b string) int {
		return levenshtein.ComputeDistance(name, a) - levenshtein.ComputeDistance(name, b)
	})
}
