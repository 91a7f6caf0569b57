package agent

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"time"

	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// connect is a program of the simplest kind: it makes a blocking connect(2), which has no timeout but SO_SNDTIMEO, and
// then speaks as "dial" does. A blocking connect hears of an ICMP error only when the SYN is sent again; one that does
// not block hears of it at once.
func connect(ctx context.Context, s Streams, args []string) error {
	flags := flag.NewFlagSet("connect", flag.ContinueOnError)
	timeout := flags.Duration("timeout", lab.DefaultTimeout, "SO_SNDTIMEO and SO_RCVTIMEO; 0: wait for as long as the kernel does")
	if err := Parse(flags, args); err != nil {
		return err
	}
	target, err := netip.ParseAddrPort(flags.Arg(0))
	if err != nil || flags.NArg() != 1 {
		return Usagef("usage: tcplab host connect [--timeout 3s] ADDRESS:PORT (an IP address, IPv6 in brackets)")
	}
	fd, err := s.Namespace.blockingSocket(target.Addr())
	if err != nil {
		return err
	}
	// The system call holds its thread; when ctx ends, it is made to return. Nobody may touch the descriptor once it is
	// closed: its number is another's then.
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = unix.Shutdown(fd, unix.SHUT_RDWR)
	})
	defer func() {
		if !stop() {
			<-ended
		}
		_ = unix.Close(fd)
	}()
	var stage string
	start := time.Now()
	err = undisturbed(func() (err error) {
		stage, err = blockingRequest(fd, target, *timeout)
		return err
	})
	return PrintJSON(s.Stdout, outcomeOfErrno("connect", stage, err, time.Since(start)))
}

// undisturbed runs fn on a thread that gets no signals, as a program of one thread would. Go sends itself signals to share
// out its threads (SIGURG), and a system call with SO_RCVTIMEO or SO_SNDTIMEO is not taken up again after one
// (signal(7)).
func undisturbed(fn func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all, before unix.Sigset_t
	for i := range all.Val {
		all.Val[i] = ^all.Val[i]
	}
	if err := unix.PthreadSigmask(unix.SIG_BLOCK, &all, &before); err != nil {
		return os.NewSyscallError("pthread_sigmask", err)
	}
	err := fn()
	return errors.Join(err, os.NewSyscallError("pthread_sigmask", unix.PthreadSigmask(unix.SIG_SETMASK, &before, nil)))
}

func (n *Namespace) blockingSocket(to netip.Addr) (fd int, err error) {
	domain := unix.AF_INET
	if to.Is6() {
		domain = unix.AF_INET6
	}
	err = n.Do(func() error {
		fd, err = unix.Socket(domain, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		return os.NewSyscallError("socket", err)
	})
	return fd, err
}

// blockingRequest connects, sends a request and reads on to the server's FIN.
func blockingRequest(fd int, target netip.AddrPort, timeout time.Duration) (stage string, err error) {
	limit := unix.NsecToTimeval(timeout.Nanoseconds())
	for _, option := range []int{unix.SO_SNDTIMEO, unix.SO_RCVTIMEO} {
		if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, option, &limit); err != nil {
			return "connect", os.NewSyscallError("setsockopt", err)
		}
	}
	if err := unix.Connect(fd, sockaddr(target)); err != nil {
		return "connect", os.NewSyscallError("connect", err)
	}
	request := fmt.Sprintf("GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", target)
	if _, err := unix.Write(fd, []byte(request)); err != nil {
		return "read", os.NewSyscallError("write", err)
	}
	var reply bytes.Buffer
	for buffer := make([]byte, 1<<12); ; {
		n, err := unix.Read(fd, buffer)
		if err != nil {
			return "read", os.NewSyscallError("read", err)
		}
		if n == 0 {
			return "read", served(bufio.NewReader(&reply))
		}
		reply.Write(buffer[:n])
	}
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}

// outcomeOfErrno is the outcome of a system call. The end of SO_SNDTIMEO is EINPROGRESS to connect, and that of
// SO_RCVTIMEO is EAGAIN to read (socket(7)).
func outcomeOfErrno(program, stage string, err error, elapsed time.Duration) lab.Outcome {
	o := lab.OutcomeOf(program, stage, err, elapsed)
	if errors.Is(err, unix.EINPROGRESS) || errors.Is(err, unix.EAGAIN) {
		o.Timeout = true
	}
	return o
}
