package harness

import (
	"net/netip"
	"strconv"
	"time"
)

// The lab's own verbs: "tcplab host <verb>", run on a host. They are implemented by package agent; what they take and
// what they print is here, so that harness and agent agree without importing each other's dependencies.
//
// A verb prints its result on standard output, one JSON value, and its error on standard error, one sentence. A verb
// that runs for long writes the line [Ready] to standard error when it works, and ends in good order when its
// standard input ends.

// Ready is the line by which a long-running verb says that it works.
const Ready = "ready"

// Verb returns the command line of a verb.
func Verb(args ...string) []string { return append([]string{"tcplab", "host"}, args...) }

// ConfigureVerb reads a [HostConfig] from standard input and gives the host its addresses, routes and hardware
// addresses. It may be run again, after the host was switched off and on. Engines run it.
func ConfigureVerb() []string { return Verb("configure") }

// ServeVerb runs verbs for the other end of its standard input and output, which are an SSH connection without
// authentication. For each verb the other end opens a channel of type [ServeChannel].
func ServeVerb() []string { return Verb("serve") }

// What is spoken with ServeVerb.
const (
	// ServeChannel is a channel for one verb, whose arguments are the channel's data as a JSON list of strings. Its streams are
	// the verb's. It is closed by the verb's side, once the verb has ended.
	ServeChannel = "verb@tcplab"
	// ServeExit is the request that tells the verb's exit code (uint32), after all of its output.
	ServeExit = "exit-status"
	// ServeInterrupt is the request that lets the verb end in good order, as Ctrl-C does.
	ServeInterrupt = "interrupt@tcplab"
	// ServeKill is the request that ends the verb without regard to its streams.
	ServeKill = "kill@tcplab"
)

// SysctlVerb prints the values of the keys as a JSON object; a key that the kernel lacks is absent from it.
func SysctlVerb(keys ...string) []string { return append(Verb("sysctl"), keys...) }

// CaptureVerb writes the packets of the interfaces to standard output, as pcapng with nanosecond times, until its
// standard input ends and every packet that had arrived by then is written.
func CaptureVerb(interfaces ...string) []string { return append(Verb("capture"), interfaces...) }

// ListenVerb serves HTTP on the port, IPv4 and IPv6, until its standard input ends.
func ListenVerb(port int) []string { return Verb("listen", "--port", strconv.Itoa(port)) }

// ToldVerb is ListenVerb, but for that it reads what to do from the first line of its standard input: [Serve], or [Hang]. A
// list of processes does not tell which it was.
func ToldVerb(port int) []string { return append(ListenVerb(port), "--told") }

// What a service is told.
const (
	// Serve serves as ListenVerb does.
	Serve = "serve\n"
	// Hang listens and takes no connection: the kernel completes handshakes and acknowledges requests, and no reply comes.
	Hang = "hang\n"
)

// DialVerb connects to the target, sends a request and reads the reply; it prints an [Outcome], and exits 0 whether
// or not the connection succeeded.
func DialVerb(target netip.AddrPort, timeout time.Duration) []string {
	return GoClient{}.verb(target, timeout)
}

// ConnectVerb does the same by blocking system calls.
func ConnectVerb(target netip.AddrPort, timeout time.Duration) []string {
	return Verb("connect", "--timeout", timeout.String(), target.String())
}

// BrowseVerb loads the URL in Chromium, which must be installed, and prints an [Outcome] with a picture of what is shown
// then; it exits 0 whether or not the page has loaded. Without a timeout Chromium's own patience decides, which is longer
// than the kernel's.
func BrowseVerb(url string, timeout time.Duration) []string {
	return Verb("browse", "--timeout", timeout.String(), url)
}

// GetVerb makes a request with net/http's default transport and prints an [Outcome]. A timeout of 0 leaves it with those of
// the transport.
func GetVerb(url string, timeout time.Duration) []string {
	return Verb("get", "--timeout", timeout.String(), url)
}

// TimeVerb runs a program on the host and prints a [TimedProgram].
func TimeVerb(argv ...string) []string { return append(Verb("time"), argv...) }

// TimedProgram is how a program has ended.
type TimedProgram struct {
	Stdout   string        `json:"stdout"`
	Stderr   string        `json:"stderr"`
	ExitCode int           `json:"exit_code"`
	Elapsed  time.Duration `json:"elapsed_ns"` // by the host's own clock
	Ended    time.Time     `json:"ended"`
}

// ListenersVerb prints the local addresses of the sockets that listen on the TCP port, a JSON list of strings.
func ListenersVerb(port int) []string { return Verb("listeners", "--port", strconv.Itoa(port)) }

// CountersVerb prints a [Counters] object: the kernel's counters of this host's network, and the packets that each
// firewall rule has matched.
func CountersVerb() []string { return Verb("counters") }

// FileVerb writes a file to standard output.
func FileVerb(path string) []string { return Verb("file", path) }

// TerminalVerb runs a command on a pseudo-terminal of its own. Standard input is [TerminalInput] values in JSON, one
// after the other; standard output is what the terminal shows. When the input ends, the terminal is hung up.
func TerminalVerb(argv ...string) []string { return append(Verb("terminal"), argv...) }

// TerminalInput is what happens at the other end of a terminal.
type TerminalInput struct {
	// Env and Dir are the command's, as in [Cmd]. They are taken from the first value.
	Env []string `json:"env,omitempty"`
	Dir string   `json:"dir,omitempty"`
	// Rows and Cols are the size of the terminal; zero: as it is.
	Rows uint16 `json:"rows,omitempty"`
	Cols uint16 `json:"cols,omitempty"`
	// Keys are what is typed.
	Keys []byte `json:"keys,omitempty"`
}

// Counters are the values of a host's counters by name: those of /proc/net/snmp, netstat and snmp6 named as
// nstat(8) does ("TcpExtTCPSynRetrans", "TcpOutRsts", "Ip6InReceives"), and "firewall " + Rule.String() for each rule.
type Counters map[string]uint64

// NeighbourVerb pins the neighbour entry of an address to a hardware address (action "pin"), so that the host never
// asks who has it, or removes the entry ("forget").
func NeighbourVerb(action string, addr netip.Addr, mac string) []string {
	return Verb("neighbour", action, addr.String(), mac)
}

// NeighboursVerb prints the neighbour entries as a JSON list of [Neighbour].
func NeighboursVerb() []string { return Verb("neighbours") }

// Permanent is the state of a neighbour entry that is pinned.
const Permanent = "PERMANENT"

// Neighbour is an entry of a host's neighbour table (ARP for IPv4, Neighbour Discovery for IPv6).
type Neighbour struct {
	Addr  netip.Addr `json:"addr"`
	MAC   string     `json:"mac"`
	State string     `json:"state"` // as ip-neighbour(8) names it: "PERMANENT", "REACHABLE", "STALE" ...
}
