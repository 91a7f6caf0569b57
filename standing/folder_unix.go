//go:build unix

package standing

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// The folder of the sockets holds, for each lab, NAME.sock and NAME.log. It is the user's own and nobody else's: who may
// connect may do what the holder may.
const (
	socketEnding = ".sock"
	logEnding    = ".log"
)

// folderVariable names the folder to those who are run on a host: an ordinary user is root in a lab of namespaces, and would
// look for another.
const folderVariable = "TCPLAB_LABS"

// Environ is what a command needs to find the labs from inside one whose hosts have the files of this machine.
func Environ() ([]string, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	return []string{folderVariable + "=" + dir}, nil
}

// folder returns the user's folder of sockets, and makes it where there is none.
func folder() (string, error) {
	if dir := os.Getenv(folderVariable); dir != "" && owned(dir) {
		return dir, nil
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("tcplab-%d", os.Geteuid()))
	// After "su" or "sudo" the variable may still name the folder of another user.
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); runtime != "" && owned(runtime) {
		dir = filepath.Join(runtime, "tcplab")
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("make the folder of the labs' sockets: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("look at the folder of the labs' sockets: %w", err)
	}
	if !info.IsDir() || info.Mode().Perm()&0o077 != 0 || !owned(dir) {
		return "", fmt.Errorf("%s is to hold the sockets of your labs, but is not a folder of yours that is closed to others: "+
			"remove it, or set XDG_RUNTIME_DIR to another place", dir)
	}
	return dir, nil
}

// owned reports whether a folder belongs to this user.
func owned(dir string) bool {
	var stat unix.Stat_t
	return unix.Lstat(dir, &stat) == nil && int(stat.Uid) == os.Geteuid()
}

var labName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// checkName reports a name that cannot be that of a lab.
func checkName(name string) error {
	if !labName.MatchString(name) {
		return fmt.Errorf("%q cannot be the name of a lab: it takes up to 63 letters, digits, dots, dashes and underscores", name)
	}
	return nil
}

// pathOf is that of a lab's socket or log.
func pathOf(name, ending string) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	dir, err := folder()
	if err != nil {
		return "", err
	}
	const longest = len(unix.RawSockaddrUnix{}.Path) - 1
	p := filepath.Join(dir, name+ending)
	if len(p) > longest {
		return "", fmt.Errorf("%s is too long for the path of a socket (%d characters at most): set XDG_RUNTIME_DIR to a shorter one, "+
			"or give the lab a shorter name", p, longest)
	}
	return p, nil
}

const (
	lockDeadline = 10 * time.Second
	// lockPoll is how often the lock is tried again: flock(2) has no way to wait with a deadline.
	lockPoll = 10 * time.Millisecond
)

// locked does something while no other process takes a name or removes a socket. The lock is on the folder itself, and
// ends with the process at the latest.
func locked(do func() error) error {
	dir, err := folder()
	if err != nil {
		return err
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	ctx, cancel := context.WithTimeout(context.Background(), lockDeadline)
	defer cancel()
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return do()
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return fmt.Errorf("lock %s: %w", dir, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("lock %s: another process has held the lock for %s", dir, lockDeadline)
		case <-time.After(lockPoll):
		}
	}
}

// claim takes a name, and returns the socket on which its lab is served.
func claim(name string) (*net.UnixListener, error) {
	socket, err := pathOf(name, socketEnding)
	if err != nil {
		return nil, err
	}
	var listener *net.UnixListener
	err = locked(func() error {
		if err := free(name, socket); err != nil {
			return err
		}
		listener, err = net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
		return err
	})
	return listener, err
}

// free removes what a holder that has died has left of its name. A name in use is an error.
func free(name, socket string) error {
	// What a dying process holds is closed piece by piece: a connection that it has taken perhaps before the socket. The next
	// connection is taken by nobody, and ends with the socket; the one after that is refused.
	for range 3 {
		c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: socket, Net: "unix"})
		switch {
		case errors.Is(err, unix.ECONNREFUSED):
			return os.Remove(socket)
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case lives(c):
			return inUse(name)
		}
	}
	return inUse(name)
}

func inUse(name string) error {
	return fmt.Errorf("a lab named %s stands already: give this one another name (--name), or take that one down (tcplab down --lab %s)", name, name)
}

// livesDeadline bounds the wait for a sign of life. Who gives none by then may be busy, or stopped, and has the name.
const livesDeadline = time.Second

// lives asks the holder at the other end of a connection whether it is there, and closes the connection.
func lives(c *net.UnixConn) bool {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(livesDeadline))
	err := send(c, request{Op: opInfo})
	if err == nil {
		_, err = c.Read(make([]byte, 1))
	}
	return err == nil || errors.Is(err, os.ErrDeadlineExceeded)
}

// dial connects to the holder of a lab. The socket of one that has died is removed.
func dial(name string) (*net.UnixConn, error) {
	socket, err := pathOf(name, socketEnding)
	if err != nil {
		return nil, err
	}
	c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: socket, Net: "unix"})
	switch {
	case err == nil:
		return c, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, unknownLab(name)
	case errors.Is(err, unix.ECONNREFUSED):
		return nil, died(name)
	}
	return nil, err
}

// unknownLab is the error for a name that no lab has.
func unknownLab(name string) error {
	names, err := labNames()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return errNone
	}
	return fmt.Errorf("there is no lab %q; there are: %s", name, strings.Join(names, ", "))
}

// errNone is the error where there is no lab at all.
var errNone = errors.New("no lab stands: \"tcplab up NAME\" builds one (\"tcplab list\" shows the names)")

// DiedError is the error for a lab whose holder has ended without taking it down.
type DiedError struct {
	Lab string
	// Log is the file with the holder's last words, empty where it has said nothing.
	Log string
}

func (e *DiedError) Error() string {
	text := fmt.Sprintf("the holder of lab %s has died, and the lab with it (what is left of containers is removed by \"tcplab sweep\")", e.Lab)
	if e.Log != "" {
		text += "; its last words are in " + e.Log
	}
	return text
}

// died is the error of a holder that has died. Its socket is removed, unless another has taken the name since, and with
// it a log that says nothing.
func died(name string) error {
	socket, err := pathOf(name, socketEnding)
	if err != nil {
		return err
	}
	_ = locked(func() error { return free(name, socket) })
	log, err := pathOf(name, logEnding)
	if err != nil {
		return err
	}
	if info, err := os.Stat(log); err != nil || info.Size() == 0 {
		_ = os.Remove(log)
		log = ""
	}
	return &DiedError{Lab: name, Log: log}
}

// labNames are the names for which there is a socket, sorted.
func labNames() ([]string, error) {
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), socketEnding); ok && checkName(name) == nil {
			names = append(names, name)
		}
	}
	return names, nil
}
