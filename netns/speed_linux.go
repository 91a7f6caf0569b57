package netns

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/link"
	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// MaxSpeed is the greatest compression of time: beyond it the first retransmission of a SYN comes so soon (10 ms) that
// it can no longer be told from the delays of a busy machine.
const MaxSpeed = 100

// The textbook's initial retransmission timeout, TCP_TIMEOUT_INIT (RFC 6298 section 2.1), is what is compressed.
const initialRTO = time.Second

// AtSpeed returns an engine whose labs live in compressed time: the kernel's timers for SYN and SYN-ACK run this many
// times faster. A BPF program on a cgroup tells the kernel the initial timeout of every connection that the engine's
// helper process opens, whichever its host; the kernel doubles it as ever. That takes root (CAP_BPF, CAP_NET_ADMIN,
// and a writable cgroup v2 hierarchy); without, the error says so and wraps [lab.ErrUnsupported]. Program and
// cgroup go with the helper. The engine of speed 1 is the same each time, and closed with this one.
func (e *Engine) AtSpeed(speed float64) (lab.Engine, error) {
	if speed == 1 {
		return cmp.Or(e.patient, e), nil
	}
	if speed < 1 || speed > MaxSpeed {
		return nil, fmt.Errorf("netns: speed %g: it is a number from 1 to %d", speed, MaxSpeed)
	}
	c, err := newCompressor(speed)
	if err != nil {
		return nil, fmt.Errorf("netns: time cannot be compressed here (it takes root, CAP_BPF and cgroup v2): %w: %w", lab.ErrUnsupported, err)
	}
	fast := &Engine{compressor: c, patient: New()}
	// The helper is started now: it is the one that removes the cgroup in the end.
	if _, err := fast.helper(); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return fast, nil
}

// Speed implements [lab.Accelerated].
func (e *Engine) Speed() float64 {
	if e.compressor == nil {
		return 1
	}
	return e.compressor.speed
}

// compressor is a cgroup with a program that shortens the timers of its processes.
type compressor struct {
	// speed is what the kernel can do of what was asked for: a timeout is a whole number of its ticks.
	speed  float64
	cgroup *os.File
	link   link.Link // detached when it is closed, be it by the end of this process
}

func newCompressor(speed float64) (*compressor, error) {
	hz, err := tickRate()
	if err != nil {
		return nil, err
	}
	ticks := max(1, int32(math.Round(float64(hz)*initialRTO.Seconds()/speed)))
	cgroup, err := makeCgroup()
	if err != nil {
		return nil, err
	}
	attached, err := attach(cgroup, ticks)
	if err != nil {
		return nil, errors.Join(err, cgroup.Close(), os.Remove(cgroup.Name()))
	}
	return &compressor{speed: float64(hz) / float64(ticks), cgroup: cgroup, link: attached}, nil
}

// close undoes newCompressor, for the case that there is no helper to do it.
func (c *compressor) close() error {
	return errors.Join(c.link.Close(), c.cgroup.Close(), os.Remove(c.cgroup.Name()))
}

// attach loads the program and attaches it to the cgroup.
func attach(cgroup *os.File, ticks int32) (link.Link, error) {
	program, err := ebpf.NewProgram(&ebpf.ProgramSpec{
		Name: "tcplab_rto", Type: ebpf.SockOps, AttachType: ebpf.AttachCGroupSockOps, License: "GPL",
		Instructions: initialTimeout(ticks),
	})
	if err != nil {
		return nil, fmt.Errorf("load BPF program: %w", err)
	}
	defer program.Close()
	attached, err := link.AttachCgroup(link.CgroupOptions{Path: cgroup.Name(), Attach: ebpf.AttachCGroupSockOps, Program: program})
	if err != nil {
		return nil, fmt.Errorf("attach BPF program: %w", err)
	}
	return attached, nil
}

// initialTimeout is the program: asked for the initial timeout of a connection (BPF_SOCK_OPS_TIMEOUT_INIT) it replies
// with the ticks; any other question it leaves to the kernel (-1). Offsets are those of struct bpf_sock_ops.
func initialTimeout(ticks int32) asm.Instructions {
	const (
		opOffset, replyOffset = 0, 4
		timeoutInit           = 1 // BPF_SOCK_OPS_TIMEOUT_INIT
		kernelDefault         = -1
	)
	return asm.Instructions{
		asm.LoadMem(asm.R2, asm.R1, opOffset, asm.Word),
		asm.Mov.Imm(asm.R3, kernelDefault),
		asm.JNE.Imm(asm.R2, timeoutInit, "reply"),
		asm.Mov.Imm(asm.R3, ticks),
		asm.StoreMem(asm.R1, replyOffset, asm.R3, asm.Word).WithSymbol("reply"),
		asm.Mov.Imm(asm.R0, 1),
		asm.Return(),
	}
}

