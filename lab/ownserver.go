package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// OwnServer is somebody's own server, in the place of the lab's: a command, a container of an image, or a function of this process.
type OwnServer struct {
	// Line is its command line, for sh(1). In its environment are PORT, the port that it must listen on, PORTS, all of them with commas
	// between, HOST, the server's address that clients ask, and DIR, a folder that is this lab's alone and goes with it.
	Line string `json:"line,omitempty"`
	// Image is the container image that it comes in ([Cmd.Image]); empty: it is a program of this machine. Line, where there is one, is then
	// for the image's sh(1), in the place of what the image would run. There is no DIR, because a container has files of its own.
	Image string `json:"image,omitempty"`
	// Args are for the entry point of the image, in the place of its own arguments, where Line is empty.
	Args []string `json:"args,omitempty"`
	// Dir is the folder in which the command runs.
	Dir string `json:"dir,omitempty"`
	// Also are the ports that it listens on beside [Service.Port], of the same protocol.
	Also []int `json:"also,omitempty"`
	// Serve is the function in place of Line: it serves on a listener of the server host, until that is closed.
	Serve func(net.Listener) error `json:"-"`
	// HTTP is the path of a request that must be answered (with a status from 200 to 399) before the server counts as ready;
	// empty: nothing is asked of it.
	HTTP string `json:"http,omitempty"`
	// Log must match what it has printed before it counts as ready; nil: not looked at.
	Log *regexp.Regexp `json:"log,omitempty"`
	// Patience is how long it may take to become ready; 0 stands for [DefaultPatience].
	Patience time.Duration `json:"patience_ns,omitempty"`
}

// DefaultPatience is how long a server may take to become ready: a database makes its files first.
const DefaultPatience = time.Minute

func (o *OwnServer) patience() time.Duration {
	if o.Patience == 0 {
		return DefaultPatience
	}
	return o.Patience
}

// String is what runs, in a few words.
func (o *OwnServer) String() string {
	switch {
	case o.Serve != nil:
		return "function"
	case o.Image == "":
		return o.Line
	case o.Line != "":
		return fmt.Sprintf("image %s: %s", o.Image, o.Line)
	}
	return strings.Join(append([]string{"image", o.Image}, o.Args...), " ")
}

// command is the server's command on its host.
func (o *OwnServer) command(host Host) *Cmd {
	shell := []string{"sh", "-c", o.Line}
	var cmd *Cmd
	switch {
	case o.Image == "":
		cmd = host.Command(shell...)
		cmd.Dir = o.Dir
	case o.Line != "":
		cmd = host.Command()
		cmd.Entrypoint = shell
	default:
		cmd = host.Command(o.Args...)
	}
	cmd.Image, cmd.Server = o.Image, true
	return cmd
}

// ServerError says what is wrong with somebody's own server, and what that has printed.
type ServerError struct {
	// Server is the one, as [OwnServer.String] has it.
	Server, Reason, Output string
}

func (e *ServerError) Error() string {
	if e.Output == "" {
		return fmt.Sprintf("the server (%s) %s; it printed nothing", e.Server, e.Reason)
	}
	return fmt.Sprintf("the server (%s) %s; it printed:\n%s", e.Server, e.Reason, strings.TrimRight(e.Output, "\n"))
}

// ownProcess is somebody's server while it runs.
type ownProcess struct {
	own    *OwnServer
	cmd    *Cmd
	output *tail
	kill   context.CancelFunc
	ended  chan struct{}
	err    error            // valid once ended is closed
	others []netip.AddrPort // where others listened before it was started, such as a container engine's resolver
}

