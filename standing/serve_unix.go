//go:build unix

package standing

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
)

// acceptAgain is how long the holder waits after a connection that it could not take.
const acceptAgain = 50 * time.Millisecond

// serve answers requests until the listener is closed. Where descriptors are scarce for a while, the lab can be reached again
// when they are not.
func (h *holder) serve(listener *net.UnixListener) {
	for {
		c, err := listener.AcceptUnix()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			time.Sleep(acceptAgain) // nobody tells when descriptors are free again
		case checkPeer(c) != nil:
			_ = c.Close() // another user has nothing to ask here
		default:
			go h.answer(c)
		}
	}
}

// answer answers one request.
func (h *holder) answer(c *net.UnixConn) {
	r, files, err := receiveRequest(c)
	if err != nil {
		_ = c.Close()
		return
	}
	defer closeAll(files)
	if r.Op == opDown {
		h.takeDown(c)
		return
	}
	defer c.Close()
	if r.Op == opInfo {
		info := h.info()
		_ = send(c, reply{Info: told(info)})
		return
	}
	built, err := h.use()
	if err != nil {
		_ = send(c, reply{Error: err.Error()})
		return
	}
	defer h.requests.Done()
	answer, err := h.do(c, built, r, files)
	if err != nil {
		answer = reply{Error: h.explain(r, err).Error()}
	}
	_ = send(c, answer)
}

// takeDown ends the life of the lab. The connection stays open, and ends with this process.
func (h *holder) takeDown(c *net.UnixConn) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.asking = append(h.asking, c)
	h.end(errDown)
}

// use returns the lab for a request, which is not closed before the request is done.
func (h *holder) use() (*harness.Standing, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	switch {
	case h.life.Err() != nil:
		return nil, errDown
	case h.lab == nil:
		return nil, fmt.Errorf("lab %s is still being built", h.order.Lab)
	}
	h.requests.Add(1)
	return h.lab, nil
}

// do does what a request asks for.
func (h *holder) do(c *net.UnixConn, built *harness.Standing, r request, files []*os.File) (reply, error) {
	var err error
	switch r.Op {
	case opBreak, opHeal:
		err = h.toggle(built, r)
	case opRecord:
		err = h.record(built, files)
	case opAnswer:
		h.mutex.Lock()
		h.answers++
		h.mutex.Unlock()
	case opCommand:
		return h.command(c, built, r, files)
	default:
		err = fmt.Errorf("the holder of this lab does not know the request %q: it is of another version of tcplab", r.Op)
	}
	info := h.info()
	return reply{Info: told(info)}, err
}

// toggle breaks the lab or heals it.
func (h *holder) toggle(built *harness.Standing, r request) error {
	switch {
	case h.order.Exercise != nil:
		return fmt.Errorf("lab %s is an exercise: what is broken in it, and where, is for you to find", h.order.Lab)
	case r.Op == opBreak && !r.When.IsBefore():
		return h.breakWhen(built, r.When)
	case r.Op == opBreak && h.info().State == Waiting:
		return errors.New("the fault waits for its moment already: \"tcplab heal\" ends that")
	case r.Op == opBreak:
		return built.Break(h.life)
	}
	return h.heal(built)
}

// heal undoes the fault. One that waits for its moment does not come any more.
func (h *holder) heal(built *harness.Standing) error {
	waited := h.info().State == Waiting
	_ = h.stopWaiting() // what went wrong in it has been told
	if waited && !built.Broken() {
		return nil
	}
	return built.Heal(h.life)
}

// record writes what the lab has recorded.
func (h *holder) record(built *harness.Standing, files []*os.File) error {
	if len(files) != 1 {
		return fmt.Errorf("a record takes one descriptor, not %d", len(files))
	}
	ctx, cancel := context.WithTimeout(h.life, recordDeadline)
	defer cancel()
	file := bufio.NewWriter(files[0])
	if err := built.WriteRecord(ctx, file); err != nil {
		return err
	}
	return file.Flush()
}

// explain prefers the end of the lab, and that of a host, over the errors that come of it.
func (h *holder) explain(r request, err error) error {
	switch {
	case h.life.Err() != nil:
		return errDown
	case errors.Is(err, lab.ErrHostStopped):
		return fmt.Errorf("the %s is switched off: nothing runs on it; what is sent to it can be captured at the other end of its link", r.Host)
	}
	return err
}

// command runs a command on a host. It is killed when the one who has asked for it is gone, and when the lab ends.
func (h *holder) command(c *net.UnixConn, built *harness.Standing, r request, files []*os.File) (reply, error) {
	if len(files) != 3 {
		return reply{}, fmt.Errorf("a command takes three descriptors, not %d", len(files))
	}
	host, err := built.Host(r.Host)
	if err != nil {
		return reply{}, err
	}
	cmd := host.Command(r.Argv...)
	cmd.Env, cmd.WholeEnv, cmd.Dir, cmd.Hosts = r.Env, r.Whole, r.Dir, r.Hosts
	cmd.Stdin, cmd.Stdout, cmd.Stderr = files[0], files[1], files[2]
	ctx, kill := context.WithCancel(h.life)
	defer kill()
	if err := cmd.Start(ctx); err != nil {
		return reply{}, err
	}
	_ = send(c, reply{}) // to one who is gone, the next one finds out
	go func() {
		defer kill()
		for d := json.NewDecoder(c); ; {
			var next request
			if receive(d, &next) != nil || next.Op != opSignal {
				return
			}
			_ = cmd.Signal(syscall.Signal(next.Signal)) // it may have ended
		}
	}()
	err = cmd.Wait()
	if exit, ended := errors.AsType[*lab.ExitError](err); ended {
		return reply{Exit: exit.Code}, nil
	}
	return reply{}, err
}
