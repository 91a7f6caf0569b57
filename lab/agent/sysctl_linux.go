package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// sysctlPath is where the kernel shows a parameter; those under net. are of the namespace of the thread that opens it.
func sysctlPath(key string) string { return "/proc/sys/" + strings.ReplaceAll(key, ".", "/") }

// sysctl prints the values of the keys; those that the kernel lacks are left out.
func sysctl(_ context.Context, s Streams, keys []string) error {
	values := map[string]string{}
	err := s.Namespace.Do(func() error {
		for _, key := range keys {
			text, err := os.ReadFile(sysctlPath(key))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			values[key] = strings.TrimSpace(string(text))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return PrintJSON(s.Stdout, values)
}

// WriteSysctl sets a kernel parameter of the namespace. The error of one that the kernel lacks wraps [fs.ErrNotExist].
func (n *Namespace) WriteSysctl(key, value string) error {
	if spins(key) {
		if n.hasSysctl(key, value) {
			return nil // the kernel would take its lock all the same
		}
		defer oneSpinner()()
	}
	return n.Do(func() error {
		if err := os.WriteFile(sysctlPath(key), []byte(value), 0); err != nil {
			return fmt.Errorf("set sysctl %s=%s: %w", key, value, err)
		}
		return nil
	})
}

// hasSysctl reports whether a parameter has a value already.
func (n *Namespace) hasSysctl(key, value string) (has bool) {
	_ = n.Do(func() error { // where it cannot be read, writing tells why
		text, err := os.ReadFile(sysctlPath(key))
		has = err == nil && strings.TrimSpace(string(text)) == value
		return nil
	})
	return has
}

// spins reports whether the kernel needs its lock of all interfaces (RTNL) for a parameter. Where somebody else has the lock, such a write does
// not sleep: it begins anew at once (restart_syscall in net/ipv4/devinet.c and net/ipv6/addrconf.c), and so keeps a processor busy.
func spins(key string) bool {
	return key == "net.ipv4.ip_forward" || strings.HasPrefix(key, "net.ipv4.conf.") || strings.HasPrefix(key, "net.ipv6.conf.")
}

// spinner is held by the thread of this process that may spin.
var spinner sync.Mutex

// A process that is stopped while it holds the lock must not hold up the others.
const (
	spinnerPoll     = time.Millisecond
	spinnerPatience = 2 * time.Second
)

// oneSpinner waits until no other thread that is known writes such a parameter, here or in another process of the same program, whose file
// is the lock. With many of them the one that holds RTNL would get no processor: eight labs at once took ten times as long as one after
// the other.
func oneSpinner() (done func()) {
	spinner.Lock()
	program, err := os.Open("/proc/self/exe")
	if err != nil {
		return spinner.Unlock
	}
	for began := time.Now(); time.Since(began) < spinnerPatience; {
		if !errors.Is(unix.Flock(int(program.Fd()), unix.LOCK_EX|unix.LOCK_NB), unix.EWOULDBLOCK) {
			break // it is ours, or a file system has no such locks
		}
		time.Sleep(spinnerPoll) // flock(2) has no way to wait with a deadline
	}
	return func() {
		_ = program.Close()
		spinner.Unlock()
	}
}
