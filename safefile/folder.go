package safefile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// listName is the file with the names of what tcplab has written into a folder, a line each.
const listName = "tcplab.files"

// Clear makes a folder where there is none, and removes from it what tcplab has written there.
func Clear(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.clear()
}

// Remove removes from a folder what tcplab has written there, and the folder itself where nothing else is in it.
func Remove(dir string) error {
	f, err := open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := errors.Join(f.clear(), f.Close()); err != nil {
		return err
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		return err
	}
	return os.Remove(dir)
}

// Create creates a file of a folder, in the place of one that tcplab has written there.
func Create(dir, name string) (*os.File, error) {
	f, err := open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := f.claim(name); err != nil {
		return nil, err
	}
	if err := f.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return f.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// WriteIn writes a file of a folder. One that tcplab has written there is replaced when the new one is complete.
func WriteIn(dir, name string, write func(io.Writer) error) error {
	f, err := open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.claim(name); err != nil {
		return err
	}
	temporary := ".tcplab-" + rand.Text()
	file, err := f.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if err = errors.Join(write(file), file.Close()); err == nil {
		err = f.Rename(temporary, name)
	}
	if err != nil {
		return errors.Join(err, f.Remove(temporary))
	}
	return nil
}

// folder is a folder that is open: whatever is done to its name, this is the one that is written to, and nothing outside.
type folder struct {
	*os.Root
	dir string
}

// open opens a folder that is not behind a link.
func open(dir string) (*folder, error) {
	info, err := os.Lstat(dir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		what := "not a folder"
		if info.Mode()&fs.ModeSymlink != 0 {
			what = "a link"
		}
		return nil, &TakenError{dir, what}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	if opened, err := root.Stat("."); err != nil || !os.SameFile(info, opened) {
		return nil, errors.Join(fmt.Errorf("%s was changed while it was opened", dir), err, root.Close())
	}
	return &folder{root, dir}, nil
}

// claim puts a name on the list before the file is there. A name that something else has is an error.
func (f *folder) claim(name string) error {
	names, err := f.list()
	if err != nil {
		return err
	}
	ours := slices.Contains(names, name)
	info, err := f.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &TakenError{filepath.Join(f.dir, name), kindOf(info.Mode())}
	case !ours:
		return &TakenError{filepath.Join(f.dir, name), "not tcplab's"}
	}
	if ours {
		return nil
	}
	file, err := f.openList(os.O_WRONLY | os.O_APPEND | os.O_CREATE)
	if err != nil {
		return err
	}
	_, err = file.WriteString(name + "\n")
	return errors.Join(err, file.Close())
}

// list reads the names.
func (f *folder) list() ([]string, error) {
	file, err := f.openList(os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, 1<<20))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(strings.Split(string(text), "\n"), func(name string) bool {
		return name == "" || name == "." || name == ".." || strings.ContainsAny(name, `/\`)
	}), nil
}

// openList opens the list itself, and not what a link of that name leads to.
func (f *folder) openList(flag int) (*os.File, error) {
	taken := &TakenError{filepath.Join(f.dir, listName), "not tcplab's list of files"}
	if info, err := f.Lstat(listName); err == nil && !info.Mode().IsRegular() {
		return nil, taken
	}
	file, err := f.OpenFile(listName, flag, 0o644)
	if err != nil {
		return nil, err
	}
	named, err := f.Lstat(listName)
	opened, failed := file.Stat()
	if err != nil || failed != nil || !os.SameFile(named, opened) {
		return nil, errors.Join(taken, file.Close())
	}
	return file, nil
}

// clear removes the files on the list, and the list.
func (f *folder) clear() error {
	names, err := f.list()
	if err != nil {
		return err
	}
	for _, name := range append(names, listName) {
		info, err := f.Lstat(name)
		if err != nil || !info.Mode().IsRegular() { // it is gone, or something else has its name
			continue
		}
		if err := f.Remove(name); err != nil {
			return err
		}
	}
	return nil
}
