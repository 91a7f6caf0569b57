package lessontest

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lesson"
	"golang.org/x/sys/unix"
)

// student works on a mystery as a good one does. Several may share a desk, and work at the same time.
type student struct {
	*cmdtest.Desk
	lesson.Mystery
	lesson.Case // which only the test knows
}

// classroom is the desk of an ordinary user, where it can have labs.
func classroom(t *testing.T) *cmdtest.Desk {
	t.Helper()
	cmdtest.NeedEngine(t, "netns")
	if err := lab.RequirePrograms([]string{"curl", "ping"}); err != nil {
		t.Skip(err)
	}
	d := cmdtest.NewDesk(t)
	if os.Geteuid() == 0 {
		d.AsNobody()
		cmdtest.RequireUserNamespaces(t, func(args ...string) (string, error) {
			out, err := d.Command(args...).CombinedOutput()
			return string(out), err
		})
	}
	return d
}

// newStudent is one by whose ID, level and class the mystery is chosen.
func newStudent(d *cmdtest.Desk, id string, level int, class string) *student {
	d.Helper()
	m, err := lesson.NewMystery(id, level, class)
	require.NoError(d, err)
	return &student{d, m, m.Case()}
}

// studentWith is one whose mystery is a certain case.
func studentWith(d *cmdtest.Desk, name string) *student {
	d.Helper()
	for level := range lesson.Levels {
		for i := range 1000 {
			if s := newStudent(d, fmt.Sprintf("s%d", (level+1)*1000+i), level+1, ""); s.Case.Name == name {
				return s
			}
		}
	}
	require.Fail(d, "nobody has this case", name)
	return nil
}

// do runs a command; its exit code may be any.
func (s *student) do(args ...string) error {
	out, err := s.Command(args...).CombinedOutput()
	if _, ended := errors.AsType[*exec.ExitError](err); err == nil || ended {
		return nil
	}
	return fmt.Errorf("%s: %w: %s", args, err, out)
}

// begin builds the mystery.
func (s *student) begin(more ...string) error {
	args := append([]string{"lesson", "mystery", "--engine", "netns", "--student", s.Student, "--level", fmt.Sprint(s.Mystery.Level)}, more...)
	out, err := s.Command(args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("mystery of %s: %w: %s", s.Student, err, out)
	}
	return nil
}

// on is a command on a host of the mystery.
func (s *student) on(host string, argv ...string) []string {
	return append([]string{"exec", "--lab", s.Lab(), host}, argv...)
}

// capture begins a capture with the lab's own program, and returns what ends it, as Ctrl-C does.
func (s *student) capture(host, iface, name string) (end func() error, err error) {
	file, err := os.Create(filepath.Join(s.Dir, name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	cmd := s.Command(s.on(host, "tcplab", "host", "capture", iface)...)
	cmd.Stdout = file
	if _, err := cmd.StdinPipe(); err != nil { // it ends with its input, which nobody types
		return nil, err
	}
	said, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if line, err := bufio.NewReader(said).ReadString('\n'); line != lab.Ready+"\n" {
		return nil, fmt.Errorf("capture on %s of %s: %q: %w", host, s.Lab(), line, errors.Join(err, cmd.Wait()))
	}
	return func() error { return errors.Join(cmd.Process.Signal(unix.SIGINT), cmd.Wait()) }, nil
}

// file is the name of the capture of one side.
func (s *student) file(side string) string { return s.Student + "-" + side + ".pcapng" }

// investigate captures an attempt on both sides, with something that does arrive before and after.
func (s *student) investigate() error {
	host, iface := "server", "eth0"
	if _, off := s.Fault.(faults.StopHost); off {
		host, iface = "router", "to-server"
	}
	client, err := s.capture("client", "eth0", s.file("client"))
	if err != nil {
		return err
	}
	server, err := s.capture(host, iface, s.file("server"))
	if err != nil {
		return errors.Join(err, client())
	}
	return errors.Join(s.control(), s.attempt(), s.control(), client(), server())
}

// attempt does what the complaint is about.
func (s *student) attempt() error {
	if s.Pings {
		return s.ping("203.0.113.10")
	}
	return s.dial()
}

// control sends something that does arrive, as far as the client gets.
func (s *student) control() error {
	switch {
	case s.Pings:
		return s.dial()
	case s.Where == lesson.Client:
		return s.ping("198.51.100.1")
	}
	return s.ping("203.0.113.10")
}

func (s *student) dial() error {
	return s.do(s.on("client", "tcplab", "host", "dial", "--timeout", "3500ms", "203.0.113.10:8080")...)
}

func (s *student) ping(address string) error {
	return s.do(s.on("client", "ping", "-c", "1", "-W", "1", address)...)
}

// answer is the command line of an answer.
func (s *student) answer(verdict, where string, files ...string) []string {
	args := []string{"lesson", "answer", verdict, "--student", s.Student, "--where", where}
	for _, f := range files {
		args = append(args, "--evidence", f)
	}
	return args
}

// rightAnswer is the one that gets the full score.
func (s *student) rightAnswer() []string {
	return s.answer(string(s.Verdicts[0]), string(s.Where), s.file("client"), s.file("server"))
}
