package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

// place is where an errand's command finds its folders in the container.
type place struct {
	dir    string // its working directory
	folder string // the folder that it fills, as an absolute path; empty where there is none
}

// workingFolder is the working directory, with the folders of an errand in it.
const workingFolder = "/files"

// volumes are the folder alone: a volume is written to without the layers of an image between, which take longer than the labs on some
// engines. It has no name, and is removed with the container.
func (p place) volumes() map[string]struct{} {
	if p.folder == "" {
		return nil
	}
	return map[string]struct{}{p.folder: {}}
}

// taken are the folders of a container in which files are the kernel's, or in memory: nothing can be copied out of them.
var taken = []string{"/dev", "/proc", "/sys"}

// inside is where the errand's folder is in the container. It is called there as it is called here, because reports name it: a path that
// begins here with "..", has as many folders above it there.
func (errand Errand) inside() (place, error) {
	at := place{dir: workingFolder}
	if errand.Folder == "" {
		return at, nil
	}
	folder := path.Clean(errand.Folder)
	for rest, up := folder, true; up; {
		if rest, up = strings.CutPrefix(rest, "../"); up {
			at.dir += "/below"
		}
	}
	if at.folder = folder; !path.IsAbs(folder) {
		at.folder = path.Join(at.dir, folder)
	}
	for _, top := range taken {
		if at.folder == top || strings.HasPrefix(at.folder, top+"/") {
			return at, fmt.Errorf("docker: files cannot be brought from a container's %s: choose a folder that is elsewhere than %s", top, errand.Folder)
		}
	}
	return at, nil
}

// makeFolders makes folders in a container that does not run yet, with those above them, in which every user may write. An empty name is none.
func (d *daemon) makeFolders(ctx context.Context, id string, folders ...string) error {
	var made []string
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, folder := range folders {
		for i, r := range folder + "/" {
			name := strings.TrimPrefix(folder[:min(i, len(folder))], "/")
			if r != '/' || name == "" || slices.Contains(made, name) {
				continue
			}
			made = append(made, name)
			_ = w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o1777}) // writing to memory cannot fail
		}
	}
	_ = w.Close()
	if _, err := d.api.CopyToContainer(ctx, id, client.CopyToContainerOptions{DestinationPath: "/", Content: &archive}); err != nil {
		return fmt.Errorf("docker: make folders in a container: %w", err)
	}
	return nil
}

// bring brings what the errand's command has left.
func (d *daemon) bring(ctx context.Context, id string, errand Errand, inside place) error {
	var errs []error
	for name, use := range errand.Files {
		errs = append(errs, d.bringFile(ctx, id, name, use))
	}
	if errand.Folder != "" {
		errs = append(errs, d.bringFolder(ctx, id, inside.folder, errand.Folder))
	}
	return errors.Join(errs...)
}

// bringFile calls use with the content of a container's file, if there is such a file.
func (d *daemon) bringFile(ctx context.Context, id, name string, use func(content io.Reader) error) error {
	err := d.eachFile(ctx, id, name, func(_ *tar.Header, content io.Reader) error { return use(content) })
	if errdefs.IsNotFound(err) {
		return nil
	}
	return err
}

// bringFolder copies what is in a folder of a container into an empty one of this machine.
func (d *daemon) bringFolder(ctx context.Context, id, from, to string) error {
	root, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer root.Close()
	return d.eachFile(ctx, id, from, func(h *tar.Header, content io.Reader) error { return unpack(root, h, content) })
}

// unpack makes a file or a folder of a container below a folder of this machine: whatever name it has there.
func unpack(root *os.Root, h *tar.Header, content io.Reader) error {
	_, below, _ := strings.Cut(path.Clean(h.Name), "/") // behind the folder's own name
	if below == "" {
		return nil
	}
	below = filepath.FromSlash(below)
	switch h.Typeflag {
	case tar.TypeDir:
		return root.Mkdir(below, 0o755)
	case tar.TypeReg:
		f, err := root.OpenFile(below, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, content)
		return errors.Join(err, f.Close())
	}
	return fmt.Errorf("docker: %s is neither a file nor a folder", h.Name)
}

// eachFile calls do for each file and folder of a container below a path.
func (d *daemon) eachFile(ctx context.Context, id, name string, do func(*tar.Header, io.Reader) error) error {
	copied, err := d.api.CopyFromContainer(ctx, id, client.CopyFromContainerOptions{SourcePath: name})
	if err != nil {
		return fmt.Errorf("docker: copy %s from a container: %w", name, err)
	}
	defer copied.Content.Close()
	for r := tar.NewReader(copied.Content); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = do(h, r)
		}
		if err != nil {
			return err
		}
	}
}
