//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/safefile"
	"github.com/tcplab/tcplab/standing"
	"github.com/tcplab/tcplab/wireshark"
)

// extcapName is the file that Wireshark starts. It is not "tcplab", which may be the program itself in the same folder.
const extcapName = "tcplab-extcap"

func extcapInstallers() []*cobra.Command {
	return []*cobra.Command{{
		Use:   "extcap DIR",
		Short: "Let Wireshark list the hosts of standing labs among its interfaces",
		Long: `Write a small program, tcplab-extcap, that Wireshark and tshark ask for interfaces: the hosts of the labs that stand are among them.
DIR is your folder of extcap programs: ~/.local/lib/wireshark/extcap, or ~/.config/wireshark/extcap of Wireshark 4.0 and older.
Nothing is overwritten.`,
		Example: `  tcplab wireshark extcap ~/.local/lib/wireshark/extcap
  tcplab up closed-port
  tshark -i tcplab:closed-port/server`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			program, err := os.Executable()
			if err != nil {
				return err
			}
			name, err := writeExtcap(args[0], wireshark.ExtcapScript(program))
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: \"tcplab up\" and then \"tshark -D\" show it at work\n", name)
			return nil
		},
	}}
}

// writeExtcap writes the program into a folder of extcap programs, which is made where there is none.
func writeExtcap(dir, script string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	name := filepath.Join(dir, extcapName)
	err := safefile.WriteNew(name, 0o755, []byte(script))
	if errors.Is(err, fs.ErrExist) {
		if old, failed := os.ReadFile(name); failed == nil && string(old) == script {
			return name, nil
		}
		err = &safefile.TakenError{Name: name, What: "not what this tcplab writes"}
	}
	return name, err
}

// extcapFlags are those of the extcap protocol. Of a capture filter nothing is made: Wireshark's display filters do it.
type extcapFlags struct {
	list, linkTypes, config, capture bool
	version, point, fifo             string
}

// newExtcap is what Wireshark calls, by the program that "tcplab wireshark extcap" writes.
func newExtcap() *cobra.Command {
	var f extcapFlags
	cmd := &cobra.Command{
		Use:    "extcap",
		Short:  "Speak Wireshark's extcap protocol (for Wireshark alone)",
		Long:   "Speak Wireshark's extcap protocol, extcap(4): the hosts of standing labs are its interfaces. \"tcplab wireshark extcap\" installs it.",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(cmd *cobra.Command, _ []string) error { return f.answer(cmd) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.list, "extcap-interfaces", false, "list the interfaces")
	flags.BoolVar(&f.linkTypes, "extcap-dlts", false, "list the link types of an interface")
	flags.BoolVar(&f.config, "extcap-config", false, "list the options of an interface: there are none")
	flags.BoolVar(&f.capture, "capture", false, "capture on an interface")
	flags.StringVar(&f.version, "extcap-version", "", "version of Wireshark")
	flags.StringVar(&f.point, "extcap-interface", "", "name of the interface")
	flags.StringVar(&f.fifo, "fifo", "", "the pipe to write packets to")
	return cmd
}

func (f *extcapFlags) answer(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	switch {
	case f.list:
		labs, _ := standing.List(cmd.Context()) // a lab that has died has no interfaces, so its error does not matter
		var points []wireshark.CapturePoint
		for _, l := range labs {
			points = append(points, capturePoints(l.Info())...)
		}
		_, err := io.WriteString(out, wireshark.Offer(thisVersion().String(), points))
		return err
	case f.linkTypes:
		_, err := io.WriteString(out, wireshark.LinkTypes())
		return err
	case f.config:
		return nil
	case f.capture && f.fifo != "":
		return f.captureInto(cmd)
	}
	return errors.New("this is for Wireshark: \"tcplab wireshark extcap DIR\" installs it, \"tcplab capture HOST FILE\" captures")
}

// captureInto captures until Wireshark ends it, by a signal, or has closed the pipe. Whatever is said on standard error, Wireshark
// shows as an error: nothing is.
func (f *extcapFlags) captureInto(cmd *cobra.Command) error {
	name, host, iface, err := parsePoint(f.point)
	if err != nil {
		return err
	}
	l, err := standing.Find(cmd.Context(), name)
	if err != nil {
		return err
	}
	var wanted []string
	if iface != "" {
		wanted = []string{iface}
	}
	interfaces, err := interfacesOf(l.Info(), host, wanted)
	if err != nil {
		return err
	}
	pipe, err := os.OpenFile(f.fifo, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := captureTo(cmd, l, host, pipe, interfaces, io.Discard); !errors.Is(err, unix.EPIPE) {
		return err
	}
	return nil // Wireshark has seen enough
}

const pointPrefix = "tcplab:"

// capturePoints are the hosts of a lab and, of a host with several interfaces, each of these.
func capturePoints(info standing.Info) (points []wireshark.CapturePoint) {
	for _, h := range info.Hosts {
		name, title := pointPrefix+info.Lab+"/"+h.Name, "tcplab "+info.Lab+": "+h.Name
		points = append(points, wireshark.CapturePoint{Name: name, Title: title})
		if len(h.Interfaces) < 2 {
			continue
		}
		for _, i := range h.Interfaces {
			points = append(points, wireshark.CapturePoint{Name: name + "/" + i, Title: title + ", " + i})
		}
	}
	return points
}

// parsePoint takes the name of an interface apart: "tcplab:closed-port/router/to-server".
func parsePoint(name string) (lab, host, iface string, err error) {
	path, ours := strings.CutPrefix(name, pointPrefix)
	parts := strings.Split(path, "/")
	if !ours || len(parts) < 2 || len(parts) > 3 || slices.Contains(parts, "") {
		return "", "", "", fmt.Errorf("%q is no interface of tcplab's: such as tcplab:closed-port/server", name)
	}
	if len(parts) == 3 {
		iface = parts[2]
	}
	return parts[0], parts[1], iface, nil
}
