package trial

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// Program is somebody's program, which knows nothing of the lab.
type Program struct {
	// Argv is its command line; empty, without an Image, stands for a client of the lab's own, which asks once. In its arguments {host}, {port}, {ports}, {addr} and {url} stand for the service that it is to ask.
	Argv []string
	// Image is the container image that it comes in; Argv is for its entry point then. Empty: it is a program of the client's host.
	Image string
	// Dir is the folder in which it runs, where the engine's hosts have the files of this machine.
	Dir string
}

// Prepare returns the command on a lab's client. Its environment names the service (TCPLAB_HOST, TCPLAB_PORT, TCPLAB_PORTS, TCPLAB_ADDR,
// TCPLAB_URL), and the lab's hosts have names: "server", "server.lab".
func (c Program) Prepare(s *harness.Standing) (*lab.Cmd, error) {
	client, err := s.Host(lab.ClientHost)
	if err != nil {
		return nil, err
	}
	env := s.TargetEnv()
	var braces []string
	for _, entry := range env {
		name, value, _ := strings.Cut(strings.TrimPrefix(entry, harness.TargetPrefix), "=")
		braces = append(braces, "{"+strings.ToLower(name)+"}", value)
	}
	replacer := strings.NewReplacer(braces...)
	argv := slices.Clone(c.Argv)
	for i := range argv {
		if i > 0 || c.Image != "" { // a program's own name is as it is
			argv[i] = replacer.Replace(argv[i])
		}
	}
	if s.Service().UDP() && slices.ContainsFunc(argv, func(word string) bool { return strings.Contains(word, "{url}") }) {
		return nil, errors.New("{url} is a URL of HTTP, and the service is on UDP: give the command {addr}, or {host} and {port}")
	}
	cmd := client.Command(argv...)
	cmd.Env, cmd.Hosts, cmd.Image = env, s.HostsFile(), c.Image
	if _, ok := client.(lab.Resident); ok {
		cmd.Dir = c.Dir
	}
	return cmd, nil
}

// Act is the command's attempt in one phase.
type Act struct {
	// Phase is the one in which the command ran.
	Phase harness.PhaseName `json:"phase"`
	// Exit is its exit code; 128 and the number of the signal for one that was killed by a signal.
	Exit int `json:"exit"`
	// Hung says that it was still running at the limit, and was killed with all that it had started.
	Hung bool `json:"hung,omitempty"`
	// Elapsed is how long it ran.
	Elapsed time.Duration `json:"elapsed_ns"`
	// Stdout and Stderr are the beginnings of its streams, [maxKept] bytes at most.
	Stdout string `json:"stdout"`
	Stderr string `json:"stderr"`
	// Connections are its attempts at a connection with the service, as its host's wire shows them, and SYNs the segments that
	// it sent for them, retransmissions too.
	Connections int `json:"connections"`
	SYNs        int `json:"syns"`
	// Datagrams are those between it and a service on UDP, for each vantage point in the order of the way from client to server; nil: the service is one on TCP.
	Datagrams []wire.DatagramCount `json:"datagrams,omitempty"`
	// Sockets are those of TCP with the service that it left behind; of one that hung, those that it had at the limit.
	Sockets []lab.Socket `json:"sockets,omitempty"`

	// Traces are what was captured at each vantage point meanwhile.
	Traces []wire.Trace `json:"-"`
	// Ended is when it ended, or was ended.
	Ended time.Time `json:"-"`
}

// asked is how often the command was seen to ask the service: its connections, or its datagrams.
func (a *Act) asked() int {
	if seen := a.seenAt(lab.ClientHost); seen != nil {
		return seen.ToService
	}
	return a.Connections
}

// seenAt is what a vantage point has seen of a service on UDP; nil: nothing, or the service is one on TCP.
func (a *Act) seenAt(point string) *wire.DatagramCount {
	for i := range a.Datagrams {
		if a.Datagrams[i].Point == point {
			return &a.Datagrams[i]
		}
	}
	return nil
}

// OK reports whether the command came to a good end.
func (a *Act) OK() bool { return !a.Hung && a.Exit == 0 }

// String is how it ended, in a few words.
func (a *Act) String() string { return a.Words().English }

