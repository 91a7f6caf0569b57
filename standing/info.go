package standing

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/harness"
)

// Order is what a holder is asked to hold.
type Order struct {
	// Lab is the name by which the lab is called.
	Lab string `json:"lab"`
	// Scenario and Engine are names.
	Scenario string         `json:"scenario"`
	Engine   string         `json:"engine"`
	Family   harness.Family `json:"family"`
	// Broken: the fault is injected as soon as the lab has proven that it works.
	Broken bool `json:"broken"`
	// Recorded: the lab's own captures run at every vantage point, for [Lab.Record].
	Recorded bool `json:"recorded"`
	// Exercise is what the lab is an exercise of; nil: it is none. Of an exercise the holder tells neither scenario nor
	// fault, and it cannot be healed: its fault is to be found.
	Exercise *Exercise `json:"exercise,omitempty"`
}

// Exercise is whose exercise a lab is, and which. What it means is the business of those who ask for it.
type Exercise struct {
	Student string `json:"student"`
	Level   int    `json:"level"`
	// Class is the public key of the class, empty where there is none.
	Class string `json:"class,omitempty"`
	// Language is that of what the student is told.
	Language string `json:"language,omitempty"`
}

// State is how a lab is.
type State string

// The states.
const (
	Building State = "building"
	Healthy  State = "healthy"
	Broken   State = "broken"
)

// Info is what a holder tells of its lab. The names of the fields are stable.
type Info struct {
	Lab    string `json:"lab"`
	Engine string `json:"engine"`
	Family int    `json:"family"`
	State  State  `json:"state"`
	// Scenario and Fault are empty where a holder does not tell.
	Scenario string `json:"scenario,omitempty"`
	Fault    string `json:"fault,omitempty"`
	// Target is what the scenario's client asks, "203.0.113.10:8080".
	Target string     `json:"target,omitempty"`
	Hosts  []HostInfo `json:"hosts"`
	// Resident says that the hosts' programs and files are those of this machine ([harness.Resident]).
	Resident bool      `json:"resident"`
	Recorded bool      `json:"recorded"`
	Exercise *Exercise `json:"exercise,omitempty"`
	// Answers is how often the exercise has been answered.
	Answers int       `json:"answers,omitempty"`
	Process int       `json:"process"`
	Since   time.Time `json:"since"`
}

// HostInfo is a host, its interfaces, and its addresses in their order.
type HostInfo struct {
	Name       string       `json:"name"`
	Interfaces []string     `json:"interfaces"`
	Addresses  []netip.Addr `json:"addresses"`
}

// Host reports whether the lab has a host of this name.
func (i Info) Host(name string) bool {
	return slices.ContainsFunc(i.Hosts, func(h HostInfo) bool { return h.Name == name })
}

// HostNames are the names of the hosts in a sentence: "client, router, server".
func (i Info) HostNames() string {
	var names []string
	for _, h := range i.Hosts {
		names = append(names, h.Name)
	}
	return strings.Join(names, ", ")
}

// hostsOf are the hosts of a topology, with all their addresses.
func hostsOf(t harness.Topology) []HostInfo {
	var list []HostInfo
	for _, spec := range t.Hosts {
		h := HostInfo{Name: spec.Name}
		for _, end := range t.EndsOf(spec.Name) {
			h.Interfaces = append(h.Interfaces, end.Interface)
			for _, prefix := range end.Addrs {
				h.Addresses = append(h.Addresses, prefix.Addr())
			}
		}
		list = append(list, h)
	}
	return list
}
