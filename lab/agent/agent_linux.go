package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// Streams are what a verb reads and writes, and the network namespace in which it works.
type Streams struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Namespace      *Namespace
	// Resolver is the resolv.conf(5) of the host, for the processes that the verb starts; empty: it has no name server, or is in a file of
	// its own.
	Resolver string
}

// verb is one of "tcplab host <verb>".
type verb struct {
	run func(ctx context.Context, s Streams, args []string) error
	// about is the line of the usage text.
	about string
}

var verbs = map[string]verb{}

// Register adds a verb, under the first word of its line in the usage text. It panics when there is one of that name.
//
// A program that has a verb in it can be put into a host as its "tcplab" binary, also when it is another program than
// tcplab, such as a test binary. So where this process was started for that very verb, which the name tells by which it
// was called, Register runs the verb and does not return: main is never reached.
//
// It is called from init. A package with verbs must be imported by package lab/agent/all. A fault of another module uses the
// verbs that there are, or any program of its host.
func Register(about string, run func(ctx context.Context, s Streams, args []string) error) {
	name := strings.TrimSuffix(strings.Fields(about)[0], ":")
	if _, taken := verbs[name]; taken {
		panic("agent: the verb " + name + " is registered twice")
	}
	verbs[name] = verb{run, about}
	if len(os.Args) > 2 && filepath.Base(os.Args[0]) == "tcplab" && os.Args[1] == "host" && os.Args[2] == name {
		os.Exit(Main(os.Args[2:]))
	}
}

// Has reports whether a verb is registered.
func Has(name string) bool {
	_, ok := verbs[name]
	return ok
}

// The verbs that every host has. Those of package faults stand beside the faults that they serve.
func init() {
	Register("browse [--timeout D] URL: load a page in Chromium, and take a picture of it", browse)
	Register("capture INTERFACE...: write packets as pcapng to standard output until standard input ends", capture)
	Register("configure: set addresses and routes as the JSON on standard input says", configure)
	Register("connect [--timeout D] ADDR:PORT: the same by blocking system calls", connect)
	Register("counters: print the kernel's and the firewall's counters", counters)
	Register("dial [--timeout D] [--path P] [--idle D] [--keep-alive D] [--upload N] [--greeted] [--tls [--server-name NAME]] ADDR:PORT: connect, send a request, read the reply", dial)
	Register("dial-name [the flags of dial] NAME:PORT: look a name up, and do the same with the addresses that it has", dialName)
	Register("file PATH: write a file to standard output", file)
	Register("get [--timeout D] URL: make a request with Go's net/http", get)
	Register("init: be process 1 of a container", initProcess)
	Register("kill ID: kill the processes of the command that start has marked with the ID", kill)
	Register("link list|down|mtu|await: print the interfaces, take one down, limit its packets, wait until they carry packets", link)
	Register("listen [--port N] [--told]: serve HTTP until standard input ends; or hang, where its first line says so", listen)
	Register("listeners [--port N]: print the addresses that listen", listeners)
	Register("name-server: answer questions for a name, as the line of JSON on standard input says, until that ends", nameServer)
	Register("names hosts|resolver: write standard input to /etc/hosts or /etc/resolv.conf, which is this host's own", names)
	Register("neighbour pin|forget ADDR [MAC]: pin or remove a neighbour entry", neighbour)
	Register("neighbours: print the neighbour table", neighbours)
	Register("query [--by udp] [--timeout D] SERVER A|AAAA NAME: ask a name server one question", query)
	Register("resolver: print how programs of this host look names up", resolver)
	Register("route list|remove-default|set|unset: print the routes, remove those to everywhere, set or remove one", route)
	Register("signal NUMBER ID: send a signal to the processes that carry TCPLAB_EXEC=ID; print how many there are", signalCommand)
	Register("store MODE NAME PATH: write standard input to a file, or to a file of that name in a folder", store)
	Register("start ID COMMAND...: become a command that kill and signal find by the ID", startMarked)
	Register("sysctl KEY...: print the values of kernel parameters", sysctl)
	Register("ping [--count N] [--interval D] [--timeout D] ADDR: send echo requests", ping)
	Register("traceroute [--method icmp|udp|tcp] [--port N] [--hops N] [--timeout D] ADDR: find the routers up to an address", traceroute)
	Register("time PROGRAM...: run a program, print how it ended and how long it took", timeProgram)
	Register("terminal COMMAND...: run a command on a terminal of its own", terminal)
}

// Main is "tcplab host" with these arguments, in the network of this process. It returns the exit code.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, unix.SIGTERM)
	defer stop()
	return Run(ctx, Streams{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Namespace: &Namespace{}}, args)
}

// Run runs one verb and returns its exit code: 0, 1 when it failed, 2 when it was called wrongly, or that of the
// command that it is to run.
func Run(ctx context.Context, s Streams, args []string) (code int) {
	// Verbs share a process, on the netns engine those of many hosts: one that panics must not take the others along.
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(s.Stderr, "tcplab host %s: panic: %v\n%s", strings.Join(args, " "), p, debug.Stack())
			code = 1
		}
	}()
	if len(args) == 0 {
		fmt.Fprint(s.Stderr, usage())
		return 2
	}
	v, ok := verbs[args[0]]
	if !ok {
		fmt.Fprintf(s.Stderr, "tcplab host: there is no verb %q\n%s", args[0], usage())
		return 2
	}
	err := v.run(ctx, s, args[1:])
	if err == nil {
		return 0
	}
	if status, ended := errors.AsType[exitStatus](err); ended {
		return int(status)
	}
	fmt.Fprintf(s.Stderr, "tcplab host %s: %v\n", args[0], err)
	if _, wrong := errors.AsType[usageError](err); wrong {
		return 2
	}
	return 1
}

func usage() string {
	text := "the lab's verbs, run on a host:\n"
	for _, name := range slices.Sorted(maps.Keys(verbs)) {
		text += "  tcplab host " + verbs[name].about + "\n"
	}
	return text
}

// usageError is a call with the wrong arguments.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

// Usagef is the error of a call with the wrong arguments: its exit code is 2.
func Usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// Parse parses flags in the way of package flag, without its exit and its printing.
func Parse(flags *flag.FlagSet, args []string) error {
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); err != nil {
		return usageError{err.Error()}
	}
	return nil
}

// PrintJSON writes a value as one line of JSON.
func PrintJSON(w io.Writer, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", text)
	return err
}

// SayReady tells the caller that the verb works now.
func SayReady(s Streams) { fmt.Fprintln(s.Stderr, lab.Ready) }

// UntilStdinEnds returns a context that ends when standard input does.
func UntilStdinEnds(ctx context.Context, s Streams) (context.Context, context.CancelFunc) {
	return untilStdinEnds(ctx, s, func(string) {})
}

// untilStdinEnds is UntilStdinEnds for a verb that is told more meanwhile, in lines.
func untilStdinEnds(ctx context.Context, s Streams, told func(line string)) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		for lines := bufio.NewReader(s.Stdin); ; {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			told(strings.TrimSuffix(line, "\n"))
		}
	}()
	return ctx, cancel
}