// tickRates are the usual values of CONFIG_HZ, in ticks per second.
var tickRates = []int{100, 200, 250, 300, 500, 1000}

// tickRate finds out the kernel's tick, in which its network timers count. User space is not told; a BPF program is.
// It is done once: the tick is a constant of the kernel.
var tickRate = sync.OnceValues(func() (int, error) {
	clock, err := ebpf.NewProgram(&ebpf.ProgramSpec{Name: "tcplab_tick", Type: ebpf.SocketFilter, License: "GPL", Instructions: readClocks()})
	if err != nil {
		return 0, fmt.Errorf("load BPF program: %w", err)
	}
	defer clock.Close()
	firstTick, firstTime, err := clocks(clock)
	if err != nil {
		return 0, err
	}
	time.Sleep(80 * time.Millisecond) // ticks have to pass: 8 at the slowest rate, so that one more or less does no harm
	lastTick, lastTime, err := clocks(clock)
	if err != nil {
		return 0, err
	}
	ticks := (lastTick - firstTick) & tickMask
	elapsed := time.Duration((lastTime-firstTime)&microsecondMask) * time.Microsecond
	return nearestRate(float64(ticks) / elapsed.Seconds()), nil
})

// The program returns both clocks in one word, read at the same moment: microseconds above, ticks below.
const (
	tickBits        = 11
	tickMask        = 1<<tickBits - 1
	microsecondMask = 1<<(32-tickBits) - 1 // 2 s
)

func readClocks() asm.Instructions {
	return asm.Instructions{
		asm.FnKtimeGetNs.Call(),
		asm.Mov.Reg(asm.R6, asm.R0),
		asm.FnJiffies64.Call(),
		asm.And.Imm(asm.R0, tickMask),
		asm.Div.Imm(asm.R6, int32(time.Microsecond)),
		asm.LSh.Imm(asm.R6, tickBits),
		asm.Or.Reg(asm.R0, asm.R6),
		asm.Return(),
	}
}

// clocks reads the two clocks.
func clocks(program *ebpf.Program) (ticks, microseconds uint32, err error) {
	packet := make([]byte, 14) // the least that a socket filter can be run on: an Ethernet header
	both, err := program.Run(&ebpf.RunOptions{Data: packet})
	if err != nil {
		return 0, 0, fmt.Errorf("run BPF program: %w", err)
	}
	return both & tickMask, both >> tickBits, nil
}

// nearestRate is the usual rate that is nearest to the one measured, by ratio.
func nearestRate(rate float64) int {
	return slices.MinFunc(tickRates, func(a, b int) int {
		return cmp.Compare(math.Abs(math.Log(float64(a)/rate)), math.Abs(math.Log(float64(b)/rate)))
	})
}

// makeCgroup makes a cgroup of our own in the v2 hierarchy, wherever that is mounted.
func makeCgroup() (*os.File, error) {
	root, err := cgroupRoot()
	if err != nil {
		return nil, err
	}
	path, err := os.MkdirTemp(root, "tcplab-")
	if err != nil {
		return nil, fmt.Errorf("make cgroup: %w", err)
	}
	f, err := os.OpenFile(path, unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	return f, nil
}

func cgroupRoot() (string, error) {
	mounts, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	defer mounts.Close()
	lines := bufio.NewScanner(mounts)
	for lines.Scan() { // "... 4:MOUNT-POINT options - TYPE SOURCE ...", proc_pid_mountinfo(5)
		before, after, _ := strings.Cut(lines.Text(), " - ")
		if fields := strings.Fields(before); len(fields) > 4 && strings.HasPrefix(after, "cgroup2 ") {
			return fields[4], nil
		}
	}
	return "", errors.Join(errors.New("no cgroup v2 hierarchy is mounted"), lines.Err())
}

// leaveCgroup lets the helper move out of its cgroup and remove it. It is the last thing that the helper does, so that
// nothing is left of a program that was killed either.
func leaveCgroup(path string) {
	if path == "" {
		return
	}
	procs := filepath.Join(filepath.Dir(path), "cgroup.procs")
	if os.WriteFile(procs, []byte("0"), 0) == nil { // 0 stands for the process that writes
		_ = os.Remove(path)
	}
}
