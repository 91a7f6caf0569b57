package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// file writes a file to standard output. It looks before it opens: to open a pipe would be to wait for its other end.
func file(_ context.Context, s Streams, args []string) error {
	if len(args) != 1 {
		return Usagef("usage: tcplab host file PATH")
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

// store writes standard input to a file beside the one that is meant, and puts it in the place of that when it is complete.
func store(_ context.Context, s Streams, args []string) (err error) {
	if len(args) != 3 {
		return Usagef("usage: tcplab host store MODE NAME PATH")
	}
	mode, err := strconv.ParseUint(args[0], 8, 9)
	if err != nil {
		return Usagef("not the mode of a file: %q", args[0])
	}
	path := args[2]
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case info.IsDir():
		path = filepath.Join(path, filepath.Base(args[1]))
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is there already, and is not a file: choose another place", path)
	}
	return storeAs(s.Stdin, path, fs.FileMode(mode))
}

func storeAs(from io.Reader, path string, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".tcplab-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = io.Copy(f, from)
	if err := errors.Join(err, f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
