package safefile

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Write writes a file that the user has named; who may read it, perm and the umask say. An older one is replaced when the new one
// is complete, and stays as it is where that fails. Where ours has texts, the older one must begin with one of them, or be empty:
// anything else is not tcplab's and stays, with a [*TakenError].
func Write(name string, perm fs.FileMode, write func(io.Writer) error, ours ...string) error {
	p, err := begin(name, perm, ours...)
	if err != nil {
		return err
	}
	defer p.Close()
	buffered := bufio.NewWriter(p)
	if err := write(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := p.file.Sync(); err != nil {
		return err
	}
	return p.Commit()
}

// WriteNew writes a file that is not there yet, else the error is [fs.ErrExist].
func WriteNew(name string, perm fs.FileMode, contents []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	_, err = f.Write(contents)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

// Pending is a file that has no name yet.
type Pending struct {
	file            *os.File
	folder          *os.Root
	temporary, name string
	named           bool
}

// Begin begins a file that is to get its name by [Pending.Commit].
func Begin(name string, perm fs.FileMode) (*Pending, error) { return begin(name, perm) }

func begin(name string, perm fs.FileMode, ours ...string) (*Pending, error) {
	dir, base := filepath.Split(name)
	if base == "" || base == "." || base == ".." {
		return nil, fmt.Errorf("%q is not the name of a file", name)
	}
	if dir == "" {
		dir = "."
	}
	folder, err := os.OpenRoot(dir)
	if err != nil {
		if cause, ok := errors.AsType[*fs.PathError](err); ok {
			err = &fs.PathError{Op: "open", Path: name, Err: cause.Err} // what the user has named
		}
		return nil, err
	}
	p := &Pending{folder: folder, name: base, temporary: ".tcplab-" + rand.Text()}
	if err := p.mayReplace(name, ours); err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	if p.file, err = folder.OpenFile(p.temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm); err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", name, err), folder.Close())
	}
	return p, nil
}

// TakenError is the error for a name that something has which is not tcplab's to replace.
type TakenError struct{ Name, What string }

func (e *TakenError) Error() string {
	return fmt.Sprintf("%s is there already, and is %s: move it away, or choose another place", e.Name, e.What)
}

// mayReplace reports what must not be replaced.
func (p *Pending) mayReplace(name string, ours []string) error {
	info, err := p.folder.Lstat(p.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &TakenError{name, kindOf(info.Mode())}
	}
	if len(ours) == 0 || info.Size() == 0 {
		return nil
	}
	old, err := p.folder.Open(p.name)
	if err != nil {
		return err
	}
	defer old.Close()
	start, err := io.ReadAll(io.LimitReader(old, 1<<10))
	if err != nil {
		return err
	}
	for _, text := range ours {
		if bytes.HasPrefix(start, []byte(text)) {
			return nil
		}
	}
	return &TakenError{name, "not tcplab's"}
}

// kindOf says what something is that is not a file.
func kindOf(m fs.FileMode) string {
	switch {
	case m&fs.ModeSymlink != 0:
		return "a link"
	case m.IsDir():
		return "a folder"
	}
	return "not a file"
}

// File is the open file.
func (p *Pending) File() *os.File { return p.file }

// Write implements [io.Writer].
func (p *Pending) Write(b []byte) (int, error) { return p.file.Write(b) }

// Commit gives the file its name; more may be written after that, where the system can rename an open file.
func (p *Pending) Commit() error {
	if err := p.folder.Rename(p.temporary, p.name); err != nil {
		return err
	}
	p.named = true
	return nil
}

// Close closes the file, and removes one that has no name.
func (p *Pending) Close() error {
	err := p.file.Close()
	if !p.named {
		err = errors.Join(err, p.folder.Remove(p.temporary))
	}
	return errors.Join(err, p.folder.Close())
}
