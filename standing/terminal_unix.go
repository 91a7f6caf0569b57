//go:build unix

package standing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"

	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// RunOnTerminal runs a command on a terminal of its own on the host, see [OnTerminal]. It returns the command's exit code.
func (l *Held) RunOnTerminal(ctx context.Context, cmd Command) (exit int, err error) {
	return OnTerminal(cmd, func(verb Command) (int, error) { return l.Run(ctx, verb, nil) })
}

// OnTerminal gives a command a terminal of its own on its host, which is shown on, and fed from, the terminal that Stdin and Stdout are. run
// runs the verb that has that terminal, and returns its exit code, which is the command's.
func OnTerminal(cmd Command, run func(verb Command) (exit int, err error)) (exit int, err error) {
	input, feed, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer input.Close()
	k := &keyboard{terminal: cmd.Stdin, encoder: json.NewEncoder(feed)}
	defer feed.Close()
	terminal := int(cmd.Stdin.Fd())
	raw, err := term.MakeRaw(terminal)
	if err != nil {
		return 0, fmt.Errorf("set the terminal to raw mode: %w", err)
	}
	defer func() { err = errors.Join(err, term.Restore(terminal, raw)) }()
	changes := make(chan os.Signal, 1)
	signal.Notify(changes, unix.SIGWINCH)
	defer func() {
		signal.Stop(changes)
		close(changes)
	}()
	go func(cmd Command) {
		defer feed.Close() // the terminal is gone: it is hung up there, too
		if k.begin(cmd) == nil {
			go k.follow(changes)
			_, _ = io.Copy(k, cmd.Stdin)
		}
	}(cmd)
	return run(Command{Host: cmd.Host, Argv: agent.TerminalVerb(cmd.Argv...), Hosts: cmd.Hosts, Stdin: input, Stdout: cmd.Stdout, Stderr: cmd.Stderr})
}

// keyboard sends what happens at this end of the terminal.
type keyboard struct {
	terminal *os.File
	mutex    sync.Mutex
	encoder  *json.Encoder
}

func (k *keyboard) begin(cmd Command) error {
	first := k.size()
	first.Env, first.WholeEnv, first.Dir = cmd.Env, cmd.WholeEnv, cmd.Dir
	if cmd.WholeEnv { // its files are this machine's, so that the names must be the command's alone
		first.Hosts = cmd.Hosts
	}
	return k.send(first)
}

// Write sends what is typed.
func (k *keyboard) Write(p []byte) (int, error) {
	return len(p), k.send(agent.TerminalInput{Keys: p})
}

// follow sends each new size of the window.
func (k *keyboard) follow(changes <-chan os.Signal) {
	for range changes {
		if k.send(k.size()) != nil {
			return
		}
	}
}

// size is the window's, or none where it cannot be told.
func (k *keyboard) size() agent.TerminalInput {
	cols, rows, err := term.GetSize(int(k.terminal.Fd()))
	if err != nil {
		return agent.TerminalInput{}
	}
	return agent.TerminalInput{Rows: uint16(rows), Cols: uint16(cols)}
}

func (k *keyboard) send(in agent.TerminalInput) error {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	return k.encoder.Encode(in)
}
