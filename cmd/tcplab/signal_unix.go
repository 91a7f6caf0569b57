//go:build unix

package main

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// signalVariable names the named pipe by which a command breaks the lab in which it runs, on hosts that have the files of this machine. A signal
// would not do: a command of a lab does not see the processes outside.
const signalVariable = "TCPLAB_SIGNAL"

// breakSignal tells how to send the signal that breaks a lab, and says when it has come: a signal to this process, or a byte in the pipe.
func breakSignal(cmd *cobra.Command) (came <-chan time.Time, stop func() error, err error) {
	dir, err := os.MkdirTemp("", "tcplab-signal-")
	if err != nil {
		return nil, nil, err
	}
	name := filepath.Join(dir, "pipe")
	if err := errors.Join(unix.Mkfifo(name, 0o600), os.Setenv(signalVariable, name)); err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	pipe, err := os.OpenFile(name, os.O_RDWR, 0) // and not only to read: that would wait for who writes
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	told := make(chan time.Time, 1)
	tell := func() {
		select {
		case told <- time.Now():
		default: // it is broken already
		}
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGUSR1)
	go func() {
		for range signals {
			tell()
		}
	}()
	go func() {
		for {
			if _, err := pipe.Read(make([]byte, 1)); err != nil {
				return // it is closed
			}
			tell()
		}
	}()
	warn(cmd, "break it with: kill -USR1 %d", os.Getpid())
	return told, func() error {
		signal.Stop(signals)
		close(signals)
		return errors.Join(pipe.Close(), os.RemoveAll(dir))
	}, nil
}
