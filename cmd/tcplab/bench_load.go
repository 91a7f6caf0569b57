package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"
)

// loads are what programs do that keep a machine busy, by the argument that the program is started with.
var loads = map[string]func(ctx context.Context) error{
	"compute": compute,
	"start":   startPrograms,
	"write":   writeFiles,
}

// programsPerProcessor is how many programs keep a processor busy.
const programsPerProcessor = 4

// newBenchLoad is the program that keeps the machine busy; "bench verdicts" starts it.
func newBenchLoad() *cobra.Command {
	return &cobra.Command{
		Use: "load KIND", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			do := loads[args[0]]
			if do == nil {
				return fmt.Errorf("there is no load %q", args[0])
			}
			ctx, cancel := context.WithCancel(cmd.Context())
			defer cancel()
			go func() {
				_, _ = io.Copy(io.Discard, cmd.InOrStdin()) // it ends with whoever has started this program, however that ends
				cancel()
			}()
			return do(ctx)
		},
	}
}

// keepBusy starts programs that keep every processor busy, until release ends them.
func keepBusy() (release func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program that makes the load: %w", err)
	}
	var ends []func()
	release = func() {
		for _, end := range ends {
			end()
		}
	}
	kinds := []string{"compute", "start", "write", "compute"}
	for i := range programsPerProcessor * runtime.NumCPU() {
		end, err := startLoad(self, kinds[i%len(kinds)])
		if err != nil {
			release()
			return nil, fmt.Errorf("start the load: %w", err)
		}
		ends = append(ends, end)
	}
	return release, nil
}

// startLoad starts a program that makes a load until its standard input is closed.
func startLoad(self, kind string) (end func(), err error) {
	p := exec.Command(self, "bench", "load", kind)
	in, err := p.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := p.Start(); err != nil {
		return nil, err
	}
	return func() {
		_ = in.Close()
		_ = p.Wait()
	}, nil
}

func compute(ctx context.Context) error {
	for ctx.Err() == nil {
		n := 0
		for i := range 1 << 20 {
			n ^= i * i
		}
		runtime.KeepAlive(n)
	}
	return nil
}

// startPrograms starts this program again and again: it ends at once, since nobody asks it for anything.
func startPrograms(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		if err := exec.CommandContext(ctx, self, "help", "list").Run(); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

func writeFiles(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "tcplab-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	block := make([]byte, 4<<20)
	for ctx.Err() == nil {
		if err := writeThrough(filepath.Join(dir, "block"), block); err != nil {
			return err
		}
	}
	return nil
}

// writeThrough writes a file and waits until it is on the disk.
func writeThrough(name string, data []byte) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}
