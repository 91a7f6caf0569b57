//go:build unix

package standing

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// upDeadline bounds the time until a lab is up; the image of the docker engine, which is built once, is a part of that.
const upDeadline = 10 * time.Minute

// endDeadline bounds the end of a holder that was asked to end.
const endDeadline = 90 * time.Second

// Up starts a holder for a lab and returns when the lab is up and has proven that it works. The holder goes on when this
// process ends. It is this program, called as "tcplab hold LAB", which must call [Hold]. What takes long is told to say.
func Up(ctx context.Context, o Order, say func(step string)) (Info, error) {
	logPath, err := pathOf(o.Lab, logEnding)
	if err != nil {
		return Info{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, upDeadline, fmt.Errorf("the lab is not up after %s", upDeadline))
	defer cancel()
	h, err := startHolder(o, logPath)
	if err != nil {
		return Info{}, fmt.Errorf("start the holder of the lab: %w", err)
	}
	abandon := context.AfterFunc(ctx, func() { _ = h.order.Close() })
	info, err := h.await(say)
	if !abandon() { // it may have been too late to be heard
		err = errors.Join(context.Cause(ctx), h.takeDown(info))
	}
	_ = h.order.Close()
	if err != nil {
		return Info{}, errors.Join(err, h.ended())
	}
	return *info, h.cmd.Process.Release()
}

// starting is a holder whose lab comes up.
type starting struct {
	cmd   *exec.Cmd
	lab   string
	log   string
	order *os.File // closed: nobody waits for the lab any more
	news  *os.File
}

func startHolder(o Order, logPath string) (*starting, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(logPath, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	orders, give, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer orders.Close()
	hear, tell, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, give.Close())
	}
	defer tell.Close()
	cmd := &exec.Cmd{Path: self, Args: []string{"tcplab", "hold", o.Lab}, Stdout: log, Stderr: log, ExtraFiles: []*os.File{orders, tell}}
	// A session of its own: neither Ctrl-C nor the end of the terminal is meant for the lab.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	if err == nil {
		err = json.NewEncoder(give).Encode(o)
	}
	if err != nil {
		return nil, errors.Join(err, give.Close(), hear.Close())
	}
	return &starting{cmd: cmd, lab: o.Lab, log: logPath, order: give, news: hear}, nil
}

// await follows the news to one of its ends.
func (h *starting) await(say func(string)) (*Info, error) {
	defer h.news.Close()
	for d := json.NewDecoder(h.news); ; {
		var n news
		err := receive(d, &n)
		switch {
		case errors.Is(err, io.EOF):
			return nil, h.lastWords()
		case err != nil:
			return nil, err
		case n.Error != "":
			return nil, errors.New(n.Error)
		case n.Info != nil:
			return n.Info.info(), nil
		}
		say(n.Step)
	}
}

// takeDown takes the lab down that came up when nobody waited for it any more.
func (h *starting) takeDown(info *Info) error {
	if info == nil {
		return nil
	}
	lab := &Held{info: *info}
	return lab.Down(context.Background())
}

// lastWords is the error for a holder that has ended without a word on its news: what it has said last is in its log.
func (h *starting) lastWords() error {
	text, err := os.ReadFile(h.log)
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	said := strings.TrimSpace(string(lines[len(lines)-1]))
	if err != nil || said == "" {
		said = "it has said nothing"
	}
	return fmt.Errorf("the holder of the lab has ended before the lab was up: %s", said)
}

// ended waits for the end of a holder whose lab did not come up, and removes its log: unless another has the name, whose log
// it is, too.
func (h *starting) ended() error {
	late := time.AfterFunc(endDeadline, func() { _ = h.cmd.Process.Kill() })
	defer late.Stop()
	_ = h.cmd.Wait() // why it has ended is known
	if other, err := dial(h.lab); err == nil {
		return other.Close()
	}
	_ = os.Remove(h.log)
	return nil
}
