package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/failures"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/safefile"
)

func newExplain() *cobra.Command {
	html, markdown := "", false
	cmd := &cobra.Command{
		Use:   "explain SCENARIO|VERDICT|CAUSE",
		Short: "Explain a failure: what it is, what the client feels, how to tell it from its rivals",
		Long: `Explain a scenario, a verdict or a cause: what it is, what each client feels, how it is told from its rivals and by which
commands, and what a run of it looked like. The same pages lie in docs/failures. The commands on a page look and change nothing, or
work on a lab.`,
		Example: "  tcplab explain closed-port\n  tcplab explain no-answer\n  tcplab explain accept-queue-full",
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "print it in Markdown")
	cmd.Flags().StringVar(&html, "html", "", "write it as a page to this file")
	return inLanguage(cmd, func(cmd *cobra.Command, args []string, tag lang.Tag) error {
		if markdown && html != "" {
			return errors.New("--markdown prints and --html writes a file: give one of them")
		}
		page, err := failures.Of(args[0], tag)
		switch {
		case err != nil:
			return err
		case html != "":
			return safefile.Write(html, 0o666, page.HTML)
		case markdown:
			return page.Markdown(cmd.OutOrStdout())
		}
		out, show := paged(cmd)
		return errors.Join(page.Text(out), show())
	})
}
