package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab/enginetest"
)

// errandEngine returns the engine and its daemon, or skips the test where there is none.
func errandEngine(t *testing.T) (*Engine, *daemon) {
	t.Helper()
	if testing.Short() {
		t.Skip("containers are not for -short")
	}
	e := New()
	enginetest.Need(t, e)
	d, err := e.connect(t.Context())
	require.NoError(t, err)
	return e, d
}

// one is a run of one scenario as an errand, with its folder.
func one(t *testing.T) (errand Errand, out *bytes.Buffer) {
	t.Helper()
	out = &bytes.Buffer{}
	folder := filepath.Join(t.TempDir(), "kept")
	require.NoError(t, os.Mkdir(folder, 0o755))
	return Errand{Args: []string{"run", "closed-port", "--engine=netns", "--kept-in=" + folder}, Folder: folder, Stdout: out, Stderr: out}, out
}

// firstWords are the first words of those lines that begin at the margin.
func firstWords(text string) (words []string) {
	for line := range strings.Lines(text) {
		if first := strings.Fields(line); len(first) > 0 && strings.HasPrefix(line, first[0]) {
			words = append(words, first[0])
		}
	}
	return words
}

// requireKept requires that the captures of the scenario have come back, and that nothing is left of the container.
func requireKept(t *testing.T, d *daemon, e Errand) {
	t.Helper()
	assert.FileExists(t, filepath.Join(e.Folder, "closed-port-netns-ipv4", "client.pcapng"))
	me, err := self()
	require.NoError(t, err)
	labs, err := d.labs(t.Context())
	require.NoError(t, err)
	for id, l := range labs {
		assert.NotEqual(t, me.String(), l.owner, "lab %s is left: %v", id, l.parts)
	}
}

// An ordinary user without any capability runs it.
func TestErrandAsAnOrdinaryUser(t *testing.T) {
	e, d := errandEngine(t)
	errand, out := one(t)
	user := d.attempts()[0]
	require.Empty(t, user.capabilities)
	code, err := e.attempt(t.Context(), d, errand, must(errand.inside()), user)
	require.NoError(t, err)
	assert.Zero(t, code, out)
	assert.Contains(t, out.String(), "match     closed-port/netns/ipv4 ")
	requireKept(t, d, errand)
}

// Where the system calls are forbidden that make user namespaces, here by Docker's own profile, root does it, and says nothing of the first attempt.
func TestErrandWithoutUserNamespaces(t *testing.T) {
	e, d := errandEngine(t)
	d.security = slices.DeleteFunc(slices.Clone(d.security), func(s string) bool { return strings.HasPrefix(s, "name=seccomp") })
	errand, out := one(t)
	_, err := e.attempt(t.Context(), d, errand, must(errand.inside()), d.attempts()[0])
	var refused *noNamespaces
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "as an ordinary user", refused.as)
	assert.Equal(t, "start helper process: fork/exec /proc/self/exe: operation not permitted", refused.reason)
	assert.Empty(t, out.String())

	code, err := e.Run(t.Context(), errand)
	require.NoError(t, err)
	assert.Zero(t, code, out)
	// The two streams may come in any order.
	assert.ElementsMatch(t, []string{"match", "closed-port"}, firstWords(out.String()), "%s", out)
	requireKept(t, d, errand)
}

// Each right that is asked for is needed: without it there are no labs.
func TestErrandNeedsEachRight(t *testing.T) {
	e, d := errandEngine(t)
	root := d.attempts()[1]
	require.Equal(t, "0:0", root.user)
	for i, name := range root.capabilities {
		t.Run(name, func(t *testing.T) {
			less := root
			less.capabilities = slices.Delete(slices.Clone(root.capabilities), i, i+1)
			_, err := e.attempt(t.Context(), d, Errand{Args: []string{"namespaces"}, Stdout: io.Discard, Stderr: io.Discard}, place{dir: workingFolder}, less)
			var refused *noNamespaces
			require.ErrorAs(t, err, &refused)
		})
	}
}

