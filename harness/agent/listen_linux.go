package agent

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/harness"
)

// listen is the service under test: HTTP on every address of both families. With --told it may be told to be as a program
// that has come to a halt: its socket listens, and nothing is done with what comes.
func listen(ctx context.Context, s Streams, args []string) error {
	flags := flag.NewFlagSet("listen", flag.ContinueOnError)
	port := flags.Int("port", 8080, "TCP port")
	told := flags.Bool("told", false, "read \"serve\" or \"hang\" from standard input first")
	if err := parse(flags, args); err != nil {
		return err
	}
	hang := false
	if *told {
		var err error
		if s.Stdin, hang, err = whatToDo(s.Stdin); err != nil {
			return err
		}
	}
	ctx, cancel := untilStdinEnds(ctx, s)
	defer cancel()
	listener, err := listenTCP(ctx, s.Namespace, *port)
	if err != nil {
		return err
	}
	if hang {
		ready(s)
		<-ctx.Done()
		return listener.Close()
	}
	server := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "tcplab: ok") }),
		ReadHeaderTimeout: time.Minute,
	}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	ready(s)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// listenTCP listens on a port at every address of both families.
func listenTCP(ctx context.Context, ns *Namespace, port int) (stoppingListener, error) {
	config := net.ListenConfig{Control: ns.Control}
	l, err := config.Listen(ctx, "tcp", net.JoinHostPort("", strconv.Itoa(port)))
	if err != nil {
		return stoppingListener{}, err
	}
	return stoppingListener{l.(*net.TCPListener)}, nil
}

// stoppingListener is a listener whose Close returns when nothing listens any more. close(2) alone does not end it: a
// program that is just being started has a copy of every descriptor until its execve(2), which closes them, and the
// socket listens until then. On a busy machine that was long enough for who takes its place to find the port in use.
type stoppingListener struct{ *net.TCPListener }

// Close takes the socket itself out of state LISTEN, as shutdown(2) does on Linux, and closes it.
func (l stoppingListener) Close() error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	var stop error
	err = raw.Control(func(fd uintptr) { stop = os.NewSyscallError("shutdown", unix.Shutdown(int(fd), unix.SHUT_RD)) })
	return errors.Join(err, stop, l.TCPListener.Close())
}

// whatToDo reads what a service is told, and returns what is left of its standard input.
func whatToDo(stdin io.Reader) (rest io.Reader, hang bool, err error) {
	lines := bufio.NewReader(stdin)
	switch line, err := lines.ReadString('\n'); {
	case err != nil:
		return nil, false, fmt.Errorf("read what to do: %w", err)
	case line == harness.Serve:
		return lines, false, nil
	case line == harness.Hang:
		return lines, true, nil
	default:
		return nil, false, usagef("--told is told %q or %q, not %q", harness.Serve, harness.Hang, line)
	}
}

// listeners prints the local addresses of the TCP sockets in state LISTEN on the port.
func listeners(_ context.Context, s Streams, args []string) error {
	flags := flag.NewFlagSet("listeners", flag.ContinueOnError)
	port := flags.Int("port", 8080, "TCP port")
	if err := parse(flags, args); err != nil {
		return err
	}
	found := []string{}
	err := s.Namespace.Do(func() error {
		for _, table := range []string{"/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"} {
			addrs, err := listening(table)
			if err != nil {
				return err
			}
			for _, a := range addrs {
				if int(a.Port()) == *port {
					found = append(found, a.String())
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return printJSON(s.Stdout, found)
}

// listening reads the sockets in state LISTEN (0A) from a table of proc_net_tcp(5).
func listening(table string) ([]netip.AddrPort, error) {
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
		if len(fields) < 4 || fields[3] != "0A" {
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
