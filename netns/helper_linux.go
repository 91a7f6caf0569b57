package netns

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sys/unix"

	_ "github.com/tcplab/tcplab/lab/agent/all" // the verbs of its hosts
)

// helperName is what the helper is called by: its argument 0.
const helperName = "tcplab-netns"

// helperSocket is the descriptor of its socket: the first after the standard three.
const helperSocket = 3

// cgroupVariable is the environment variable that names the cgroup of a helper that is in compressed time.
const cgroupVariable = "TCPLAB_CGROUP"

// Any program that has this package in it is its own helper: a test binary, a user's program, tcplab itself. So the
// check is made here, before main.
func init() {
	if os.Args[0] == helperName {
		os.Exit(runHelper())
	}
	if os.Args[0] == containerName {
		os.Exit(runContained(os.Args[1:]))
	}
	if os.Args[0] == agent.NamesName {
		os.Exit(agent.RunNamed(os.Args[1:]))
	}
}

// startHelper starts the helper and returns the channel to it.
func startHelper(c *compressor) (*helperProcess, error) {
	// Root needs no user namespace. Where root has been stripped of its capabilities, as in a container, it is an ordinary
	// user that may use one.
	if os.Geteuid() == 0 && hasCapability(unix.CAP_NET_ADMIN) && hasCapability(unix.CAP_SYS_ADMIN) {
		var extra uintptr
		if readOnlySysctls() {
			extra = unix.CLONE_NEWNS // a mount namespace of the helper's own, in which it may change that
		}
		p, err := spawn(extra, c)
		if !errors.Is(err, unix.EPERM) {
			return p, err
		}
	}
	return spawn(unix.CLONE_NEWUSER, c)
}

// hasCapability reports whether this process has a capability (capabilities(7)).
func hasCapability(number uint) bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	return unix.Capget(&header, &data[0]) == nil && data[number/32].Effective&(1<<(number%32)) != 0
}

// sysctlFolder holds the sysctls. Container engines mount it read-only.
const sysctlFolder = "/proc/sys"

func readOnlySysctls() bool {
	var info unix.Statfs_t
	return unix.Statfs(sysctlFolder, &info) == nil && info.Flags&unix.ST_RDONLY != 0
}

// writableSysctls makes them writable in the helper's own mount namespace; what others see stays as it is. A user namespace of
// the helper's own may not do that, and needs it only where its sysctls are those of a container.
func writableSysctls() error {
	if !readOnlySysctls() {
		return nil
	}
	err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	if err == nil {
		err = unix.Mount("", sysctlFolder, "", unix.MS_REMOUNT|unix.MS_BIND, "")
	}
	if errors.Is(err, unix.EPERM) {
		return nil // setting a sysctl then says so
	}
	return os.NewSyscallError("mount "+sysctlFolder, err)
}

// helperProcess is the helper, seen from the program.
type helperProcess struct {
	main  channel
	ended chan struct{} // closed when it has ended and been reaped
}

