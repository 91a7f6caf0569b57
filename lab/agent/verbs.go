package agent

import (
	"fmt"
	"io/fs"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/tcplab/tcplab/lab"
)

// StartVerb becomes a command, which the verbs "kill" and "signal" find by the ID as long as it runs.
func StartVerb(id string, argv ...string) []string { return append(lab.Verb("start", id), argv...) }

// StartFailure is how the output of [StartVerb] begins where the command could not be started.
const StartFailure = "tcplab cannot start the command: "

// NamesVerb writes standard input to the /etc/hosts ("hosts") or to the /etc/resolv.conf ("resolver") of a host that has files of its own.
func NamesVerb(file string) []string { return lab.Verb("names", file) }

// ResolverVerb prints the [lab.Resolver] of the host's programs.
func ResolverVerb() []string { return lab.Verb("resolver") }

// SysctlVerb prints the values of the keys as a JSON object; a key that the kernel lacks is absent from it.
func SysctlVerb(keys ...string) []string { return append(lab.Verb("sysctl"), keys...) }

// CaptureVerb writes the packets of the interfaces to standard output, as pcapng with nanosecond times, until its
// standard input ends and every packet that had arrived by then is written.
func CaptureVerb(interfaces ...string) []string { return append(lab.Verb("capture"), interfaces...) }

// ListenVerb serves HTTP on the port, IPv4 and IPv6, until its standard input ends.
func ListenVerb(port int) []string { return lab.Verb("listen", "--port", strconv.Itoa(port)) }

// DialVerb connects to the target, sends a request and reads the reply; it prints an [lab.Outcome], and exits 0 whether
// or not the connection succeeded.
func DialVerb(target netip.AddrPort, timeout time.Duration) []string {
	return GoClient{}.verb("dial", timeout, target.String())
}

// ConnectVerb does the same by blocking system calls.
func ConnectVerb(target netip.AddrPort, timeout time.Duration) []string {
	return lab.Verb("connect", "--timeout", timeout.String(), target.String())
}

// BrowseVerb loads the URL in Chromium, which must be installed, and prints an [lab.Outcome] with a picture of what is shown
// then; it exits 0 whether or not the page has loaded. Without a timeout Chromium's own patience decides, which is longer
// than the kernel's.
func BrowseVerb(url string, timeout time.Duration) []string {
	return lab.Verb("browse", "--timeout", timeout.String(), url)
}

// GetVerb makes a request with net/http's default transport and prints an [lab.Outcome]. A timeout of 0 leaves it with those of
// the transport.
func GetVerb(url string, timeout time.Duration) []string {
	return lab.Verb("get", "--timeout", timeout.String(), url)
}

// TimeVerb runs a program on the host and prints a [TimedProgram].
func TimeVerb(argv ...string) []string { return append(lab.Verb("time"), argv...) }

// TimedProgram is how a program has ended.
type TimedProgram struct {
	Stdout   string        `json:"stdout"`
	Stderr   string        `json:"stderr"`
	ExitCode int           `json:"exit_code"`
	Elapsed  time.Duration `json:"elapsed_ns"` // by the host's own clock
	Ended    time.Time     `json:"ended"`
}

// ListenersVerb prints the local addresses of the sockets that listen on the TCP port, a JSON list of strings.
func ListenersVerb(port int) []string { return lab.Verb("listeners", "--port", strconv.Itoa(port)) }

// SocketsVerb prints the host's TCP sockets that do not listen, a JSON list of [lab.Socket].
func SocketsVerb() []string { return lab.Verb("sockets") }

// CountersVerb prints a [Counters] object: the kernel's counters of this host's network, and the packets that each
// firewall rule has matched.
func CountersVerb() []string { return lab.Verb("counters") }

// StoreVerb writes standard input to a file, which takes its place once it is complete; where the path is a folder's, to a file in that, of
// the name. Of the mode the permissions count.
func StoreVerb(mode fs.FileMode, name, path string) []string {
	return lab.Verb("store", fmt.Sprintf("%04o", mode.Perm()), name, path)
}

// FileVerb writes a file to standard output.
func FileVerb(path string) []string { return lab.Verb("file", path) }

// TerminalVerb runs a command on a pseudo-terminal of its own. Standard input is [TerminalInput] values in JSON, one
// after the other; standard output is what the terminal shows. When the input ends, the terminal is hung up.
func TerminalVerb(argv ...string) []string { return append(lab.Verb("terminal"), argv...) }

// TerminalInput is what happens at the other end of a terminal.
type TerminalInput struct {
	// Env, WholeEnv, Dir and Hosts are the command's, as in [lab.Cmd]. They are taken from the first value.
	Env      []string `json:"env,omitempty"`
	WholeEnv bool     `json:"whole_env,omitempty"`
	Dir      string   `json:"dir,omitempty"`
	Hosts    string   `json:"hosts,omitempty"`
	// Rows and Cols are the size of the terminal; zero: as it is.
	Rows uint16 `json:"rows,omitempty"`
	Cols uint16 `json:"cols,omitempty"`
	// Keys are what is typed.
	Keys []byte `json:"keys,omitempty"`
}

// NeighbourVerb pins the neighbour entry of an address to a hardware address (action "pin"), so that the host never
// asks who has it, or removes the entry ("forget").
func NeighbourVerb(action string, addr netip.Addr, mac string) []string {
	return lab.Verb("neighbour", action, addr.String(), mac)
}

// NeighboursVerb prints the neighbour entries as a JSON list of [lab.Neighbour].
func NeighboursVerb() []string { return lab.Verb("neighbours") }

// LinkVerb takes an interface down (action "down"), limits the size of its packets ("mtu" INTERFACE BYTES), or waits until
// interfaces carry packets ("await").
func LinkVerb(action string, args ...string) []string {
	return append(lab.Verb("link", action), args...)
}

// LinksVerb prints the interfaces as a JSON list of [Link].
func LinksVerb() []string { return lab.Verb("link", "list") }

// Link is a host's interface as it is.
type Link struct {
	// Names are the kernel's name and the alternative ones.
	Names []string `json:"names"`
	// Up is what "ip link set up" sets, IFF_UP of netdevice(7).
	Up bool `json:"up"`
	// MTU is the largest packet in bytes that it sends.
	MTU int `json:"mtu"`
}

func (l Link) Has(name string) bool { return slices.Contains(l.Names, name) }

// RouteVerb prints the routes as a JSON list of [lab.Route] ("list"), removes those to everywhere ("remove-default"), sets one to a
// subnet ("set" KIND PREFIX, where KIND is one of [lab.Route] or "direct"; "set" via PREFIX GATEWAY), or removes it ("unset" PREFIX).
func RouteVerb(action string, args ...string) []string {
	return append(lab.Verb("route", action), args...)
}
