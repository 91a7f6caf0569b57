package assistant

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// folders are those in which captures may be read. The kernel keeps what is opened within them: neither ".." nor a link leads out.
type folders []*os.Root

func openFolders(names []string) (folders, error) {
	var all folders
	for _, name := range names {
		absolute, err := filepath.Abs(name)
		if err == nil {
			var root *os.Root
			if root, err = os.OpenRoot(absolute); err == nil {
				all = append(all, root)
			}
		}
		if err != nil {
			all.close()
			return nil, fmt.Errorf("the folder for captures: %w", err)
		}
	}
	return all, nil
}

func (f folders) close() {
	for _, root := range f {
		_ = root.Close()
	}
}

// open opens a capture. A relative name is sought in each of the folders.
func (f folders) open(name string) (*os.File, error) {
	missing := false
	for _, root := range f {
		within := name
		if filepath.IsAbs(name) {
			relative, err := filepath.Rel(root.Name(), name)
			if err != nil {
				continue
			}
			within = relative
		}
		if !filepath.IsLocal(within) {
			continue
		}
		file, err := openRegular(root, within)
		switch {
		case err == nil:
			return file, nil
		case errors.Is(err, fs.ErrNotExist):
			missing = true
		case errors.Is(err, fs.ErrPermission), errors.Is(err, errNoFile):
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if missing {
		return nil, fmt.Errorf("%s: there is no such file in %s", name, f)
	}
	return nil, fmt.Errorf("%s is not among the captures that may be read, which are in %s", name, f)
}

var errNoFile = errors.New("it is no ordinary file")

// openRegular opens an ordinary file: one that is a pipe or a device would never come to its end.
func openRegular(root *os.Root, name string) (*os.File, error) {
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNoFile
	}
	return root.Open(name)
}

// String names the folders.
func (f folders) String() string {
	if len(f) == 0 {
		return "no folder: none was allowed"
	}
	var names []string
	for _, root := range f {
		names = append(names, root.Name())
	}
	return strings.Join(names, ", ")
}
