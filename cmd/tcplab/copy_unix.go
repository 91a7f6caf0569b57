//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/safefile"
	"github.com/tcplab/tcplab/standing"
)

func newFetch() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fetch HOST:PATH [DEST]",
		Short: "Copy a file out of a host of a lab that stands",
		Long: `Copy a file out of a host, to a file or into a folder; without DEST, into the current folder, and with "-", to standard
output. The copy takes its place when it is complete, and not before.`,
		Example: `  tcplab fetch server:/tmp/server.pcap
  tcplab fetch server:/tmp/server.pcap - | tcplab diagnose -`,
		Args: cobra.RangeArgs(1, 2),
	}
	lab := labFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		host, file, err := onHost(args[0])
		if err != nil {
			return err
		}
		dest := "."
		if len(args) > 1 {
			dest = args[1]
		}
		l, err := standing.Find(cmd.Context(), *lab)
		if err != nil {
			return err
		}
		return fetch(cmd, l, host, file, dest)
	}
	return cmd
}

func fetch(cmd *cobra.Command, l *standing.Held, host, file, dest string) error {
	var err error
	if l.Info().Resident { // this process has the current folder, and the lab's holder another
		if file, err = filepath.Abs(file); err != nil {
			return err
		}
	}
	if dest == "-" {
		return l.FetchTo(cmd.Context(), host, file, os.Stdout)
	}
	if dest == "" {
		return errors.New("DEST is empty: name a file or a folder")
	}
	_, err = l.Fetch(cmd.Context(), host, file, dest)
	return err
}

// onHost takes the name of a file on a host apart.
func onHost(name string) (host, file string, err error) {
	host, file, ok := strings.Cut(name, ":")
	if !ok || host == "" || file == "" {
		return "", "", fmt.Errorf("%q does not name a file on a host: it is HOST:PATH", name)
	}
	return host, file, nil
}

func newPut() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "put FILE... HOST:PATH",
		Short: "Copy files into a host of a lab that stands",
		Long: `Copy files of this machine into a host, to a file or into a folder there, with their permissions. A copy takes its place when it
is complete, and not before. With the netns engine the files of a host are those of this machine.`,
		Example: `  tcplab put ./client server.pem client:/tmp`,
		Args:    cobra.MinimumNArgs(2),
	}
	lab := labFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		files := args[:len(args)-1]
		host, dest, err := onHost(args[len(args)-1])
		if err != nil {
			return err
		}
		l, err := standing.Find(cmd.Context(), *lab)
		if err != nil {
			return err
		}
		if l.Info().Resident { // this process has the current folder, and the lab's holder another
			if dest, err = filepath.Abs(dest); err != nil {
				return err
			}
		}
		for _, file := range files {
			if err := l.Put(cmd.Context(), file, host, dest); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}

func newRecord() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "record FILE",
		Short: "Write what a lab has recorded, into a file here",
		Long: `Write what a lab that was built with "tcplab up --record" has recorded, up to now: pcapng with an interface for each vantage point, for
Wireshark and "tcplab diagnose"; with "-" it goes to standard output.`,
		Example: `  tcplab up closed-port --record
  tcplab record all.pcapng`,
		Args: cobra.ExactArgs(1),
	}
	built := labFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		l, err := standing.Find(cmd.Context(), *built)
		switch {
		case err != nil:
			return err
		case !l.Info().Recorded:
			return fmt.Errorf("lab %s records nothing: build it with \"tcplab up --record\"", l.Info().Lab)
		}
		if args[0] == "-" {
			return l.Record(cmd.Context(), os.Stdout)
		}
		file, err := safefile.Begin(args[0], 0o666)
		if err != nil {
			return err
		}
		if err = l.Record(cmd.Context(), file.File()); err == nil {
			err = file.Commit()
		}
		return errors.Join(err, file.Close())
	}
	return cmd
}
