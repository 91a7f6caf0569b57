package standingtest

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"golang.org/x/sys/unix"
)

func TestFetch(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "healthy", "--engine", "netns")
	source := filepath.Join(d.Dir, "source")
	require.NoError(t, os.Mkdir(source, 0o755))
	small := filepath.Join(source, "small")
	require.NoError(t, os.WriteFile(small, []byte("content"), 0o644))
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(d.Dir, name))
		require.NoError(t, err)
		return string(text)
	}

	assert.Empty(t, d.Must("fetch", "server:source/small"))
	assert.Equal(t, "content", read("small"))
	info, err := os.Stat(filepath.Join(d.Dir, "small"))
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&0o400)
	assert.Equal(t, "content", d.Must("fetch", "client:"+small, "-"))
	require.NoError(t, os.Mkdir(filepath.Join(d.Dir, "into"), 0o755))
	d.Must("fetch", "server:"+small, "into")
	assert.Equal(t, "content", read("into/small"))

	// What cannot be fetched leaves what is there as it is.
	require.NoError(t, os.WriteFile(filepath.Join(d.Dir, "kept"), []byte("mine"), 0o600))
	d.Fails("server: "+source+" is a folder: name the files in it", "fetch", "server:"+source, "kept")
	d.Fails("server: stat "+source+"/missing: no such file or directory", "fetch", "server:source/missing", "kept")
	d.Fails(`lab healthy has no host "nowhere"; it has: client, router, server`, "fetch", "nowhere:"+small, "kept")
	assert.Equal(t, "mine", read("kept"))
	d.Fails(`"small" does not name a file on a host: it is HOST:PATH`, "fetch", "small")
	require.NoError(t, unix.Mkfifo(filepath.Join(d.Dir, "pipe"), 0o600))
	d.Fails("pipe is there already, and is not a file: move it away, or choose another place", "fetch", "server:"+small, "pipe")
	d.Fails("into/small is there already, and is a folder: move it away, or choose another place", "fetch", "server:"+small, linked(t, d.Dir))

	// A link is not followed: somebody else may have put it there.
	require.NoError(t, os.Symlink("kept", filepath.Join(d.Dir, "link")))
	d.Fails("link is there already, and is a link: move it away, or choose another place", "fetch", "server:"+small, "link")
	assert.Equal(t, "mine", read("kept"))

	big := filepath.Join(source, "big")
	require.Equal(t, writeRandom(t, big), hashOf(t, fetched(d, "server:"+big, "copy")))
	left, err := filepath.Glob(filepath.Join(d.Dir, ".*"))
	require.NoError(t, err)
	assert.Empty(t, left, "half a file was left")
}

func TestPut(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "healthy", "--engine", "netns")
	one, two, into := filepath.Join(d.Dir, "one"), filepath.Join(d.Dir, "two"), filepath.Join(d.Dir, "into")
	require.NoError(t, os.WriteFile(one, []byte("#!/bin/sh\necho one\n"), 0o755))
	require.NoError(t, os.WriteFile(two, []byte("two"), 0o600))
	require.NoError(t, os.Mkdir(into, 0o755))
	assert.Empty(t, d.Must("put", "one", "two", "client:into"))
	assert.Equal(t, "one\n", d.Must("exec", "client", filepath.Join(into, "one")), "it is as executable as it was")
	assert.Empty(t, d.Must("put", "two", "client:"+filepath.Join(into, "one")))
	text, err := os.ReadFile(filepath.Join(into, "one"))
	require.NoError(t, err)
	assert.Equal(t, "two", string(text))
	d.Fails("open missing: no such file or directory", "put", "missing", "client:"+into)
	d.Fails(into+" is a folder: name the files in it", "put", into, "client:/tmp")
	d.Fails(`"into" does not name a file on a host: it is HOST:PATH`, "put", "one", "into")
	require.NoError(t, unix.Mkfifo(filepath.Join(into, "pipe"), 0o600))
	d.Fails("client: "+into+"/pipe is there already, and is not a file: choose another place", "put", "one", "client:"+into+"/pipe")
	left, err := filepath.Glob(filepath.Join(into, ".*"))
	require.NoError(t, err)
	assert.Empty(t, left, "half a file was left")
}

// What a lab has recorded can be written out at any time.
func TestRecord(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "closed-port", "--engine", "netns")
	d.Fails(`lab closed-port records nothing: build it with "tcplab up --record"`, "record", "all.pcapng")
	assert.NoFileExists(t, filepath.Join(d.Dir, "all.pcapng"))
	d.Must("down")
	d.Must("up", "closed-port", "--engine", "netns", "--record", "--broken")
	_, code := d.TCPLab("exec", "client", "bash", "-c", "exec 3<>/dev/tcp/203.0.113.10/8080")
	assert.Equal(t, 1, code)
	assert.Empty(t, d.Must("record", "all.pcapng"))
	out := d.Must("diagnose", "all.pcapng")
	assert.Contains(t, out, "refused")
	assert.Equal(t, []byte{0x0a, 0x0d, 0x0d, 0x0a}, []byte(d.Must("record", "-"))[:4], "pcapng")
}

// linked puts a folder in the way of a copy, and returns the folder that the copy is to go into.
func linked(t *testing.T, dir string) string {
	t.Helper()
	require.NoError(t, os.Remove(filepath.Join(dir, "into", "small")))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "into", "small"), 0o755))
	return "into"
}

func fetched(d *cmdtest.Desk, file, dest string) string {
	d.Helper()
	d.Must("fetch", file, dest)
	return filepath.Join(d.Dir, dest)
}

// bigFile is the size of one that does not fit into any buffer.
const bigFile = 100 << 20

// writeRandom writes a big file, and returns its hash.
func writeRandom(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Create(name)
	require.NoError(t, err)
	sum := sha256.New()
	_, err = io.CopyN(io.MultiWriter(f, sum), rand.NewChaCha8([32]byte{1}), bigFile)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return hex.EncodeToString(sum.Sum(nil))
}

func hashOf(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(name)
	require.NoError(t, err)
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	require.NoError(t, err)
	return hex.EncodeToString(sum.Sum(nil))
}

// A copy that does not come to its end is none, whatever ends it.
func TestFetchCutShort(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "healthy", "--engine", "netns")
	long := filepath.Join(d.Dir, "long") // it takes no room, and a copy of it takes seconds
	require.NoError(t, os.WriteFile(long, nil, 0o644))
	require.NoError(t, os.Truncate(long, 2<<30))
	r := d.Start(d.Command("fetch", "server:"+long, "copy"))
	require.Eventually(t, func() bool {
		names, _ := filepath.Glob(filepath.Join(d.Dir, ".tcplab-*"))
		return len(names) == 1
	}, cmdtest.Deadline, cmdtest.Poll)
	require.NoError(t, r.Cmd.Process.Signal(unix.SIGINT))
	assert.Equal(t, cmdtest.EndedBy+int(unix.SIGINT), r.Exit(cmdtest.Deadline))
	assert.NoFileExists(t, filepath.Join(d.Dir, "copy"))
	left, err := filepath.Glob(filepath.Join(d.Dir, ".*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}
