//go:build unix

package standing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/tcplab/tcplab/lab"
)

// Deadlines of what is asked of a holder.
const (
	infoDeadline   = 10 * time.Second
	toggleDeadline = 45 * time.Second // beyond the harness's own
	recordDeadline = 30 * time.Second
)

// Held is a lab that stands, seen from any other process than its holder.
type Held struct{ info Info }

// Info is what the lab was when it was found.
func (l *Held) Info() Info { return l.info }

// List returns the labs of this user. The errors are of those that have died, which are not listed again.
func List(ctx context.Context) ([]*Held, []error) {
	names, err := labNames()
	if err != nil {
		return nil, []error{err}
	}
	var labs []*Held
	var errs []error
	for _, name := range names {
		l, err := named(ctx, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		labs = append(labs, l)
	}
	return labs, errs
}

// Find returns the named lab, or the only one where the name is empty.
func Find(ctx context.Context, name string) (*Held, error) {
	if name != "" {
		return named(ctx, name)
	}
	labs, errs := List(ctx)
	switch {
	case len(labs) == 1:
		return labs[0], nil
	case len(labs) > 1:
		var names []string
		for _, l := range labs {
			names = append(names, l.info.Lab)
		}
		return nil, fmt.Errorf("%d labs stand (%s): say which one with --lab", len(labs), strings.Join(names, ", "))
	case len(errs) > 0:
		return nil, errors.Join(errs...)
	}
	return nil, errNone
}

func named(ctx context.Context, name string) (*Held, error) {
	l := &Held{info: Info{Lab: name}}
	err := l.ask(ctx, request{Op: opInfo}, infoDeadline)
	return l, err
}

// Break injects the fault, at once, or lets it wait for a moment of a connection that is yet to be made.
func (l *Held) Break(ctx context.Context, when lab.When) error {
	return l.ask(ctx, request{Op: opBreak, When: when}, toggleDeadline)
}

// Heal undoes it.
func (l *Held) Heal(ctx context.Context) error {
	return l.ask(ctx, request{Op: opHeal}, toggleDeadline)
}

// Record writes what the lab has recorded to a file, as pcapng with an interface for each vantage point: every packet up
// to now.
func (l *Held) Record(ctx context.Context, to *os.File) error {
	return l.ask(ctx, request{Op: opRecord}, recordDeadline+infoDeadline, to)
}

// Answer counts an answer to the exercise that the lab is.
func (l *Held) Answer(ctx context.Context) error {
	return l.ask(ctx, request{Op: opAnswer}, infoDeadline)
}

// ask makes a request that is answered by what the lab is now.
func (l *Held) ask(ctx context.Context, r request, within time.Duration, files ...*os.File) error {
	ctx, cancel := context.WithTimeoutCause(ctx, within,
		fmt.Errorf("the holder of lab %s does not answer within %s: %s", l.info.Lab, within, l.killText()))
	defer cancel()
	c, stop, err := l.request(ctx, r, files...)
	if err != nil {
		return err
	}
	defer stop()
	answer, err := l.answer(ctx, json.NewDecoder(c))
	if err == nil && answer.Info != nil {
		l.info = *answer.Info.info()
	}
	return err
}

// Down takes the lab down, and returns when its holder has ended.
func (l *Held) Down(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, endDeadline,
		fmt.Errorf("the holder of lab %s has not ended within %s: %s", l.info.Lab, endDeadline, l.killText()))
	defer cancel()
	c, stop, err := l.request(ctx, request{Op: opDown})
	if err != nil {
		return err
	}
	defer stop()
	d := json.NewDecoder(c)
	var last reply
	err = receive(d, &last)
	if err == nil { // it has something to say
		err = receive(d, &reply{})
	}
	if !errors.Is(err, io.EOF) {
		return cause(ctx, err)
	}
	return last.err()
}

// killText says what is left to do about a holder that does nothing any more.
func (l *Held) killText() string {
	return fmt.Sprintf("kill it (pkill -9 -f 'tcplab hold %s$'), then \"tcplab sweep\"", l.info.Lab)
}

// request connects to the holder and sends it a request. The connection ends with ctx, at the latest.
func (l *Held) request(ctx context.Context, r request, files ...*os.File) (*net.UnixConn, func(), error) {
	c, err := dial(l.info.Lab)
	if err != nil {
		return nil, nil, err
	}
	unhook := context.AfterFunc(ctx, func() { _ = c.Close() })
	stop := func() {
		unhook()
		_ = c.Close()
	}
	if err := send(c, r, files...); err != nil {
		stop()
		return nil, nil, cause(ctx, err)
	}
	return c, stop, nil
}

// answer waits for a reply.
func (l *Held) answer(ctx context.Context, d *json.Decoder) (reply, error) {
	var r reply
	err := receive(d, &r)
	if errors.Is(err, io.EOF) {
		return r, died(l.info.Lab)
	}
	if err != nil {
		return r, cause(ctx, err)
	}
	return r, r.err()
}

func (r reply) err() error {
	if r.Error == "" {
		return nil
	}
	return errors.New(r.Error)
}

// cause prefers the reason for which a context has ended over the error that came of it.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// Command is a command to be run on a host. Its streams are handed over as they are, and are not nil.
type Command struct {
	Host string
	Argv []string
	// Env, WholeEnv, Dir and Hosts are those of a [lab.Cmd].
	Env                   []string
	WholeEnv              bool
	Dir                   string
	Hosts                 string
	Stdin, Stdout, Stderr *os.File
}

// Run runs a command on a host and returns its exit code. The signals are passed on to it; when ctx ends, it is killed.
func (l *Held) Run(ctx context.Context, cmd Command, signals <-chan os.Signal) (exit int, err error) {
	if !l.info.Host(cmd.Host) {
		return 0, fmt.Errorf("lab %s has no host %q; it has: %s", l.info.Lab, cmd.Host, l.info.HostNames())
	}
	c, stop, err := l.request(ctx, request{Op: opCommand, Host: cmd.Host, Argv: cmd.Argv, Env: cmd.Env, Whole: cmd.WholeEnv, Dir: cmd.Dir, Hosts: cmd.Hosts},
		cmd.Stdin, cmd.Stdout, cmd.Stderr)
	if err != nil {
		return 0, err
	}
	defer stop()
	d := json.NewDecoder(c)
	if _, err := l.answer(ctx, d); err != nil {
		return 0, err
	}
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		for {
			select {
			case s := <-signals:
				_ = send(c, request{Op: opSignal, Signal: int(s.(syscall.Signal))})
			case <-ended:
				return
			}
		}
	}()
	last, err := l.answer(ctx, d)
	return last.Exit, err
}
