package netns

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// Between the program and its helper there is one socket on which the program hands over one end of a fresh socket
// pair for each call. The call's request, its replies and its descriptors travel on that pair alone, so that calls
// need no numbers and do not wait for each other, and closing the pair ends the call.

// request is the first message of a call, and "kill", "signal" or "close" a later one.
type request struct {
	Op       string        `json:"op"`
	Topology *lab.Topology `json:"topology,omitempty"` // build
	Lab      int           `json:"lab,omitempty"`
	Host     string        `json:"host,omitempty"`
	Argv     []string      `json:"argv,omitempty"`  // command
	Env      []string      `json:"env,omitempty"`   // command
	Dir      string        `json:"dir,omitempty"`   // command
	Hosts    string        `json:"hosts,omitempty"` // command: the content of its /etc/hosts
	// These are those of a [lab.Cmd].
	WholeEnv  bool   `json:"whole_env,omitempty"`
	Contained bool   `json:"contained,omitempty"`
	Server    bool   `json:"server,omitempty"`
	Signal    int    `json:"signal,omitempty"` // signal
	Socket    [3]int `json:"socket,omitempty"` // socket: domain, type, protocol
	// These are the times about which a witness is asked.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// The operations.
const (
	opProbe   = "probe"   // can namespaces, links, packet sockets and firewall rules be made?
	opBuild   = "build"   // build a lab; it is removed when the call's socket is closed, or by opClose on it
	opClose   = "close"   // on a build's socket: remove the lab and answer when it is done
	opCommand = "command" // run a command with the three descriptors that come along
	opKill    = "kill"    // on a command's socket: kill it
	opSignal  = "signal"  // on a command's socket: send it a signal
	opSocket  = "socket"  // create a socket and send its descriptor
	opWitness = "witness" // look on while the call lasts; each further message asks by how much the helper was late
	opStop    = "stop"    // switch a host off
	opStart   = "start"   // switch a host on
)

// reply answers a request. A command has two: that it was started, and its exit code.
type reply struct {
	Lab     int           `json:"lab,omitempty"`
	Exit    int           `json:"exit,omitempty"`
	Late    time.Duration `json:"late_ns,omitempty"` // witness
	Error   string        `json:"error,omitempty"`
	Stopped bool          `json:"stopped,omitempty"` // the error wraps lab.ErrHostStopped
	Errno   int           `json:"errno,omitempty"`   // the kernel's error behind it, if there is one
}

// remoteError is an error of the helper.
type remoteError struct {
	text  string
	errno syscall.Errno
}

func (e *remoteError) Error() string { return e.text }

func (e *remoteError) Unwrap() error { return e.errno }

func replyOf(err error) reply {
	if err == nil {
		return reply{}
	}
	errno, _ := errors.AsType[syscall.Errno](err)
	return reply{Error: err.Error(), Stopped: errors.Is(err, lab.ErrHostStopped), Errno: int(errno)}
}

func (r reply) err() error {
	switch {
	case r.Stopped:
		return lab.ErrHostStopped
	case r.Errno != 0:
		return &remoteError{r.Error, syscall.Errno(r.Errno)}
	case r.Error != "":
		return errors.New(r.Error)
	}
	return nil
}

// maxMessage bounds a message in bytes, which a command line with a whole environment may need.
const maxMessage = 128 << 10

// channel carries messages and descriptors over a Unix socket that keeps messages apart (SOCK_SEQPACKET).
type channel struct{ *net.UnixConn }

// newPair returns a channel and the file of its other end.
func newPair() (channel, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return channel{}, nil, os.NewSyscallError("socketpair", err)
	}
	here, err := newChannel(os.NewFile(uintptr(fds[0]), "netns call"))
	other := os.NewFile(uintptr(fds[1]), "netns call")
	if err != nil {
		return channel{}, nil, errors.Join(err, other.Close())
	}
	return here, other, nil
}

// newChannel takes the file over.
func newChannel(f *os.File) (channel, error) {
	defer f.Close()
	conn, err := net.FileConn(f)
	if err != nil {
		return channel{}, err
	}
	unixConn, ok := conn.(*net.UnixConn)
	if !ok {
		return channel{}, errors.Join(fmt.Errorf("not a Unix socket: %T", conn), conn.Close())
	}
	return channel{unixConn}, nil
}

// send sends one message, and copies of descriptors.
func (c channel) send(message any, fds ...int) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if len(text) > maxMessage {
		return fmt.Errorf("message of %d bytes; %d is the most", len(text), maxMessage)
	}
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	_, _, err = c.WriteMsgUnix(text, rights, nil)
	return err
}

// receive reads one message and the descriptors that came along, which are closed on exec; io.EOF says that the other
// end was closed.
func (c channel) receive(message any) ([]int, error) {
	text, control := make([]byte, maxMessage), make([]byte, unix.CmsgSpace(8*4))
	n, controls, err := c.read(text, control)
	if err != nil {
		return nil, err
	}
	fds, err := descriptors(control[:controls])
	if err != nil {
		return nil, err
	}
	return fds, json.Unmarshal(text[:n], message)
}

// read reads one message. The kernel may tell of the end before the last messages: it looks whether there is one, and
// then whether the other end is closed, and takes what was sent and closed in between for the end; and an end that was
// closed with something unread is told first, as ECONNRESET. Each is told so once. What has been sent lies there all the
// same, and is found by the next read.
func (c channel) read(text, control []byte) (n, controls int, err error) {
	for range 3 {
		n, controls, _, _, err = c.ReadMsgUnix(text, control)
		if !errors.Is(err, io.EOF) && !errors.Is(err, unix.ECONNRESET) {
			break
		}
	}
	return n, controls, err
}

func descriptors(control []byte) ([]int, error) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil, os.NewSyscallError("parse control message", err)
	}
	var all []int
	for _, m := range messages {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			return nil, os.NewSyscallError("parse descriptors", err)
		}
		all = append(all, fds...)
	}
	return all, nil
}
