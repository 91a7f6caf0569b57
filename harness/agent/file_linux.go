package agent

import (
	"context"
	"fmt"
	"io"
	"os"
)

// file writes a file to standard output. It looks before it opens: to open a pipe would be to wait for its other end.
func file(_ context.Context, s Streams, args []string) error {
	if len(args) != 1 {
		return usagef("usage: tcplab host file PATH")
	}
	info, err := os.Stat(args[0])
	if err != nil {
		return err
	}
	switch {
	case info.IsDir():
		return fmt.Errorf("%s is a folder: name the files in it", args[0])
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file", args[0])
	}
	f, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(s.Stdout, f)
	return err
}
