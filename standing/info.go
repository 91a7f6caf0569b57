package standing

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// Order is what a holder is asked to hold.
type Order struct {
	// Held is the name by which the lab is called.
	Lab string `json:"lab"`
	// Scenario and Engine are names.
	Scenario string     `json:"scenario"`
	Engine   string     `json:"engine"`
	Family   lab.Family `json:"family"`
	// Broken: the fault is injected as soon as the lab has proven that it works.
	Broken bool `json:"broken"`
	// When is the moment of a connection that is yet to be made at which the fault comes, in the place of Broken.
	When lab.When `json:"when,omitzero"`
	// Server is somebody's own server in the place of the lab's; nil: the lab's.
	Server *ServerOrder `json:"server,omitempty"`
	// Recorded: the lab's own captures run at every vantage point, for [Held.Record].
	Recorded bool `json:"recorded"`
	// ExerciseLabel is what the lab is an exercise of; nil: it is none. Of an exercise the holder tells neither scenario nor
	// fault, and it cannot be healed: its fault is to be found.
	Exercise *ExerciseLabel `json:"exercise,omitempty"`
}

// ServerOrder is somebody's own server, which listens on a port, and on those that Own names beside it.
type ServerOrder struct {
	// Port is the one that it listens on.
	Port int `json:"port"`
	// Proto is "tcp" or "udp"; empty stands for "tcp".
	Proto string `json:"proto,omitempty"`
	// Own is what runs. It is not a function.
	Own lab.OwnServer `json:"own"`
}

// MomentInfo is when a fault comes, or has come.
type MomentInfo struct {
	// When is what was asked for, such as "request-acked".
	When string `json:"when"`
	// Exact says that a kernel decides, by the packets; else the live capture does, and the fault was there Late after the packet.
	Exact bool          `json:"exact"`
	Late  time.Duration `json:"late_ns,omitempty"`
	// Error is why the fault did not come then; empty: it did, or still waits.
	Error string `json:"error,omitempty"`
}

// ExerciseLabel is whose exercise a lab is, and which. What it means is the business of those who ask for it.
type ExerciseLabel struct {
	// Student is whose exercise it is.
	Student string `json:"student"`
	// Level is its difficulty.
	Level int `json:"level"`
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
	Waiting  State = "waiting" // for the moment at which it is broken
	Broken   State = "broken"
)

// Info is what a holder tells of its lab. The names of the fields are stable.
type Info struct {
	// Lab is the name by which the lab is called.
	Lab string `json:"lab"`
	// Engine is what built it: "netns" or "docker".
	Engine string `json:"engine"`
	// Family is 4 for IPv4, 6 for IPv6.
	Family int `json:"family"`
	// State is "building", "healthy", "waiting" or "broken".
	State State `json:"state"`
	// Moment is for what the fault waits, or at what it came.
	Moment *MomentInfo `json:"moment,omitempty"`
	// Scenario and Fault are empty where a holder does not tell.
	Scenario string `json:"scenario,omitempty"`
	Fault    string `json:"fault,omitempty"`
	// FaultWords is Fault in each language, for people.
	FaultWords lang.Text `json:"-"`
	// Target is what the scenario's client asks, "203.0.113.10:8080".
	Target string `json:"target,omitempty"`
	// Env and HostsFile are those of [harness.Standing] for the programs that run on its hosts.
	Env       []string `json:"env,omitempty"`
	HostsFile string   `json:"hosts_file,omitempty"`
	// ServerEnded is how somebody's own server has ended by itself, and ServerOutput what it has printed last; empty: it runs, or is the lab's.
	ServerEnded  string `json:"server_ended,omitempty"`
	ServerOutput string `json:"server_output,omitempty"`
	// Hosts are the hosts of the lab.
	Hosts []HostInfo `json:"hosts"`
	// Resident says that the hosts' programs and files are those of this machine ([lab.Resident]).
	Resident bool `json:"resident"`
	// Recorded says that every packet is recorded.
	Recorded bool `json:"recorded"`
	// Exercise is whose exercise the lab is, and which.
	Exercise *ExerciseLabel `json:"exercise,omitempty"`
	// Answers is how often the exercise has been answered.
	Answers int `json:"answers,omitempty"`
	// Process is the number of the process that holds the lab.
	Process int `json:"process"`
	// Since is when the lab was asked for.
	Since time.Time `json:"since"`
}

// toldInfo is an Info on its way from the holder, with what is for people only.
type toldInfo struct {
	Info
	FaultWords lang.Text `json:"fault_words"`
}

func told(i Info) *toldInfo { return &toldInfo{i, i.FaultWords} }

// info is what was told; nil: nothing was.
func (t *toldInfo) info() *Info {
	if t == nil {
		return nil
	}
	t.Info.FaultWords = t.FaultWords
	return &t.Info
}

// HostInfo is a host, its interfaces, and its addresses in their order.
type HostInfo struct {
	// Name is that of the host.
	Name string `json:"name"`
	// Interfaces are the names of its network interfaces.
	Interfaces []string `json:"interfaces"`
	// Addresses are those of the host, of both families.
	Addresses []netip.Addr `json:"addresses"`
	// Container is the name of the host's container; empty where it is none.
	Container string `json:"container,omitempty"`
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
func hostsOf(t lab.Topology) []HostInfo {
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