// startOwn starts somebody's own server, and returns when it is ready.
func (b *Bench) startOwn(ctx context.Context, s Service) (kept, error) {
	host, err := b.Host(ServerHost)
	if err != nil {
		return nil, err
	}
	if s.Own.Serve != nil {
		return startFunction(ctx, host, s)
	}
	p := &ownProcess{own: s.Own, cmd: s.Own.command(host), output: newTail(), ended: make(chan struct{})}
	p.cmd.Env = []string{"PORT=" + strconv.Itoa(s.Number()), "PORTS=" + JoinPorts(s.Numbers(), ","), "HOST=" + b.Topology.Addr(ServerHost, b.Family).String()}
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	if p.others, err = b.listeners(ctx, s); err != nil {
		return nil, err
	}
	life, kill := context.WithCancel(context.WithoutCancel(ctx))
	p.kill = kill
	if err := p.cmd.Start(life); err != nil {
		kill()
		return nil, err
	}
	go func() {
		defer kill()
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	if err := b.awaitOwn(ctx, s, p); err != nil {
		kill()
		<-p.ended
		return nil, err
	}
	return p, nil
}

// betweenLooks is the pause between two looks at a server that is not ready yet: the kernel tells nobody that a socket listens.
const betweenLooks = 50 * time.Millisecond

// astray is for how long a server may listen elsewhere, and not where it must, before that is taken for a mistake.
const astray = 5 * time.Second

// awaitOwn returns when the server is ready, or cannot become so any more.
func (b *Bench) awaitOwn(ctx context.Context, s Service, p *ownProcess) error {
	started := time.Now()
	var elsewhere time.Time
	ticker := time.NewTicker(betweenLooks)
	defer ticker.Stop()
	for {
		missing, at, err := b.missingOf(ctx, s, p)
		if err != nil {
			return err
		}
		if missing == "" {
			return nil
		}
		switch {
		case p.over():
			return p.failure(p.died())
		case len(at) == 0:
			elsewhere = time.Time{}
		case elsewhere.IsZero():
			elsewhere = time.Now()
		case time.Since(elsewhere) > astray:
			return p.failure(missing)
		}
		if time.Since(started) > s.Own.patience() {
			return p.failure(fmt.Sprintf("is not ready after %s: it %s", s.Own.patience(), missing))
		}
		select {
		case <-p.ended:
			return p.failure(p.died())
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-ticker.C:
		}
	}
}

// missingOf is what the server lacks to be ready; empty: nothing. Where it listens elsewhere and not where it must, at is where.
func (b *Bench) missingOf(ctx context.Context, s Service, p *ownProcess) (missing string, at []netip.AddrPort, err error) {
	if s.Own.Log != nil && !s.Own.Log.MatchString(p.output.String()) {
		return fmt.Sprintf("has printed nothing that matches %q", s.Own.Log), nil, nil
	}
	all, err := b.listeners(ctx, s)
	if err != nil {
		return "", nil, err
	}
	all = slices.DeleteFunc(all, func(a netip.AddrPort) bool { return slices.Contains(p.others, a) })
	if missing, astray := b.unreached(s, all); missing != "" {
		if astray {
			return missing, all, nil
		}
		return missing, nil, nil
	}
	if s.Own.HTTP == "" {
		return "", nil, nil
	}
	var o Outcome
	verb := Verb("dial", "--timeout", time.Second.String(), "--path", s.Own.HTTP, b.Target().String())
	if err := b.Query(ctx, ServerHost, verb, &o); err != nil {
		return "", nil, err
	}
	if o.OK() || o.Status >= 200 && o.Status < 400 {
		return "", nil, nil
	}
	return fmt.Sprintf("does not serve %s: %s", s.Own.HTTP, o.Error), nil, nil
}

// unreached says which of the service's ports no socket at these addresses has; empty: each has one. A server is astray that listens, and
// at none of its ports: one that has only some of them may be slow. A program with UDP may have any sockets beside, as for questions of its
// own, and is never taken to be astray.
func (b *Bench) unreached(s Service, all []netip.AddrPort) (missing string, astray bool) {
	var without []netip.AddrPort
	for _, port := range s.Numbers() {
		want := netip.AddrPortFrom(b.Topology.Addr(ServerHost, b.Family), uint16(port))
		if !slices.ContainsFunc(all, func(a netip.AddrPort) bool { return reaches(a, want) }) {
			without = append(without, want)
		}
	}
	variable := "$PORT"
	if len(s.Numbers()) > 1 {
		variable = "each of $PORTS"
	}
	switch {
	case len(without) == 0:
		return "", false
	case len(all) == 0:
		return "does not listen on " + s.PortWords(), false
	}
	return fmt.Sprintf("listens on %s, and not on %s, where clients ask it: let it listen on %s, at $HOST or at all addresses", addresses(all), addresses(without), variable),
		len(without) == len(s.Numbers()) && !s.UDP()
}

// listeners are the addresses at which somebody listens on the server, or takes datagrams.
func (b *Bench) listeners(ctx context.Context, s Service) (all []netip.AddrPort, err error) {
	return all, b.Query(ctx, ServerHost, ListenersOfVerb(s, 0), &all)
}

// ListenersOfVerb prints the local addresses of the sockets that a service of this protocol has on a port, 0 for any: a JSON list of
// strings.
func ListenersOfVerb(s Service, port int) []string {
	return Verb("listeners", "--proto", s.Transport(), "--port", strconv.Itoa(port))
}

// reaches reports whether a socket that listens at an address gets what is sent to another. One of IPv6 for all addresses gets
// IPv4 as well, unless it was told not to (IPV6_V6ONLY), which the kernel's table does not tell.
func reaches(listening, to netip.AddrPort) bool {
	a := listening.Addr().Unmap()
	return listening.Port() == to.Port() && (a == to.Addr() || a.IsUnspecified() && (a.Is6() || to.Addr().Is4()))
}

func addresses(list []netip.AddrPort) string {
	words := make([]string, len(list))
	for i, a := range list {
		words[i] = netip.AddrPortFrom(a.Addr().Unmap(), a.Port()).String()
	}
	slices.Sort(words)
	return strings.Join(slices.Compact(words), ", ")
}

// over reports whether the server has ended.
func (p *ownProcess) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// died is how the server ended, which it should not have.
func (p *ownProcess) died() string {
	exit, failed := errors.AsType[*ExitError](p.err)
	switch {
	case failed && exit.Code == 127:
		return "ended at once: the shell did not find its program (exit code 127)"
	case failed:
		return fmt.Sprintf("ended by itself with exit code %d", exit.Code)
	case p.err != nil:
		return fmt.Sprintf("ended: %v", p.err)
	}
	return "ended by itself with exit code 0"
}

func (p *ownProcess) failure(reason string) error {
	return &ServerError{Server: p.own.String(), Reason: reason, Output: p.output.String()}
}

// Two signals by Linux's numbers (signal(7)), because that is what every host runs: other systems number them otherwise, or lack them.
const (
	SIGCONT = syscall.Signal(18)
	SIGTSTP = syscall.Signal(20)
)

// farewell is how long a server has to end after SIGTERM. A database that waits for its clients to leave does not.
const farewell = 2 * time.Second

// Stop ends the server and all that it has started: it is asked to (SIGTERM), and then killed.
func (p *ownProcess) Stop(ctx context.Context) error {
	p.signal(SIGCONT)
	p.signal(syscall.SIGTERM)
	patience, cancel := context.WithTimeout(ctx, farewell)
	defer cancel()
	select {
	case <-p.ended:
	case <-patience.Done():
		p.kill()
		<-p.ended
	}
	return context.Cause(ctx)
}

// signal sends a signal to the server, which may have ended.
func (p *ownProcess) signal(s syscall.Signal) { _ = p.cmd.Signal(s) }

// freeze stops all processes of the server, or lets them go on: SIGTSTP, which they could not refuse to take from a terminal
// either.
func (p *ownProcess) freeze(frozen bool) error {
	if frozen {
		return p.cmd.Signal(SIGTSTP)
	}
	return p.cmd.Signal(SIGCONT)
}

// OwnOutput is what somebody's own server has printed last, and how it ended, where it has ended by itself.
func (b *Bench) OwnOutput() (output, died string) {
	p, ok := b.kept[KeptService].(*ownProcess)
	if !ok {
		return "", ""
	}
	if p.over() {
		died = p.died()
	}
	return p.output.String(), died
}

// FreezeService stops the service where it is, as SIGSTOP does: its sockets listen on, its connections stay, and the kernel answers for it. The
// lab's service, and a function of this process, stop where they use their listener or a connection next. With false it goes on.
func (b *Bench) FreezeService(ctx context.Context, frozen bool) error {
	switch service := b.kept[KeptService].(type) {
	case *ownProcess:
		return service.freeze(frozen)
	case *ownFunction:
		return service.listener.Freeze(frozen)
	case *Running:
		if !b.Service.Behaviour.Freezes() {
			return fmt.Errorf("freeze the service: %w by one that does %q", ErrUnsupported, b.Service.Behaviour)
		}
		if err := service.tell(ctx, FreezeLine(frozen)); err != nil {
			return fmt.Errorf("freeze the service: %w", err)
		}
		return nil
	}
	return errors.New("the service does not run")
}

// FreezeLine is what the lab's service reads on its standard input when it is to freeze, or to go on; it says [Ready] when it has.
func FreezeLine(frozen bool) string {
	if frozen {
		return "freeze"
	}
	return "go on"
}

// tail keeps the end of a stream.
type tail struct {
	mutex sync.Mutex
	kept  []byte
}

func newTail() *tail { return &tail{} }

// mostTail is how many bytes of what a server prints are kept.
const mostTail = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - mostTail; over > 0 {
		t.kept = bytes.Clone(t.kept[over:])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return string(t.kept)
}
