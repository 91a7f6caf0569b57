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

	"github.com/google/renameio/v2"

	"github.com/tcplab/tcplab/harness"
)

// Fetch copies a file out of a host to dest, a file or a folder, and returns the path of the copy. It takes the place of
// a file that is there, and only once it is complete.
func (l *Lab) Fetch(ctx context.Context, host, file, dest string) (string, error) {
	dest, err := destination(file, dest)
	if err != nil {
		return "", err
	}
	copied, err := renameio.NewPendingFile(dest, renameio.WithTempDir(filepath.Dir(dest)), renameio.WithPermissions(0o666))
	if err != nil {
		return "", err
	}
	defer copied.Cleanup() // nothing, once it has its name
	if err := l.FetchTo(ctx, host, file, copied.File); err != nil {
		return "", err
	}
	return dest, copied.CloseAtomicallyReplace()
}

// destination is the path that a copy is to have.
func destination(file, dest string) (string, error) {
	info, err := os.Stat(dest)
	if err == nil && info.IsDir() {
		dest = filepath.Join(dest, path.Base(file))
		info, err = os.Stat(dest)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return dest, nil
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is there already, and is not a file", dest)
	}
	return filepath.EvalSymlinks(dest) // the file itself is replaced, and not a link to it
}

// FetchTo copies a file out of a host into an open one.
func (l *Lab) FetchTo(ctx context.Context, host, file string, to *os.File) error {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
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
	code, err := l.Run(ctx, Command{Host: host, Argv: harness.FileVerb(file), Stdin: null, Stdout: to, Stderr: tell}, nil)
	_ = tell.Close()
	if err != nil || code == 0 {
		return err
	}
	// The holder has closed its copy: what the verb has said is complete.
	_, words, _ := strings.Cut(string(bytes.TrimSpace(<-said)), ": ")
	return fmt.Errorf("%s: %s", host, words)
}