// Words are those of String in each language.
func (a *Act) Words() lang.Text {
	if a.Hung {
		return lang.Text{English: "still waiting", Korean: "아직 기다림"}
	}
	return lang.Text{English: "exit %d", Korean: "종료 %d"}.With(a.Exit)
}

// run runs the command for no longer than the limit. The error is for a command that could not be run at all.
func (c Program) run(ctx context.Context, s *harness.Standing, limit, settle time.Duration) (*Act, error) {
	if len(c.Argv) == 0 && c.Image == "" {
		return ask(ctx, s, limit)
	}
	cmd, err := c.Prepare(s)
	if err != nil {
		return nil, err
	}
	if client, err := s.Host(lab.ClientHost); err == nil {
		_, cmd.Contained = client.(lab.Resident) // else it is in a container, where what it leaves is killed by its mark, or with it
	}
	before, err := socketsOf(ctx, s)
	if err != nil {
		return nil, err
	}
	var stdout, stderr bounded
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	running, kill := context.WithCancel(ctx)
	defer kill()
	crowd := sync.OnceValue(harness.Crowd())
	defer crowd()
	if err := cmd.Start(running); err != nil {
		return nil, err
	}
	start := time.Now() // a container may take a second to be made
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	act := &Act{}
	act.Hung, err = within(ended, func() time.Duration { return limit }, func() time.Duration { return harness.Late(start, time.Now()) }, func() time.Duration {
		if cmd.Contained || crowd() < crowded {
			return 0
		}
		return containerEnd
	})
	act.Elapsed, act.Ended = time.Since(start), time.Now()
	if !act.Hung {
		if err := pause(ctx, settle); err != nil {
			return nil, err
		}
	}
	all, looked := socketsOf(ctx, s)
	if act.Hung {
		kill()
		<-ended // its error is the end of its context
	}
	if looked != nil {
		return nil, looked
	}
	act.Sockets = newSockets(before, all)
	if exit, failed := errors.AsType[*lab.ExitError](err); failed {
		act.Exit, err = exit.Code, nil
	}
	act.Stdout, act.Stderr = stdout.String(), stderr.String()
	return act, err
}

// containerEnd is how much longer a container is waited for in a crowd: its engine has work to do before it tells that a program has ended.
const containerEnd = time.Minute

// within waits for a command's end for a time, and then for as much more as each of the others says then.
func within(ended <-chan error, times ...func() time.Duration) (hung bool, err error) {
	for _, more := range times {
		select {
		case err := <-ended:
			return false, err
		case <-time.After(more()):
		}
	}
	return true, nil
}

// ask lets the lab's own client ask the service. It has the patience of a client that is no better than it must be: it ends before
// the limit.
func ask(ctx context.Context, s *harness.Standing, limit time.Duration) (*Act, error) {
	o, err := s.Ask(ctx, limit/2)
	if err != nil {
		return nil, err
	}
	act := &Act{Elapsed: o.Elapsed, Stderr: o.Error, Ended: o.Ended}
	if !o.OK() {
		act.Exit = 1
	}
	return act, nil
}

// socketsOf are the client's sockets with the service.
func socketsOf(ctx context.Context, s *harness.Standing) ([]lab.Socket, error) {
	var all []lab.Socket
	if err := s.Query(ctx, lab.ClientHost, agent.SocketsVerb(), &all); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(o lab.Socket) bool { return !slices.Contains(s.Ports(), o.Remote.Port()) }), nil
}

// newSockets are those that were not there before, as those of an earlier phase are.
func newSockets(before, after []lab.Socket) []lab.Socket {
	return slices.DeleteFunc(after, func(o lab.Socket) bool {
		return slices.ContainsFunc(before, func(old lab.Socket) bool { return old.Local == o.Local })
	})
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// maxKept is how many bytes of a stream are kept.
const maxKept = 32 << 10

// bounded keeps the beginning of a stream, however long that is.
type bounded struct {
	mutex   sync.Mutex
	kept    []byte
	dropped int
}

func (b *bounded) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	n := min(len(p), maxKept-len(b.kept))
	b.kept = append(b.kept, p[:n]...)
	b.dropped += len(p) - n
	return len(p), nil
}

func (b *bounded) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.dropped > 0 {
		return fmt.Sprintf("%s\n[%d bytes more]\n", b.kept, b.dropped)
	}
	return string(b.kept)
}