func spawn(extra uintptr, c *compressor) (*helperProcess, error) {
	here, there, err := newPair()
	if err != nil {
		return nil, err
	}
	defer there.Close()
	cmd := &exec.Cmd{Path: "/proc/self/exe", Args: []string{helperName}, Env: os.Environ(),
		Stderr: os.Stderr, ExtraFiles: []*os.File{there}}
	// A process group of its own: Ctrl-C at the terminal is for the program, which then takes its labs down in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET | extra, Setpgid: true}
	if extra&unix.CLONE_NEWUSER != 0 {
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	if c != nil {
		cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(c.cgroup.Fd())
		cmd.Env = append(cmd.Env, cgroupVariable+"="+c.cgroup.Name())
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start helper process: %w", err), here.Close())
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // that it has ended shows on the socket; how, is of no interest
		close(ended)
	}()
	return &helperProcess{main: here, ended: ended}, nil
}

// helper is the process that holds the namespaces.
type helper struct {
	mutex  sync.Mutex
	labs   map[int]*namespaces
	number int // of the newest lab
}

// runHelper serves calls until the program has ended, then kills what still runs. The namespaces go with the process.
func runHelper() int {
	// Taken and not looked at: were they ignored, the commands of the hosts would inherit that, and could not be ended by them.
	signal.Notify(make(chan os.Signal, 1), unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGPIPE)
	unix.CloseOnExec(helperSocket)
	main, err := newChannel(os.NewFile(helperSocket, "netns helper"))
	if err != nil {
		fmt.Fprintf(os.Stderr, "tcplab: netns helper: %v\n", err)
		return 1
	}
	if err := writableSysctls(); err != nil {
		fmt.Fprintf(os.Stderr, "tcplab: netns helper: %v\n", err)
		return 1
	}
	// Package net finds out which families work by binding to the loopback addresses, in the helper's own namespace.
	if err := loopbackUp(&agent.Namespace{}); err != nil {
		fmt.Fprintf(os.Stderr, "tcplab: netns helper: %v\n", err)
		return 1
	}
	stamping, err := agent.KeepStamping()
	if err != nil {
		fmt.Fprintf(os.Stderr, "tcplab: netns helper: %v\n", err)
		return 1
	}
	defer stamping.Close()
	defer leaveCgroup(os.Getenv(cgroupVariable))
	h := &helper{labs: map[int]*namespaces{}}
	for {
		fds, err := main.receive(&struct{}{})
		if err != nil {
			h.closeAll()
			return 0
		}
		for _, fd := range fds {
			go h.serve(fd)
		}
	}
}

func (h *helper) closeAll() {
	h.mutex.Lock()
	labs := h.labs
	h.labs = map[int]*namespaces{}
	h.mutex.Unlock()
	for _, l := range labs {
		l.close()
	}
}

// serve answers one call.
func (h *helper) serve(fd int) {
	c, err := newChannel(os.NewFile(uintptr(fd), "netns call"))
	if err != nil {
		return
	}
	defer c.Close()
	var r request
	fds, err := c.receive(&r)
	if err != nil {
		return
	}
	switch r.Op {
	case opProbe:
		_ = c.send(replyOf(probe()))
	case opBuild:
		h.build(c, r)
	case opCommand:
		h.command(c, r, fds)
	case opSocket:
		h.socket(c, r)
	case opWitness:
		attend(c)
	case opStop, opStart:
		_ = c.send(replyOf(h.power(r)))
	default:
		_ = c.send(replyOf(fmt.Errorf("unknown operation %q", r.Op)))
	}
}

// build builds a lab and holds it until the call says so or ends.
func (h *helper) build(c channel, r request) {
	l, err := newNamespaces(*r.Topology)
	if err != nil {
		_ = c.send(replyOf(err))
		return
	}
	h.mutex.Lock()
	h.number++
	number := h.number
	h.labs[number] = l
	h.mutex.Unlock()
	_ = c.send(reply{Lab: number})

	_, _ = c.receive(&request{}) // opClose, or the end of the call
	l.close()
	h.mutex.Lock()
	delete(h.labs, number) // only now: the helper must not end before the lab is closed
	h.mutex.Unlock()
	_ = c.send(reply{})
}

func (h *helper) host(r request) (*machine, error) {
	h.mutex.Lock()
	l := h.labs[r.Lab]
	h.mutex.Unlock()
	if l == nil {
		return nil, errors.New("the lab was removed")
	}
	m := l.machines[r.Host]
	if m == nil {
		return nil, fmt.Errorf("no host %q", r.Host)
	}
	return m, nil
}

func (h *helper) power(r request) error {
	m, err := h.host(r)
	if err != nil {
		return err
	}
	if r.Op == opStop {
		return m.stop()
	}
	return m.start()
}

func (h *helper) socket(c channel, r request) {
	fd, err := h.newSocket(r)
	if err != nil {
		_ = c.send(replyOf(err))
		return
	}
	_ = c.send(reply{}, fd)
	_ = unix.Close(fd) // the program has a copy of its own
}

func (h *helper) newSocket(r request) (int, error) {
	m, err := h.host(r)
	if err != nil {
		return -1, err
	}
	return m.socket(r.Socket[0], r.Socket[1], r.Socket[2])
}

// probe makes everything that a lab needs, once.
func probe() error {
	l, err := newNamespaces(lab.Routed())
	if err != nil {
		return err
	}
	defer l.close()
	ns, err := l.machines["router"].namespace()
	if err != nil {
		return err
	}
	if err := ns.ProbeCapture(); err != nil {
		return err
	}
	return ns.ProbeFirewall()
}
