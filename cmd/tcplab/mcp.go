package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tcplab/tcplab/assistant"
	"github.com/tcplab/tcplab/lab"
)

func newMCP() *cobra.Command {
	var o assistant.Options
	engine := ""
	cmd := &cobra.Command{
		Use:   "mcp",
		Short: "Serve an AI assistant: captures diagnosed, failures explained and made",
		Long: `Serve an AI assistant on standard input and output, by the Model Context Protocol. The assistant's program starts it; it ends when that
goes. The assistant can have a capture diagnosed, a failure explained, the scenarios listed and one of them run in a lab.

Captures are read in the folders of --folder and below them, and nowhere else. Live endpoints are probed with --probe alone: packets
then go to whatever address the assistant names. Names in a capture were written by others, and are given to the assistant as data.`,
		Example: "  tcplab mcp\n  tcplab mcp --folder /var/captures\n  tcplab mcp --probe",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if term.IsTerminal(int(os.Stdin.Fd())) {
				return errors.New(`"tcplab mcp" is started by an assistant's program, and speaks with it on standard input: name it in the settings of that program`)
			}
			o.Version = thisVersion().Version
			o.Engine = func(ctx context.Context) (lab.Engine, error) { return chooseEngine(ctx, engine) }
			err := assistant.Serve(cmd.Context(), o, &mcp.StdioTransport{})
			if err != nil && cmd.Context().Err() == nil {
				return fmt.Errorf("the assistant: %w", err)
			}
			return cmd.Context().Err()
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&o.Folders, "folder", []string{"."}, "folder whose captures may be read; may be given several times")
	flags.BoolVar(&o.Probe, "probe", false, "let the assistant probe live endpoints, at any address")
	flags.StringVar(&engine, "engine", "", "engine to build labs with (default: the first one available; see \"tcplab engines\")")
	return cmd
}
