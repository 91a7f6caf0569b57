package safefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func text(contents string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, contents)
		return err
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	contents, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(contents)
}

// names are those of what is in a folder.
func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// A file is replaced when the new one is complete, and stays as it is where that fails; nothing is left beside it.
func TestWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "file")
	require.NoError(t, Write(name, 0o600, text("one")))
	assert.Equal(t, "one", read(t, name))
	full := errors.New("disk full")
	err := Write(name, 0o600, func(w io.Writer) error {
		_, _ = w.Write(make([]byte, 100_000))
		assert.Equal(t, "one", read(t, name))
		return full
	})
	assert.ErrorIs(t, err, full)
	assert.Equal(t, "one", read(t, name))
	require.NoError(t, Write(name, 0o600, text("two")))
	assert.Equal(t, "two", read(t, name))
	assert.Equal(t, []string{"file"}, names(t, dir))
	info, err := os.Stat(name)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	err = Write(filepath.Join(dir, "no", "file"), 0o600, text("one"))
	assert.EqualError(t, err, "open "+filepath.Join(dir, "no", "file")+": no such file or directory")

	p, err := Begin(name, 0o600)
	require.NoError(t, err)
	_, err = p.Write([]byte("thr"))
	require.NoError(t, err)
	assert.Equal(t, "two", read(t, name))
	require.NoError(t, p.Commit())
	_, err = p.Write([]byte("ee"))
	require.NoError(t, errors.Join(err, p.Close()))
	assert.Equal(t, "three", read(t, name))
	assert.Equal(t, []string{"file"}, names(t, dir))
}

// A link is never followed, and what is not a file never replaced.
func TestLinksAreRefused(t *testing.T) {
	dir := t.TempDir()
	precious, link, folder := filepath.Join(dir, "precious"), filepath.Join(dir, "link"), filepath.Join(dir, "folder")
	require.NoError(t, os.WriteFile(precious, []byte("mine"), 0o600))
	require.NoError(t, os.Symlink(precious, link))
	require.NoError(t, os.Mkdir(folder, 0o755))
	dangling := filepath.Join(dir, "dangling")
	require.NoError(t, os.Symlink(filepath.Join(dir, "new"), dangling))
	for name, what := range map[string]string{link: "a link", dangling: "a link", folder: "a folder"} {
		err := Write(name, 0o600, text("theirs"))
		assert.EqualError(t, err, name+" is there already, and is "+what+": move it away, or choose another place")
		assert.ErrorIs(t, WriteNew(name, 0o600, nil), fs.ErrExist)
	}
	assert.Equal(t, "mine", read(t, precious))
	assert.NoFileExists(t, filepath.Join(dir, "new"))
	assert.Error(t, Write(folder+"/", 0o600, text("theirs")))

	assert.ErrorContains(t, Write(precious, 0o600, text("theirs"), "ours", "also"), "is not tcplab's")
	assert.Equal(t, "mine", read(t, precious))
	require.NoError(t, Write(precious, 0o600, text("ours"), "theirs", "mi"))
	assert.Equal(t, "ours", read(t, precious))
}

// Of a folder only what was written by this package is replaced and removed.
func TestFolderKeepsWhatIsNotOurs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	require.NoError(t, Clear(dir))
	f, err := Create(dir, "capture")
	require.NoError(t, err)
	_, err = f.WriteString("packets")
	require.NoError(t, errors.Join(err, f.Close()))
	require.NoError(t, WriteIn(dir, "page", text("one")))
	require.NoError(t, WriteIn(dir, "page", text("two")))
	assert.Equal(t, "two", read(t, filepath.Join(dir, "page")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes"), []byte("mine"), 0o600))
	for _, err := range []error{WriteIn(dir, "notes", text("theirs")), func() error { _, err := Create(dir, "notes"); return err }()} {
		assert.EqualError(t, err, filepath.Join(dir, "notes")+" is there already, and is not tcplab's: move it away, or choose another place")
	}
	failed := errors.New("failed")
	assert.ErrorIs(t, WriteIn(dir, "page", func(io.Writer) error { return failed }), failed)
	assert.Equal(t, "two", read(t, filepath.Join(dir, "page")))

	// The user has put a link in the place of a page, and one of the list's names leads out of the folder.
	precious := filepath.Join(filepath.Dir(dir), "precious")
	require.NoError(t, os.WriteFile(precious, []byte("mine"), 0o600))
	require.NoError(t, os.Remove(filepath.Join(dir, "page")))
	require.NoError(t, os.Symlink(precious, filepath.Join(dir, "page")))
	assert.ErrorContains(t, WriteIn(dir, "page", text("theirs")), "and is a link")
	list := filepath.Join(dir, listName)
	require.NoError(t, os.WriteFile(list, []byte(read(t, list)+"../precious\n..\n.\n"+precious+"\n"), 0o600))
	require.NoError(t, Clear(dir))
	assert.Equal(t, []string{"notes", "page"}, names(t, dir))
	require.NoError(t, Remove(dir))
	assert.Equal(t, "mine", read(t, precious))
	assert.Equal(t, []string{"notes", "page"}, names(t, dir), "what is not ours stays, and so the folder does")
	require.NoError(t, os.Remove(filepath.Join(dir, "notes")))
	require.NoError(t, os.Remove(filepath.Join(dir, "page")))
	require.NoError(t, Remove(dir))
	assert.NoDirExists(t, dir)
	require.NoError(t, Remove(dir))
}

func TestFolderIsNoLink(t *testing.T) {
	parent := t.TempDir()
	home, link, file := filepath.Join(parent, "home"), filepath.Join(parent, "link"), filepath.Join(parent, "file")
	require.NoError(t, os.Mkdir(home, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(home, "capture"), []byte("mine"), 0o600))
	require.NoError(t, os.Symlink(home, link))
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	assert.ErrorContains(t, Clear(link), "is a link")
	assert.ErrorContains(t, Remove(link), "is a link")
	assert.ErrorContains(t, WriteIn(link, "capture", text("theirs")), "is a link")
	assert.ErrorContains(t, Clear(file), "is not a folder")
	// A list that is a link is not read, nor written to.
	require.NoError(t, os.WriteFile(filepath.Join(parent, "fake"), []byte("capture\n"), 0o600))
	require.NoError(t, os.Symlink("capture", filepath.Join(home, listName)))
	for _, err := range []error{Clear(home), WriteIn(home, "new", text("theirs"))} {
		assert.ErrorContains(t, err, "is not tcplab's list of files")
	}
	assert.Equal(t, "mine", read(t, filepath.Join(home, "capture")))
}
