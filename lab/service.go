package lab

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Port is the port of the service under test where a [Service] names none. In a plan (a fault, a fixture, an expectation) it stands
// for the port that the service has in the lab at hand ([Bench.PortsOf]), so that a plan holds for a service on any port.
const Port = 8080

// Service is the program under test, as a value: where it listens, and how it behaves. The zero value serves HTTP on
// [Port], on every address of both families.
type Service struct {
	// Proto is "tcp" or "udp"; empty stands for "tcp". A UDP service returns each datagram to its sender.
	Proto string `json:"proto,omitempty"`
	// Port is the one that it listens on; 0 stands for [Port].
	Port int `json:"port,omitempty"`
	// Bind limits the addresses that it listens on: "loopback", "ipv4" or "ipv6"; empty: all of them.
	Bind string `json:"bind,omitempty"`
	// Behaviour is what it does with a connection; empty stands for [Serve].
	Behaviour Behaviour `json:"behaviour,omitempty"`
	// Delay is how long it thinks before it answers a request, of the behaviours that answer.
	Delay time.Duration `json:"delay_ns,omitempty"`
	// Idle is how long [Serve], [ServeThenReset] and [ServeThenForget] keep a connection on which no request comes; 0: for ever.
	Idle time.Duration `json:"idle_ns,omitempty"`
	// Backlog is the length of its accept queue, listen(2): so many connections and one more wait to be accepted. 0 stands
	// for as many as the kernel allows (net.core.somaxconn).
	Backlog int `json:"backlog,omitempty"`
	// Files is how many file descriptors the service's process may have, connections among them (RLIMIT_NOFILE, setrlimit(2)); 0: as many
	// as the machine lets it. [Serve] then keeps connections that say nothing, until there is no descriptor left for one more.
	Files int `json:"files,omitempty"`
	// Refuses is how many SYNs are refused before it listens, because nobody does so long: it begins when so many refusals have left its
	// host. 0: it listens from the beginning.
	Refuses int `json:"refuses,omitempty"`
	// TLS is how [Serve] speaks TLS; empty: it does not.
	TLS Secured `json:"tls,omitempty"`
	// Own is somebody's own server in place of the lab's, which listens on Port and on its further ports; nil: the lab's.
	Own *OwnServer `json:"-"`
}

// Behaviour is what a service does with a connection.
type Behaviour string

// The behaviours of a TCP service.
const (
	// Serve answers each HTTP request, and keeps the connection for the next one.
	Serve Behaviour = "serve"
	// AskLogin answers each request with the status 511, which is that of a network that wants its users to log in first (RFC 6585
	// section 6).
	AskLogin Behaviour = "ask-login"
	// ServeThenReset is Serve, but it ends an idle connection with a RST (SO_LINGER with 0 s).
	ServeThenReset Behaviour = "serve-then-reset"
	// ServeThenForget answers one request, and its kernel then forgets the idle connection without a packet, as a host does
	// that has started anew. It needs CAP_NET_ADMIN (TCP_REPAIR).
	ServeThenForget Behaviour = "serve-then-forget"
	// ServeThenHang answers one request, and then reads nothing and says nothing: the kernel acknowledges the next one.
	ServeThenHang Behaviour = "serve-then-hang"
	// ServeLate answers each request after its delay, whether or not the client is still there.
	ServeLate Behaviour = "serve-late"
	// KeepOpen answers each request and never closes the connection, whatever the client asks for.
	KeepOpen Behaviour = "keep-open"
	// Stall sends one half of what its answer announces, and then says nothing.
	Stall Behaviour = "stall"
	// Hang takes no connection: the kernel completes handshakes and acknowledges requests, and no reply comes.
	Hang Behaviour = "hang"
	// NeverRead takes connections and reads nothing from them: the receive buffer fills, and the window closes.
	NeverRead Behaviour = "never-read"
	// CloseEarly reads the request and closes the connection without an answer.
	CloseEarly Behaviour = "close-early"
	// HalfAnswer sends one half of what its answer announces and closes the connection.
	HalfAnswer Behaviour = "half-answer"
	// ResetAfterRequest reads the request and resets the connection (SO_LINGER with 0 s).
	ResetAfterRequest Behaviour = "reset"
	// ResetOnAccept resets each connection when it is accepted.
	ResetOnAccept Behaviour = "reset-on-accept"
	// CloseUnread closes the connection with the request unread, so that the kernel resets it (RFC 2525 section 2.17).
	CloseUnread Behaviour = "close-unread"
	// Die is a program that a request kills: its connections are closed, and nobody listens any more.
	Die Behaviour = "die"
	// Greet sends a line before it reads anything, as mail servers and databases do; then it returns each line it reads.
	Greet Behaviour = "greet"
	// Silent takes connections and reads them, and never says anything.
	Silent Behaviour = "silent"
)

// Freezes reports whether a service that does this can be told to freeze ([Bench.FreezeService]): the others do what they do for a short time.
func (b Behaviour) Freezes() bool {
	return slices.Contains([]Behaviour{"", Serve, AskLogin, ServeThenReset}, b)
}

// Number is the port that the service listens on, the first where it has several.
func (s Service) Number() int {
	if s.Port == 0 {
		return Port
	}
	return s.Port
}

// Numbers are all ports that the service listens on, [Service.Number] first.
func (s Service) Numbers() []int {
	list := []int{s.Number()}
	if s.Own != nil {
		list = append(list, s.Own.Also...)
	}
	return list
}

// UDP reports whether the service takes datagrams, and no connections.
func (s Service) UDP() bool { return s.Proto == ProtoUDP }

// Transport is the service's protocol, "tcp" or "udp".
func (s Service) Transport() string {
	if s.UDP() {
		return ProtoUDP
	}
	return ProtoTCP
}

// The values of [Service.Proto].
const (
	ProtoTCP = "tcp"
	ProtoUDP = "udp"
)

// PortWords names the service's ports in a sentence: "TCP port 8080", "UDP ports 53 and 5353".
func (s Service) PortWords() string {
	numbers := s.Numbers()
	text := strings.ToUpper(s.Transport()) + " port"
	if len(numbers) == 1 {
		return fmt.Sprintf("%s %d", text, numbers[0])
	}
	last := len(numbers) - 1
	return fmt.Sprintf("%ss %s and %d", text, JoinPorts(numbers[:last], ", "), numbers[last])
}

// JoinPorts writes ports one after the other.
func JoinPorts(list []int, separator string) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, separator)
}

func (s Service) String() string {
	text := fmt.Sprintf("%s/%d", s.Transport(), s.Number())
	if s.Bind != "" {
		text += " on " + s.Bind
	}
	if s.Behaviour != "" && s.Behaviour != Serve {
		text += fmt.Sprintf(" (%s)", s.Behaviour)
	}
	if s.Files > 0 {
		text += fmt.Sprintf(" (%d file descriptors)", s.Files)
	}
	if s.Refuses > 0 {
		text += fmt.Sprintf(" (after %d refusals)", s.Refuses)
	}
	if s.TLS != "" {
		text += fmt.Sprintf(" (TLS: %s)", s.TLS)
	}
	return text
}

// Command is the verb that is the service, and the line that it reads first from its standard input. A list of processes
// does not tell how it behaves: in an exercise, that is the question.
func (s Service) Command() (argv []string, told string) {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings and numbers
	}
	return Verb("listen", "--port", strconv.Itoa(s.Number()), "--told"), string(text) + "\n"
}
