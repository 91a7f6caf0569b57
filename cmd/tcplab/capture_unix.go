//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/safefile"
	"github.com/tcplab/tcplab/standing"
	"github.com/tcplab/tcplab/wire"
)

func newCapture() *cobra.Command {
	cmd := &cobra.Command{
		ValidArgsFunction: completeHost,
		Use:               "capture HOST FILE [INTERFACE...]",
		Short:             "Capture on a host of a lab that stands, into a file here",
		Long: `Capture every packet on a host, on all of its interfaces or on some, until Ctrl-C (or "kill"). It is what tcpdump does, for
who is not root: FILE is pcapng, for Wireshark, and is written where this command is run, also with the docker engine; with
"-" it goes to standard output.`,
		Example: `  tcplab capture server server.pcapng
  tcplab capture router router.pcapng to-server &
  tcplab capture server - | wireshark -k -i -`,
		Args: cobra.MinimumNArgs(2),
	}
	built := labFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		l, err := standing.Find(cmd.Context(), *built)
		if err != nil {
			return err
		}
		return capture(cmd, l, args[0], args[1], args[2:])
	}
	return cmd
}

// capture captures until a signal comes. Every packet that had arrived by then is in the file.
func capture(cmd *cobra.Command, l *standing.Held, host, name string, interfaces []string) error {
	interfaces, err := interfacesOf(l.Info(), host, interfaces)
	if err != nil {
		return err
	}
	file, err := createCapture(name)
	if err != nil {
		return err
	}
	return captureTo(cmd, l, host, file, interfaces, cmd.ErrOrStderr())
}

// captureTo captures into a file that is open, which it closes. When the capture runs, it says so.
func captureTo(cmd *cobra.Command, l *standing.Held, host string, file io.WriteCloser, interfaces []string, say io.Writer) (err error) {
	defer func() { err = errors.Join(err, file.Close()) }()
	// From here on, a signal ends the capture in good order; one that has come before has ended the context. A job in the
	// background of a script ignores Ctrl-C.
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	stdin, hold, err := os.Pipe()
	if err != nil {
		return err
	}
	defer stdin.Close()
	go func() {
		<-signals
		_ = hold.Close() // the capture ends with its input
	}()
	hear, tell, err := os.Pipe()
	if err != nil {
		return err
	}
	defer tell.Close()
	from, packets, err := os.Pipe()
	if err != nil {
		return err
	}
	defer from.Close()
	said, written := make(chan string, 1), make(chan error, 1)
	go func() { said <- relayReady(say, hear, host, interfaces, helpTag(cmd)) }()
	go func() {
		_, err := io.Copy(file, wire.WithNames(from, namesOf(l.Info())))
		_ = from.Close() // no more can be written: the capture ends, too
		written <- err
	}()
	code, err := l.Run(cmd.Context(), standing.Command{Host: host, Argv: agent.CaptureVerb(interfaces...), Stdin: stdin, Stdout: packets, Stderr: tell}, nil)
	_ = errors.Join(packets.Close(), tell.Close())
	words := <-said
	switch full := <-written; {
	case full != nil:
		return full
	case err == nil && code != 0:
		err = fmt.Errorf("capture on host %s: %s", host, words)
	}
	return err
}

// namesOf are the names of a lab's hosts, for its captures.
func namesOf(info standing.Info) (names []wire.HostName) {
	for _, h := range info.Hosts {
		for _, addr := range h.Addresses {
			names = append(names, wire.HostName{Addr: addr, Name: h.Name})
		}
	}
	return names
}

// captureFile is the file of a capture. One of that name that is there stays as it is until the capture has begun; a pipe or a
// device is written to.
type captureFile struct {
	io.WriteCloser
	pending *safefile.Pending // nil once it has its name
}

func createCapture(name string) (*captureFile, error) {
	if name == "-" {
		return &captureFile{WriteCloser: os.Stdout}, nil
	}
	if info, err := os.Lstat(name); err == nil && info.Mode()&(os.ModeNamedPipe|os.ModeDevice) != 0 {
		file, err := os.OpenFile(name, os.O_WRONLY|syscall.O_NOFOLLOW, 0)
		return &captureFile{WriteCloser: file}, err
	}
	pending, err := safefile.Begin(name, 0o666)
	if err != nil {
		return nil, err
	}
	return &captureFile{pending, pending}, nil
}

func (f *captureFile) Write(p []byte) (int, error) {
	if f.pending != nil {
		if err := f.pending.Commit(); err != nil {
			return 0, err
		}
		f.pending = nil
	}
	return f.WriteCloser.Write(p)
}

// relayReady says that the capture runs, and returns what else the verb has said.
func relayReady(out io.Writer, from io.ReadCloser, host string, interfaces []string, tag lang.Tag) string {
	defer from.Close()
	var heard strings.Builder
	buffer := make([]byte, 4<<10)
	for {
		n, err := from.Read(buffer)
		heard.Write(buffer[:n])
		if rest, ready := strings.CutPrefix(heard.String(), lab.Ready+"\n"); ready {
			fmt.Fprintln(out, said(fmt.Sprintf("capturing on the %s (%s), until Ctrl-C", host, strings.Join(interfaces, ", "))).In(tag))
			heard.Reset()
			heard.WriteString(rest)
			text, _ := io.ReadAll(from)
			heard.Write(text)
			return strings.TrimSpace(heard.String())
		}
		if err != nil {
			return strings.TrimSpace(heard.String())
		}
	}
}

// interfacesOf are those that were named, or all of the host's.
func interfacesOf(info standing.Info, host string, named []string) ([]string, error) {
	i := slices.IndexFunc(info.Hosts, func(h standing.HostInfo) bool { return h.Name == host })
	if i < 0 {
		return nil, fmt.Errorf("lab %s has no host %q; it has: %s", info.Lab, host, info.HostNames())
	}
	all := info.Hosts[i].Interfaces
	if len(named) == 0 {
		return all, nil
	}
	for _, name := range named {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("the %s has no interface %q; it has: %s", host, name, strings.Join(all, ", "))
		}
	}
	return named, nil
}