// Each system call that is added to Docker's profile is needed: without it there are no labs, or none with name servers.
func TestErrandNeedsEachSystemCall(t *testing.T) {
	e, d := errandEngine(t)
	if !d.confinesBy("seccomp") {
		t.Skip("the engine has no seccomp")
	}
	type rule struct {
		Names           []string `json:"names"`
		Action, Comment string
	}
	var rules []rule
	require.NoError(t, json.Unmarshal(seccompLabs, &rules))
	var allowed []string
	for _, r := range rules {
		assert.Equal(t, "SCMP_ACT_ALLOW", r.Action)
		allowed = append(allowed, r.Names...)
	}
	assert.Equal(t, []string{"clone", "unshare", "setns", "mount", "umount2"}, allowed, "docs/engines.md names five")
	for _, name := range allowed[:4] { // umount2 takes away what mount has brought
		t.Run(name, func(t *testing.T) {
			less := slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == name })
			text, err := json.Marshal([]map[string]any{{"names": less, "action": "SCMP_ACT_ALLOW"}})
			require.NoError(t, err)
			user := d.attempts()[0]
			user.security = append([]string{"seccomp=" + seccompProfile(text)}, user.security[1:]...)
			var out bytes.Buffer
			code, err := e.attempt(t.Context(), d, Errand{Args: []string{"run", "name-unknown", "--engine=netns"}, Stdout: &out, Stderr: &out}, place{dir: workingFolder}, user)
			if name == "mount" {
				require.NoError(t, err)
				assert.Equal(t, 2, code)
				assert.Contains(t, out.String(), "cannot be put over /etc/resolv.conf")
				return
			}
			var refused *noNamespaces
			require.ErrorAs(t, err, &refused)
		})
	}
}

// The profile is Docker's own, and behind its rules those for labs.
func TestSeccompProfile(t *testing.T) {
	var ours, dockers map[string]any
	var labs []any
	require.NoError(t, json.Unmarshal([]byte(seccompProfile(seccompLabs)), &ours))
	require.NoError(t, json.Unmarshal(seccompDefault, &dockers))
	require.NoError(t, json.Unmarshal(seccompLabs, &labs))
	dockers["syscalls"] = append(dockers["syscalls"].([]any), labs...)
	assert.Equal(t, dockers, ours)
}

// A folder has the same name in the container as here, and never one from which nothing can be copied.
func TestErrandFolder(t *testing.T) {
	for folder, want := range map[string]place{
		"":                {dir: "/files"},
		"artifacts/a":     {"/files", "/files/artifacts/a"},
		"../a":            {"/files/below", "/files/a"},
		"x/../../../a":    {"/files/below/below", "/files/a"},
		"/tmp/a":          {"/files", "/tmp/a"},
		"C:/Users/kim/a":  {"/files", "/files/C:/Users/kim/a"},
		"/devices/a":      {"/files", "/devices/a"},
		"artifacts//b/./": {"/files", "/files/artifacts/b"},
	} {
		at, err := Errand{Folder: folder}.inside()
		require.NoError(t, err, folder)
		assert.Equal(t, want, at, folder)
	}
	for _, folder := range []string{"/dev/shm/a", "/proc", "/sys/../dev/x"} {
		_, err := Errand{Folder: folder}.inside()
		assert.ErrorContains(t, err, "choose a folder that is elsewhere than "+folder)
	}
}

// A command that fails is no error of the errand's; one that cannot begin is.
func TestErrandEnds(t *testing.T) {
	e, _ := errandEngine(t)
	var out bytes.Buffer
	code, err := e.Run(t.Context(), Errand{Args: []string{"explain", "nonsense"}, Stdout: io.Discard, Stderr: &out})
	require.NoError(t, err)
	assert.Equal(t, 2, code)
	assert.True(t, strings.HasPrefix(out.String(), "tcplab: "), "%s", &out)

	full := errors.New("disk full")
	pipe, w := io.Pipe()
	require.NoError(t, pipe.CloseWithError(full))
	_, err = e.Run(t.Context(), Errand{Args: []string{"list"}, Stdout: w, Stderr: w})
	require.ErrorIs(t, err, full)

	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	_, err = e.Run(ctx, Errand{Args: []string{"namespaces"}, Stdout: io.Discard, Stderr: io.Discard})
	require.Error(t, err)
}

// Whatever a container calls its files, they stay below the folder here, and none is a link.
func TestUnpackStaysBelow(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "kept")
	require.NoError(t, os.Mkdir(folder, 0o755))
	for name, header := range map[string]tar.Header{
		"kept/good":           {Typeflag: tar.TypeReg},
		"kept/../../evil":     {Typeflag: tar.TypeReg},
		"kept/a/../../../bad": {Typeflag: tar.TypeReg},
		"kept/link":           {Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
		"kept/hard":           {Typeflag: tar.TypeLink, Linkname: "good"},
		"kept/pipe":           {Typeflag: tar.TypeFifo},
	} {
		header.Name = name
		root, err := os.OpenRoot(folder)
		require.NoError(t, err)
		err = unpack(root, &header, strings.NewReader("content"))
		require.NoError(t, root.Close())
		if header.Typeflag != tar.TypeReg {
			require.ErrorContains(t, err, "is neither a file nor a folder")
		}
	}
	assert.FileExists(t, filepath.Join(folder, "good"))
	for _, name := range []string{"evil", "bad", "../evil", "../bad"} {
		assert.NoFileExists(t, filepath.Join(dir, name))
	}
	links, err := filepath.Glob(filepath.Join(folder, "link"))
	require.NoError(t, err)
	assert.Empty(t, links)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
