package agent

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// listen is the service under test. With --told the first line of standard input says how it behaves, a [lab.Service] in
// JSON: a list of processes does not tell.
func listen(ctx context.Context, s Streams, args []string) error {
	flags := flag.NewFlagSet("listen", flag.ContinueOnError)
	service := lab.Service{}
	flags.IntVar(&service.Port, "port", lab.Port, "port")
	told := flags.Bool("told", false, "read how to behave from standard input first")
	alone := flags.Bool("alone", false, "this process does nothing else, and may be limited")
	if err := Parse(flags, args); err != nil {
		return err
	}
	if *told {
		lines := bufio.NewReader(s.Stdin)
		line, err := lines.ReadString('\n')
		if err != nil {
			return fmt.Errorf("read how to behave: %w", err)
		}
		if err := json.Unmarshal([]byte(line), &service); err != nil {
			return Usagef("--told takes a service in JSON on the first line of standard input: %v", err)
		}
		s.Stdin = lines
	}
	if service.Files > 0 && !*alone {
		_, line := service.Command()
		s.Stdin = io.MultiReader(strings.NewReader(line), s.Stdin)
		return inOwnProcessTold(ctx, s, nil, append([]string{"listen", "--alone"}, args...)) // the limit is one of a process, which may have other verbs in it
	}
	var freezing freezer
	ctx, cancel := untilStdinEnds(ctx, s, func(line string) { freezing.told(s, line) })
	defer cancel()
	if service.Proto == "udp" {
		return echoDatagrams(ctx, s, service)
	}
	behave, known := behaviours[service.Behaviour]
	if !known {
		return Usagef("a service does not know how to %q", service.Behaviour)
	}
	if service.Refuses > 0 {
		if err := awaitRefusals(ctx, s, service.Number(), service.Refuses); err != nil {
			if ctx.Err() != nil {
				return nil // it was ended before it listened
			}
			return err
		}
	}
	listener, err := listenService(ctx, s.Namespace, service)
	if err != nil {
		return err
	}
	defer closeWith(ctx, listener)()
	freezing.listens(listener)
	if service.Files > 0 {
		few := unix.Rlimit{Cur: uint64(service.Files), Max: uint64(service.Files)}
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &few); err != nil {
			return os.NewSyscallError("setrlimit", err)
		}
	}
	if service.Refuses == 0 { // else it has said so before
		SayReady(s)
	}
	return behave(ctx, listener, service)
}

// closeWith closes a socket when the context ends. The returned function is for the end of the verb, and returns when the socket is closed:
// what reads from it, or waits for the context, may return sooner, and whoever takes the port next comes after the verb.
func closeWith(ctx context.Context, socket io.Closer) (await func()) {
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(closed)
		_ = socket.Close()
	})
	return func() {
		if stop() {
			_ = socket.Close()
			return
		}
		<-closed
	}
}

// ListenTCP listens on a port at every address of both families. What it accepts asks for no keep-alives.
func ListenTCP(ctx context.Context, ns *Namespace, port int) (Listener, error) {
	l, err := listenConfig(ns).Listen(ctx, "tcp", net.JoinHostPort("", strconv.Itoa(port)))
	if err != nil {
		return Listener{}, err
	}
	return Listener{l.(*net.TCPListener)}, nil
}

// listenConfig turns off the keep-alives that Go asks for after 15 s: where a machine is so busy that a run takes longer,
// they would be packets that no failure made.
func listenConfig(ns *Namespace) *net.ListenConfig {
	return &net.ListenConfig{Control: ns.Control, KeepAlive: -1}
}

// Listener is one whose Close returns when nothing listens any more, see [lab.CloseListener].
type Listener struct{ *net.TCPListener }

// Close closes it.
func (l Listener) Close() error { return lab.CloseListener(l.TCPListener) }

// awaitUnbound returns when no socket of the host takes datagrams of anybody at the port. A socket that was closed may be there for a moment
// more, for the reason of [lab.CloseListener]: who takes the port next would not find it free, and who asks there no error. Nothing but the kernel's
// table of sockets tells of it, and nothing tells when that changes.
func awaitUnbound(ns *Namespace, port int) {
	for deadline := time.Now().Add(unboundWithin); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if bound, err := boundTo(ns, lab.ProtoUDP, port); err != nil || len(bound) == 0 {
			return
		}
	}
}

// unboundWithin is how long another program may take to start. One that has a socket of its own at the port is not waited for any longer.
const unboundWithin = 10 * time.Second

// takingState is the state, in the tables of proc_net_tcp(5), of the sockets that listen (TCP's LISTEN), or take datagrams of anybody (a UDP
// socket that is not connected, which has the number of TCP's CLOSE).
var takingState = map[string]string{lab.ProtoTCP: "0A", lab.ProtoUDP: "07"}

// listeners prints the local addresses of the TCP sockets in state LISTEN on the port, those of every port where that is 0; with --proto
// udp, those of the UDP sockets that are not connected.
func listeners(_ context.Context, s Streams, args []string) error {
	flags := flag.NewFlagSet("listeners", flag.ContinueOnError)
	port := flags.Int("port", 8080, "port")
	proto := flags.String("proto", lab.ProtoTCP, "tcp or udp")
	if err := Parse(flags, args); err != nil {
		return err
	}
	if takingState[*proto] == "" {
		return Usagef("--proto is tcp or udp, not %q", *proto)
	}
	found, err := boundTo(s.Namespace, *proto, *port)
	if err != nil {
		return err
	}
	return PrintJSON(s.Stdout, found)
}

// boundTo are the local addresses of the sockets of a host that listen, or take datagrams of anybody, at a port; at every port where that is 0.
func boundTo(ns *Namespace, proto string, port int) ([]string, error) {
	found := []string{}
	err := ns.Do(func() error {
		for _, table := range []string{"/proc/thread-self/net/" + proto, "/proc/thread-self/net/" + proto + "6"} {
			addrs, err := socketsIn(table, takingState[proto])
			if err != nil {
				return err
			}
			for _, a := range addrs {
				if port == 0 || int(a.Port()) == port {
					found = append(found, a.String())
				}
			}
		}
		return nil
	})
	return found, err
}

// socketsIn reads the local addresses of the sockets in a state from a table of proc_net_tcp(5).
func socketsIn(table, state string) ([]netip.AddrPort, error) {
	f, err := os.Open(table)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a kernel without IPv6 has no tcp6
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []netip.AddrPort
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || fields[3] != state {
			continue
		}
		addr, err := parseProcAddr(fields[1])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", table, err)
		}
		list = append(list, addr)
	}
	return list, lines.Err()
}

// parseProcAddr parses "0A0071CB:1F90": the address as 32-bit words, each printed as a number in the byte order of the
// machine, then the port.
func parseProcAddr(text string) (netip.AddrPort, error) {
	addr, port, ok := strings.Cut(text, ":")
	raw, err := hex.DecodeString(addr)
	if !ok || err != nil || len(raw)%4 != 0 {
		return netip.AddrPort{}, fmt.Errorf("not an address: %q", text)
	}
	for word := range slices.Chunk(raw, 4) {
		binary.NativeEndian.PutUint32(word, binary.BigEndian.Uint32(word))
	}
	ip, ok := netip.AddrFromSlice(raw)
	number, err := strconv.ParseUint(port, 16, 16)
	if !ok || err != nil {
		return netip.AddrPort{}, fmt.Errorf("not an address: %q", text)
	}
	return netip.AddrPortFrom(ip, uint16(number)), nil
}
