// Package clients are the programs that can be put into a failure: one file each, registered at its own foot. Each says
// in the same words what it felt (a [lab.Outcome]); what it is put into is the business of packages scenarios and
// harness.
package clients

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/lab"
)

var catalogue = map[string]entry{}

type entry struct {
	client lab.Client
	about  string
}

// register puts a client into the catalogue, with one line for a list. It panics when the name is taken, which is a
// mistake in this package.
func register(c lab.Client, about string) struct{} {
	if _, taken := catalogue[c.Name()]; taken {
		panic(fmt.Sprintf("clients: %s is registered twice", c.Name()))
	}
	catalogue[c.Name()] = entry{c, about}
	return struct{}{}
}

// All returns every client, sorted by name.
func All() []lab.Client {
	var list []lab.Client
	for _, e := range catalogue {
		list = append(list, e.client)
	}
	slices.SortFunc(list, func(a, b lab.Client) int { return strings.Compare(a.Name(), b.Name()) })
	return list
}

// About is a client in one line.
func About(c lab.Client) string { return catalogue[c.Name()].about }

// Named returns the client with this name. The error for a name that is unknown lists those that are.
func Named(name string) (lab.Client, error) {
	if e, ok := catalogue[name]; ok {
		return e.client, nil
	}
	var names []string
	for _, c := range All() {
		names = append(names, c.Name())
	}
	return nil, fmt.Errorf("there is no client %q; there are %s", name, strings.Join(names, ", "))
}
