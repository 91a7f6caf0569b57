package netns

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sys/unix"
)

// command is a command that runs on a host, as the helper holds it.
type command struct {
	kill   func()
	signal func(syscall.Signal)
	// wait returns the exit code when the command has ended.
	wait func() int
}

// command starts a command, says so, and follows it to its end.
func (h *helper) command(c channel, r request, fds []int) {
	m, err := h.host(r)
	if err != nil || len(fds) != 3 {
		closeFds(fds)
		_ = c.send(replyOf(errors.Join(err, expect(len(fds) == 3, "a command needs three descriptors"))))
		return
	}
	cmd, err := m.run(r, fds)
	if err != nil {
		_ = c.send(replyOf(err))
		return
	}
	defer m.forget(cmd)
	_ = c.send(reply{})
	go func() { // until serve closes the channel
		var next request
		for _, err := c.receive(&next); err == nil && next.Op == opSignal; _, err = c.receive(&next) {
			cmd.signal(syscall.Signal(next.Signal))
		}
		cmd.kill() // opKill, or the caller is gone
	}()
	code := cmd.wait()
	if _, err := m.namespace(); err != nil {
		_ = c.send(replyOf(err))
		return
	}
	if err := c.send(reply{Exit: code}); err != nil && !errors.Is(err, unix.EPIPE) { // EPIPE: the caller has gone
		fmt.Fprintf(os.Stderr, "tcplab: netns helper: exit code of %q on %s: %v\n", r.Argv, r.Host, err)
	}
}

func expect(ok bool, text string) error {
	if ok {
		return nil
	}
	return errors.New(text)
}

// run starts a command on the host and notes it, so that it dies with the host.
func (m *machine) run(r request, fds []int) (*command, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.ns == nil {
		closeFds(fds)
		return nil, lab.ErrHostStopped
	}
	if r.Server {
		dir, err := m.lab.privateFolder()
		if err != nil {
			closeFds(fds)
			return nil, err
		}
		r.Env = append(r.Env, "DIR="+dir)
	}
	start := startProcess
	if isVerb(r.Argv) {
		start = startVerb
	}
	cmd, err := start(m.ns, r, m.lab.topology.ResolvConf(m.name), fds)
	if err != nil {
		return nil, err
	}
	m.commands[cmd] = struct{}{}
	m.visited = m.visited || !isVerb(r.Argv)
	m.running.Add(1)
	return cmd, nil
}

// isVerb reports whether a command is one of the lab's own verbs.
func isVerb(argv []string) bool {
	return len(argv) > 1 && argv[0] == "tcplab" && argv[1] == "host"
}

func (m *machine) forget(cmd *command) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.commands, cmd)
	m.running.Done()
}

// killAll kills every command of the host and waits until all have ended.
func (m *machine) killAll() {
	m.mutex.Lock()
	for cmd := range m.commands {
		cmd.kill()
	}
	m.mutex.Unlock()
	m.running.Wait()
}

// startVerb runs one of the lab's own verbs as a goroutine.
func startVerb(ns *agent.Namespace, r request, resolver string, fds []int) (*command, error) {
	files := make([]*os.File, len(fds))
	for i, fd := range fds {
		// Pipes that the poller watches: a read then ends when the verb does.
		if err := unix.SetNonblock(fd, true); err != nil {
			closeFds(fds[i:])
			return nil, errors.Join(os.NewSyscallError("set nonblocking", err), closeAll(files[:i]))
		}
		files[i] = os.NewFile(uintptr(fd), "stream")
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() {
		code := agent.Run(ctx, agent.Streams{Stdin: files[0], Stdout: files[1], Stderr: files[2], Namespace: ns, Resolver: resolver}, r.Argv[2:])
		_ = closeAll(files)
		cancel()
		done <- code
	}()
	kill := func() {
		cancel()
		for _, f := range files { // it must not wait for one who reads nothing any more
			_ = f.SetDeadline(time.Now())
		}
	}
	interrupt := func(syscall.Signal) { cancel() }
	return &command{kill: kill, signal: interrupt, wait: func() int { return <-done }}, nil
}

// startProcess starts any other command as a process in the namespace.
func startProcess(ns *agent.Namespace, r request, resolver string, fds []int) (*command, error) {
	files := make([]*os.File, len(fds))
	for i, fd := range fds {
		files[i] = os.NewFile(uintptr(fd), "stream")
	}
	defer closeAll(files)
	env := r.Env
	if !r.WholeEnv {
		env = append(os.Environ(), r.Env...)
	}
	path, err := lab.FindProgramFrom(r.Argv[0], r.Dir, env) // on this engine a command is one of this machine's
	if err != nil {
		return nil, err
	}
	cmd := &exec.Cmd{Path: path, Args: r.Argv, Env: env, Dir: r.Dir, Stdin: files[0], Stdout: files[1], Stderr: files[2]}
	var own uintptr
	if r.Contained || r.Server {
		cmd.Args, own = append([]string{containerName, strconv.FormatBool(r.Server), r.Hosts, resolver, path}, r.Argv...), unix.CLONE_NEWPID|unix.CLONE_NEWNS
		cmd.Path = "/proc/self/exe"
	} else {
		agent.OwnNames{Hosts: r.Hosts, Resolver: resolver}.Give(cmd)
	}
	// The group is for killing it with its children; Pdeathsig is for the case that this helper is killed itself.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: unix.SIGKILL, Cloneflags: own}
	if err := ns.Do(cmd.Start); err != nil {
		return nil, err
	}
	group := &processGroup{leader: cmd.Process.Pid}
	wait := func() int {
		// The leader is left unreaped until its group gets no signal any more: as long, its number is taken by nobody else. What it has
		// left in the background lives on, as in a container, because it cannot be told from a daemon that is about to leave the group.
		_ = unix.Waitid(unix.P_PID, group.leader, nil, unix.WEXITED|unix.WNOWAIT, nil)
		group.end()
		_ = cmd.Wait() // the exit code is in ProcessState
		return agent.ExitCode(cmd.ProcessState)
	}
	return &command{kill: func() { group.signal(unix.SIGKILL) }, signal: group.signal, wait: wait}, nil
}

// processGroup is a command and its children.
type processGroup struct {
	mutex  sync.Mutex
	leader int
	ended  bool
}

func (g *processGroup) signal(s syscall.Signal) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if !g.ended {
		_ = unix.Kill(-g.leader, s)
	}
}

func (g *processGroup) end() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.ended = true
}

func closeFds(fds []int) {
	for _, fd := range fds {
		_ = unix.Close(fd)
	}
}
