package agent

import (
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

	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/harness"
)

// A program that has this package in it can be put into a host as its "tcplab" binary. The check is by the name it was
// called by and is made here, before main, because that program need not be tcplab: it may be a test binary.
func init() {
	// It runs what is in the table, and so cannot be there from the beginning.
	verbs["serve"] = verb{serve, "serve: run verbs for the other end of standard input and output, which speaks SSH"}
	if len(os.Args) > 1 && filepath.Base(os.Args[0]) == "tcplab" && os.Args[1] == "host" {
		os.Exit(Main(os.Args[2:]))
	}
}

// Streams are what a verb reads and writes, and the network namespace in which it works.
type Streams struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Namespace      *Namespace
}

// verb is one of "tcplab host <verb>".
type verb struct {
	run func(ctx context.Context, s Streams, args []string) error
	// about is the line of the usage text.
	about string
}

var verbs = map[string]verb{
	"allow-list": {allowList, "allow-list set|remove NAME ...: let through what is permitted, and nothing else"},
	"browse":     {browse, "browse [--timeout D] URL: load a page in Chromium, and take a picture of it"},
	"capture":    {capture, "capture INTERFACE...: write packets as pcapng to standard output until standard input ends"},
	"configure":  {configure, "configure: set addresses and routes as the JSON on standard input says"},
	"connect":    {connect, "connect [--timeout D] ADDR:PORT: the same by blocking system calls"},
	"counters":   {counters, "counters: print the kernel's and the firewall's counters"},
	"dial":       {dial, "dial [--timeout D] [--path P] [--idle D] ADDR:PORT: connect, send a request, read the reply"},
	"file":       {file, "file PATH: write a file to standard output"},
	"firewall":   {firewall, "firewall add|delete [flags]: add or delete a rule that drops or rejects packets"},
	"get":        {get, "get [--timeout D] URL: make a request with Go's net/http"},
	"init":       {initProcess, "init: be process 1 of a container"},
	"kill":       {kill, "kill ID: kill the processes that carry TCPLAB_EXEC=ID"},
	"link":       {link, "link list|down|await: print the interfaces, take one down, wait until they carry packets"},
	"listen":     {listen, "listen [--port N] [--told]: serve HTTP until standard input ends; or hang, where its first line says so"},
	"listeners":  {listeners, "listeners [--port N]: print the addresses that listen"},
	"nat":        {nat, "nat set|remove: hide what leaves by an interface behind its address"},
	"neighbour":  {neighbour, "neighbour pin|forget ADDR [MAC]: pin or remove a neighbour entry"},
	"neighbours": {neighbours, "neighbours: print the neighbour table"},
	"proxy":      {proxy, "proxy [--layer 7|4] [--idle D] [--waf ACTION] ADDR:PORT: pass on to a server until standard input ends"},
	"route":      {route, "route list|remove-default: print the routes, remove those to everywhere"},
	"signal":     {signalCommand, "signal NUMBER ID: send a signal to the processes that carry TCPLAB_EXEC=ID; print how many there are"},
	"sysctl":     {sysctl, "sysctl KEY...: print the values of kernel parameters"},
	"time":       {timeProgram, "time PROGRAM...: run a program, print how it ended and how long it took"},
	"terminal":   {terminal, "terminal COMMAND...: run a command on a terminal of its own"},
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

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// parse parses flags in the way of package flag, without its exit and its printing.
func parse(flags *flag.FlagSet, args []string) error {
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); err != nil {
		return usageError{err.Error()}
	}
	return nil
}

func printJSON(w io.Writer, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", text)
	return err
}

// ready tells the caller that the verb works now.
func ready(s Streams) { fmt.Fprintln(s.Stderr, harness.Ready) }

// untilStdinEnds returns a context that ends when standard input does.
func untilStdinEnds(ctx context.Context, s Streams) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, s.Stdin)
	}()
	return ctx, cancel
}
