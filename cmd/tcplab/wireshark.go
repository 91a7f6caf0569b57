package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/safefile"
	"github.com/tcplab/tcplab/wireshark"
)

func newWireshark() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "wireshark",
		Short: "Let Wireshark and tshark show what tcplab finds",
		Long:  "Write what Wireshark and tshark read: a profile with colours and filters for failures, and the labs that stand as interfaces.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newProfile())
	cmd.AddCommand(extcapInstallers()...)
	return cmd
}

func newProfile() *cobra.Command {
	return &cobra.Command{
		Use:   "profile DIR",
		Short: "Write a profile that colours the packets of failures",
		Long: `Write a configuration profile: colours for the packets that verdicts rest on, a menu of display filters for them ("tcplab", at the right
end of the filter bar), columns for the place of the capture and for tcplab's comments. A packet without a colour is nothing to look at.

DIR is the profile's folder; the profile has the folder's name. Nothing in it is overwritten: of an older tcplab's, remove it first.`,
		Example: `  tcplab wireshark profile ~/.config/wireshark/profiles/tcplab
  wireshark -C tcplab artifacts/latest/closed-port-netns-ipv4/run.pcapng
  tshark -C tcplab --color -r client.pcapng`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := filepath.Clean(args[0])
			if err := writeProfile(dir); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: a profile; take it with \"wireshark -C %s\", or at the right end of the status bar\n", dir, filepath.Base(dir))
			return nil
		},
	}
}

// writeProfile writes the files of the profile into a new or an empty folder, all or none of them. Where they are there already, as this
// tcplab writes them, nothing is to be done.
func writeProfile(dir string) error {
	var made []string
	undo := func(err error) error {
		for i := len(made) - 1; i >= 0; i-- {
			err = errors.Join(err, os.Remove(made[i]))
		}
		return err
	}
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
			return err
		}
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		made = append(made, dir)
	case err != nil:
		return err
	case !info.IsDir():
		return &safefile.TakenError{Name: dir, What: "not a folder"}
	default:
		if there, err := profileIn(dir); there || err != nil {
			return err
		}
	}
	for _, f := range wireshark.Profile() {
		name := filepath.Join(dir, f.Name)
		if err := safefile.WriteNew(name, 0o644, []byte(f.Content)); err != nil {
			return undo(err)
		}
		made = append(made, name)
	}
	return nil
}

// profileIn reports whether a folder has the profile. One that has something else is an error; files that Wireshark adds by itself are not.
func profileIn(dir string) (bool, error) {
	list, err := os.ReadDir(dir)
	if err != nil || len(list) == 0 {
		return false, err
	}
	for _, f := range wireshark.Profile() {
		content, err := os.ReadFile(filepath.Join(dir, f.Name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
		if string(content) != f.Content {
			return false, &safefile.TakenError{Name: dir, What: "a folder with something else in it (" + list[0].Name() + ")"}
		}
	}
	return true, nil
}
