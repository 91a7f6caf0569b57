// Package scenarios is the catalogue of failures: one file each, registered at its own foot. A file says in both languages
// what breaks, what the wire shows at each vantage point, what the client feels, and which exercise it makes; how that is
// run is the business of package harness. What was recorded of a failure lies in recorded/NAME ("make record NAME=...").
package scenarios

import (
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
)

var catalogue = map[string]harness.Scenario{}

// register puts a scenario into the catalogue. It panics when the name is taken or the group is unknown: both are mistakes in this package.
// A scenario is validated by the tests and by its runs, and not here, because reading all signatures took 20 ms at the start of each process:
// a process that executes one verb on a host would pay for it, too.
func register(s harness.Scenario) struct{} {
	if _, taken := catalogue[s.Name]; taken {
		panic(fmt.Sprintf("scenarios: %s is registered twice", s.Name))
	}
	if !groupNamed(s.Group) {
		panic(fmt.Sprintf("scenarios: %s is in group %q, which does not exist", s.Name, s.Group))
	}
	catalogue[s.Name] = s
	_, file, _, _ := runtime.Caller(1)
	sources[s.Name] = path.Base(file)
	return struct{}{}
}

// sources are the names of the files in which the scenarios are registered.
var sources = map[string]string{}

// Source is the name of the file, in the folder of this package, in which a scenario stands; empty for an unknown one.
func Source(name string) string { return sources[name] }

// All returns every scenario, sorted by name.
func All() []harness.Scenario {
	var list []harness.Scenario
	for _, s := range catalogue {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b harness.Scenario) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Named returns the scenario with this name. The error for a name that is unknown suggests one that is near.
func Named(name string) (harness.Scenario, error) {
	if s, ok := catalogue[name]; ok {
		return s, nil
	}
	return harness.Scenario{}, fmt.Errorf("there is no scenario %q%s (\"tcplab list\" shows all)", name, lang.Suggestion(name, names()))
}

func names() []string {
	var list []string
	for _, s := range All() {
		list = append(list, s.Name)
	}
	return list
}

// Select returns the scenarios that have these names, each once, in the order in which they are named. A name may be a pattern of
// [path.Match], such as "firewall-*". The error is for a name or a pattern that stands for none.
func Select(patterns ...string) ([]harness.Scenario, error) {
	var chosen []harness.Scenario
	for _, pattern := range patterns {
		some, err := matching(pattern)
		if err != nil {
			return nil, err
		}
		for _, s := range some {
			if !slices.ContainsFunc(chosen, func(other harness.Scenario) bool { return other.Name == s.Name }) {
				chosen = append(chosen, s)
			}
		}
	}
	return chosen, nil
}

// matching are the scenarios for which a name or a pattern stands; at least one.
func matching(pattern string) ([]harness.Scenario, error) {
	if !strings.ContainsAny(pattern, `*?[`) {
		s, err := Named(pattern)
		return []harness.Scenario{s}, err
	}
	var list []harness.Scenario
	for _, s := range All() {
		fits, err := path.Match(pattern, s.Name)
		if err != nil {
			return nil, fmt.Errorf("%q is no pattern: * stands for any letters, ? for one, [ab] for a or b", pattern)
		}
		if fits {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no scenario's name matches %q (\"tcplab list\" shows all)", pattern)
	}
	return list, nil
}

// InGroup returns the scenarios of a part of the catalogue, by its ID. The error for an unknown one says which there are.
func InGroup(id string) ([]harness.Scenario, error) {
	var list []harness.Scenario
	var ids []string
	for _, g := range Groups() {
		ids = append(ids, g.ID)
	}
	if !slices.Contains(ids, id) {
		return nil, fmt.Errorf("there is no group %q%s (there are: %s)", id, lang.Suggestion(id, ids), strings.Join(ids, ", "))
	}
	for _, s := range All() {
		if s.Group == id {
			list = append(list, s)
		}
	}
	return list, nil
}
