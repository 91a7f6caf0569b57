//go:build unix

package standing

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
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

// folder returns the user's folder of sockets, and makes it where there is none. Whichever it is, it is checked in one way: see
// [checkFolder].
func folder() (string, error) {
	if dir := os.Getenv(folderVariable); dir != "" && owned(dir) {
		return dir, checkFolder(dir)
	}
	dir, err := place()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("make the folder of the labs' sockets: %w", err)
	}
	return dir, checkFolder(dir)
}

// place is where the folder belongs: below a folder of the user's own, in which nobody else can take its name first. After "su" or
// "sudo" the variables may still name folders of another user.
func place() (string, error) {
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); runtime != "" && owned(runtime) {
		return filepath.Join(runtime, "tcplab"), nil
	}
	if runtime := fmt.Sprintf("/run/user/%d", os.Geteuid()); owned(runtime) {
		return filepath.Join(runtime, "tcplab"), nil
	}
	homes := []string{os.Getenv("HOME")}
	if u, err := user.LookupId(strconv.Itoa(os.Geteuid())); err == nil {
		homes = append(homes, u.HomeDir)
	}
	for _, home := range homes {
		if home != "" && owned(home) {
			return filepath.Join(home, ".cache", "tcplab", "labs"), nil
		}
	}
	return "", errors.New("there is no folder of yours for the sockets of your labs: set XDG_RUNTIME_DIR to one that is yours and closed to others")
}

// checkFolder reports that others could reach the sockets in a folder: it must be the user's own, closed to others, and no link; and
// of the folders above it none may be another user's, nor open to others so that they could put another one in its place.
func checkFolder(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at the folder of the labs' sockets: %w", err)
	}
	if !info.IsDir() || info.Mode().Perm()&0o077 != 0 || !owned(dir) {
		return fmt.Errorf("%s is to hold the sockets of your labs, but is not a folder of yours that is closed to others: "+
			"close it (chmod 700), remove it, or set XDG_RUNTIME_DIR to another place", dir)
	}
	above, err := filepath.Abs(dir)
	if err == nil {
		above, err = filepath.EvalSymlinks(filepath.Dir(above))
	}
	if err != nil {
		return fmt.Errorf("look at the folder of the labs' sockets: %w", err)
	}
	for ; ; above = filepath.Dir(above) {
		if err := checkAbove(above); err != nil {
			return fmt.Errorf("%s is to hold the sockets of your labs, but %w: set XDG_RUNTIME_DIR to another place", dir, err)
		}
		if above == filepath.Dir(above) {
			return nil
		}
	}
}

// checkAbove reports that another user could rename what is in a folder. One with the sticky bit, such as /tmp, keeps them from it.
func checkAbove(dir string) error {
	var stat unix.Stat_t
	if err := unix.Lstat(dir, &stat); err != nil {
		return err
	}
	const sticky, othersWrite = 0o1000, 0o022
	mode := uint32(stat.Mode)
	switch {
	case mode&othersWrite != 0 && mode&sticky == 0:
		return fmt.Errorf("others can write to %s", dir)
	case stat.Uid != 0 && int(stat.Uid) != os.Geteuid() && stat.Uid != overflowUser():
		return fmt.Errorf("%s belongs to another user", dir)
	}
	return nil
}

// owned reports whether a folder, and not a link to one, belongs to this user.
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
		if listener, err = net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"}); err != nil {
			return err
		}
		return os.Chmod(socket, 0o600) // until then the folder keeps others out
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
		if err := checkPeer(c); err != nil {
			return nil, errors.Join(fmt.Errorf("the holder of lab %s: %w", name, err), c.Close())
		}
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
	const died = "the holder of lab %s has died, and the lab with it (what is left of containers is removed by \"tcplab sweep\")"
	if e.Log == "" {
		return fmt.Sprintf(died, e.Lab)
	}
	return fmt.Sprintf(died+"; its last words are in %s", e.Lab, e.Log)
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

// checkUser reports a user that is not the one of this process.
func checkUser(uid int) error {
	if uid == os.Geteuid() {
		return nil
	}
	return fmt.Errorf("it belongs to the user %d, and not to you (%d)", uid, os.Geteuid())
}
