//go:build unix

package standing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/safefile"
)

// Fetch copies a file out of a host to dest, a file or a folder, and returns the path of the copy. It takes the place of
// a file that is there, and only once it is complete.
func (l *Held) Fetch(ctx context.Context, host, file, dest string) (string, error) {
	dest, err := destination(file, dest)
	if err != nil {
		return "", err
	}
	copied, err := safefile.Begin(dest, 0o666)
	if err != nil {
		return "", err
	}
	defer copied.Close()
	if err := l.FetchTo(ctx, host, file, copied.File()); err != nil {
		return "", err
	}
	return dest, copied.Commit()
}

// destination is the path that a copy is to have: a name in a folder that is there, or dest itself.
func destination(file, dest string) (string, error) {
	info, err := os.Stat(dest)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return dest, nil
	case err != nil:
		return "", err
	case info.IsDir():
		return filepath.Join(dest, path.Base(file)), nil
	}
	return dest, nil
}

// FetchTo copies a file out of a host into an open one.
func (l *Held) FetchTo(ctx context.Context, host, file string, to *os.File) error {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	return l.copy(ctx, Command{Host: host, Argv: agent.FileVerb(file), Stdin: null, Stdout: to})
}

// Put copies a file of this machine to a host, to a file or into a folder there. It takes the place of a file that is there, and only
// once it is complete.
func (l *Held) Put(ctx context.Context, file, host, dest string) error {
	from, err := os.Open(file)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return fmt.Errorf("%s is a folder: name the files in it", file)
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	return l.copy(ctx, Command{Host: host, Argv: agent.StoreVerb(info.Mode(), filepath.Base(file), dest), Stdin: from, Stdout: null})
}

// copy runs a verb that copies. The error is in the verb's words.
func (l *Held) copy(ctx context.Context, c Command) error {
	hear, tell, err := os.Pipe()
	if err != nil {
		return err
	}
	defer hear.Close()
	said := make(chan []byte, 1)
	go func() {
		text, _ := io.ReadAll(hear)
		said <- text
	}()
	c.Stderr = tell
	code, err := l.Run(ctx, c, nil)
	_ = tell.Close()
	if err != nil || code == 0 {
		return err
	}
	// The holder has closed its copy: what the verb has said is complete.
	_, words, _ := strings.Cut(string(bytes.TrimSpace(<-said)), ": ")
	return fmt.Errorf("%s: %s", c.Host, words)
}
