package agent

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Namespace is a network namespace in which a verb works. The zero value is the namespace of the process.
type Namespace struct {
	file *os.File // nil: the namespace of the process
}

// NewNamespace creates a network namespace that has no name: it exists as long as something refers to it, and so is
// gone with this process at the latest.
func NewNamespace() (*Namespace, error) {
	var made *Namespace
	err := onOwnThread(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("new network namespace: %w", err)
		}
		var err error
		made, err = OpenNamespace("/proc/thread-self/ns/net")
		return err
	})
	return made, err
}

// OpenNamespace opens the network namespace that the path stands for, such as /proc/PID/ns/net.
func OpenNamespace(path string) (*Namespace, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open network namespace: %w", err)
	}
	return &Namespace{file: f}, nil
}

// Close drops this reference to the namespace.
func (n *Namespace) Close() error {
	if n.file == nil {
		return nil
	}
	return n.file.Close()
}

// Use calls fn with a descriptor of the namespace, or with -1 for the namespace of the process. The descriptor stays open until fn
// returns, even when Close is called in the meantime, because its number would else become the number of another file. After Close
// the error wraps [os.ErrClosed].
func (n *Namespace) Use(fn func(fd int) error) error {
	if n.file == nil {
		return fn(-1)
	}
	raw, err := n.file.SyscallConn()
	if err != nil {
		return err
	}
	var result error
	if raw.Control(func(fd uintptr) { result = fn(int(fd)) }) != nil { // which has no other reason, and an error that is internal
		return fmt.Errorf("use network namespace: %w", os.ErrClosed)
	}
	return result
}

// Do runs fn on a thread that is in the namespace. What fn starts on other goroutines is not.
func (n *Namespace) Do(fn func() error) error {
	if n.file == nil {
		return fn()
	}
	return onOwnThread(func() error {
		err := n.Use(func(fd int) error { return unix.Setns(fd, unix.CLONE_NEWNET) })
		if err != nil {
			return fmt.Errorf("enter network namespace: %w", err)
		}
		return fn()
	})
}

// onOwnThread runs fn on an operating system thread that is put back into the namespace it came from. Where that
// fails the thread is not given back to the scheduler but ends with its goroutine: no other code may run on it.
func onOwnThread(fn func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		home, err := os.Open("/proc/thread-self/ns/net")
		if err != nil {
			runtime.UnlockOSThread()
			done <- err
			return
		}
		defer home.Close()
		// A panic in fn would leave the thread in the wrong place and end the process; the deferred steps matter for
		// runtime.Goexit, which a test's FailNow calls.
		result := errors.New("the function did not return")
		defer func() {
			if unix.Setns(int(home.Fd()), unix.CLONE_NEWNET) == nil {
				runtime.UnlockOSThread()
			}
			done <- result
		}()
		result = fn()
	}()
	return <-done
}

// Socket creates a socket in the namespace.
func (n *Namespace) Socket(domain, typ, proto int) (fd int, err error) {
	err = n.Do(func() error {
		fd, err = unix.Socket(domain, typ|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, proto)
		return os.NewSyscallError("socket", err)
	})
	return fd, err
}

// Control is for [net.Dialer] and [net.ListenConfig]: the socket they are about to use becomes one of the namespace.
func (n *Namespace) Control(_, _ string, c syscall.RawConn) error {
	if n.file == nil {
		return nil
	}
	return SwapSocket(c, n.Socket)
}

// SwapSocket puts a socket of another namespace in the place of c's, before c is connected or bound. Go registers the
// descriptor with its poller after Control has returned, so that deadlines, cancellation and errors work as ever.
// The new socket is made by socket, which is given the domain, type and protocol of the old one.
func SwapSocket(c syscall.RawConn, socket func(domain, typ, proto int) (int, error)) error {
	var err error
	ctrlErr := c.Control(func(fd uintptr) { err = swap(int(fd), socket) })
	return errors.Join(ctrlErr, err)
}

func swap(old int, socket func(domain, typ, proto int) (int, error)) error {
	var kind [3]int
	for i, option := range []int{unix.SO_DOMAIN, unix.SO_TYPE, unix.SO_PROTOCOL} {
		value, err := unix.GetsockoptInt(old, unix.SOL_SOCKET, option)
		if err != nil {
			return os.NewSyscallError("getsockopt", err)
		}
		kind[i] = value
	}
	fresh, err := socket(kind[0], kind[1], kind[2])
	if err != nil {
		return err
	}
	defer unix.Close(fresh)
	if err := copyOptions(old, fresh, kind[0]); err != nil {
		return err
	}
	return os.NewSyscallError("dup3", unix.Dup3(fresh, old, unix.O_CLOEXEC))
}

// copyOptions carries over what package net has set on the socket before it called Control.
func copyOptions(from, to, domain int) error {
	options := [][2]int{{unix.SOL_SOCKET, unix.SO_REUSEADDR}, {unix.SOL_SOCKET, unix.SO_BROADCAST}}
	if domain == unix.AF_INET6 {
		options = append(options, [2]int{unix.IPPROTO_IPV6, unix.IPV6_V6ONLY})
	}
	for _, o := range options {
		value, err := unix.GetsockoptInt(from, o[0], o[1])
		if err != nil {
			return os.NewSyscallError("getsockopt", err)
		}
		if err := unix.SetsockoptInt(to, o[0], o[1], value); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	return nil
}
