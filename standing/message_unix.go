//go:build unix

package standing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// request is what is asked of a holder: one for each connection, as a line of JSON. On the connection of a command more
// may follow, with signals.
type request struct {
	Op     string   `json:"op"`
	Host   string   `json:"host,omitempty"`   // command
	Argv   []string `json:"argv,omitempty"`   // command
	Env    []string `json:"env,omitempty"`    // command
	Whole  bool     `json:"whole,omitempty"`  // command: Env is the whole environment
	Dir    string   `json:"dir,omitempty"`    // command
	Hosts  string   `json:"hosts,omitempty"`  // command: the content of its /etc/hosts
	Signal int      `json:"signal,omitempty"` // signal
	When   lab.When `json:"when,omitzero"`    // break: at that moment
}

// The operations.
const (
	opInfo    = "info"
	opBreak   = "break"
	opHeal    = "heal"
	opDown    = "down"    // take the lab down; the connection ends with the holder
	opRecord  = "record"  // write the lab's record to the descriptor that comes along
	opAnswer  = "answer"  // count an answer to the exercise
	opCommand = "command" // run a command with the three descriptors that come along; closing the connection kills it
	opSignal  = "signal"  // on the connection of a command that was started
)

// reply answers a request. A command has two: that it was started, and how it has ended.
type reply struct {
	Error string    `json:"error,omitempty"`
	Info  *toldInfo `json:"info,omitempty"`
	Exit  int       `json:"exit,omitempty"`
}

// Bounds of what is received: a request has a command line and an environment in it.
const (
	maxRequest      = 2 << 20
	requestDeadline = 10 * time.Second
)

// send sends one message, and copies of files.
func send(c *net.UnixConn, message any, files ...*os.File) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	var rights []byte
	if len(files) > 0 {
		fds := make([]int, len(files))
		for i, f := range files {
			fds[i] = int(f.Fd())
		}
		rights = unix.UnixRights(fds...)
	}
	text = append(text, '\n')
	// The descriptors travel with the first byte; the rest may take several writes.
	if _, _, err := c.WriteMsgUnix(text[:1], rights, nil); err != nil {
		return err
	}
	_, err = c.Write(text[1:])
	return err
}

// receiveRequest reads a request and the files that came along.
func receiveRequest(c *net.UnixConn) (request, []*os.File, error) {
	_ = c.SetReadDeadline(time.Now().Add(requestDeadline))
	defer c.SetReadDeadline(time.Time{})
	var text []byte
	var files []*os.File
	chunk, control := make([]byte, 64<<10), make([]byte, unix.CmsgSpace(8*4))
	for !bytes.HasSuffix(text, []byte("\n")) {
		n, controls, _, _, err := c.ReadMsgUnix(chunk, control)
		if err == nil && n == 0 {
			err = io.EOF
		}
		if err == nil {
			var more []*os.File
			more, err = filesIn(control[:controls])
			files = append(files, more...)
		}
		if err == nil && len(text)+n > maxRequest {
			err = fmt.Errorf("a request of more than %d bytes", maxRequest)
		}
		if err != nil {
			closeAll(files)
			return request{}, nil, err
		}
		text = append(text, chunk[:n]...)
	}
	var r request
	if err := json.Unmarshal(text, &r); err != nil {
		closeAll(files)
		return request{}, nil, err
	}
	return r, files, nil
}

// filesIn are the descriptors that came with a message.
func filesIn(control []byte) ([]*os.File, error) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil, os.NewSyscallError("parse control message", err)
	}
	var files []*os.File
	for _, m := range messages {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			closeAll(files)
			return nil, os.NewSyscallError("parse descriptors", err)
		}
		for _, fd := range fds {
			unix.CloseOnExec(fd)
			files = append(files, os.NewFile(uintptr(fd), "stream"))
		}
	}
	return files, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}

// receive reads a message that has no descriptors.
func receive(d *json.Decoder, into any) error {
	err := d.Decode(into)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, unix.ECONNRESET) {
		return io.EOF // the other end has died
	}
	return err
}
