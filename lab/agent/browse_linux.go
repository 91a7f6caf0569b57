package agent

import (
	"context"
	"errors"
	"flag"
	"net/url"
	"os"

	"github.com/tcplab/tcplab/lab"
)

// PageVerb is the verb that "browse" runs in a process of its own: package lab/agent/browse has it, which not every program links.
const PageVerb = "page"

// browse loads a page in Chromium, without a window, and prints the outcome. It returns when Chromium has ended.
func browse(ctx context.Context, s Streams, args []string) error {
	flags := flag.NewFlagSet("browse", flag.ContinueOnError)
	timeout := flags.Duration("timeout", 0, "the user's patience; 0: Chromium's own, which is longer than the kernel's")
	if err := Parse(flags, args); err != nil {
		return err
	}
	page, err := url.Parse(flags.Arg(0))
	if err != nil || flags.NArg() != 1 || page.Scheme == "" || page.Hostname() == "" {
		return Usagef("usage: tcplab host browse [--timeout 3s] URL (an IPv6 address in brackets)")
	}
	program, err := lab.FindProgram("chromium")
	if err != nil {
		return err
	}
	return inFolder(func(folder string) error {
		return inOwnProcess(ctx, s, []string{"TMPDIR=" + folder},
			[]string{PageVerb, "--program", program, "--folder", folder, "--timeout", timeout.String(), page.String()})
	})
}

// inFolder gives do a folder for a program that starts others. Afterwards the folder and all of them are gone.
func inFolder(do func(folder string) error) error {
	folder, err := os.MkdirTemp("", "tcplab-")
	if err != nil {
		return err
	}
	err = do(folder)
	if left := errors.Join(endMentioning(folder), os.RemoveAll(folder)); left != nil {
		return errors.Join(err, left)
	}
	return err
}

// Lacks is the reason why this program cannot run a command on a host of its own engine, nil where it can: the verb "browse" needs
// a package that not every program links. It is asked once all packages have begun.
func Lacks(argv []string) error {
	verb := lab.Verb("browse")
	if len(argv) >= len(verb) && argv[0] == verb[0] && argv[1] == verb[1] && argv[2] == verb[2] && !Has(PageVerb) {
		return errors.New("this program cannot drive Chromium: import _ \"github.com/tcplab/tcplab/lab/agent/browse\"")
	}
	return nil
}
