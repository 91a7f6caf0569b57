package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire"
)

// order is what a terminal could take for an order: control characters of ASCII and of Latin-1, in UTF-8 and bare, and those that turn
// the direction of writing.
var order = regexp.MustCompile("[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\u202a-\u202e\u2066-\u2069]")

// hostileText are orders to a terminal: a title, a colour, a device report, a string of C1, a reversal of what follows.
const hostileText = "a\x1b]0;owned\x07b\x1b[31mc\x1b[6nd\u009b31me\u202ef\rg\x7fh"

func TestNoOrderReachesATerminal(t *testing.T) {
	assert.Equal(t, `a\x1b]0;owned\ab\x1b[31mc\x1b[6nd\u009b31me\u202ef\rg\x7fh`, printable(hostileText))
	assert.Equal(t, "가 é → ✕\n\t", printable("가 é → ✕\n\t"))
	assert.Equal(t, `\xff\x9b`, printable("\xff\x9b"))
	colored := escaped("\x1b[1;31m✕\x1b[0m"+hostileText, true)
	assert.True(t, strings.HasPrefix(colored, "\x1b[1;31m✕\x1b[0m"))
	assert.NotContains(t, colored, "\x1b]")
	assert.NotContains(t, colored, "\x1b[6n")
	read, write, err := os.Pipe()
	require.NoError(t, err)
	w := &textWriter{file: write}
	for _, b := range []byte("가\x1b[0mé") { // a byte at a time
		n, err := w.Write([]byte{b})
		require.NoError(t, err)
		require.Equal(t, 1, n)
	}
	require.NoError(t, write.Close())
	var got bytes.Buffer
	_, err = got.ReadFrom(read)
	require.NoError(t, err)
	assert.Equal(t, `가\x1b[0mé`, got.String())
}

// Whatever has hostile text in it, no command passes it on to a terminal.
func TestHostileTextInFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("such names of files cannot be")
	}
	t.Parallel()
	dir := t.TempDir()
	put := func(name string, data []byte) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, data, 0o644))
		return file
	}
	name := strings.ReplaceAll(hostileText, "/", "")
	capture, err := scenarios.Recorded("closed-port", lesson.Recording)
	require.NoError(t, err)
	good := put(name+".pcapng", capture)
	bad := put("bad"+name+".pcapng", []byte(hostileText))
	cut := put("cut"+name+".pcapng", capture[:len(capture)-7])
	run := put("run/report.json", []byte(`{"scenario":`+asJSONText(t, hostileText)+`,"engine":`+asJSONText(t, hostileText)+`,"error":`+asJSONText(t, hostileText)+`}`))
	put("in/"+name+".handin", []byte(hostileText))
	results := put("results.csv", []byte("student,kind\n"+name))
	roster := put("roster.csv", []byte("student\n"+name+"\n"))
	for _, args := range [][]string{
		{"diagnose", good}, {"diagnose", bad}, {"diagnose", cut}, {"diagnose", "--server", cut, good}, {"diagnose", "--json", good}, {"diagnose", "--html", dir, good},
		{"diagnose", "--verdict", hostileText, good}, {"diagnose", "--host", hostileText, good}, {"diagnose", dir + "/none" + name},
		{"report", filepath.Dir(run)}, {"report", dir}, {"report", name}, {"run", hostileText}, {"run", "closed-port", "--client", hostileText}, {"show", hostileText}, {"show", "closed-port", "--color", "always"},
		{"lesson", "grade", filepath.Join(dir, "in")}, {"lesson", "grade", filepath.Join(dir, "in"), "--roster", roster}, {"lesson", "verify", results},
		{"lesson", "quiz", "--answers", bad}, {"lesson", "quiz", "--student", hostileText}, {"lesson", "key", filepath.Join(dir, "no", name)}, {"lesson", "read", hostileText},
		{"probe", hostileText}, {"up", hostileText}, {"status", "--lab", hostileText}, {"exec", hostileText, "true"}, {hostileText}, {"--" + hostileText},
	} {
		cmd := exec.Command(cmdtest.Program(t), args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+dir)
		out, _ := cmd.CombinedOutput()
		left := ownColor.ReplaceAll(out, nil)
		if args[len(args)-1] == "always" {
			left = regexp.MustCompile(`\x1b\[[\d;]+m`).ReplaceAll(out, nil)
		}
		assert.NotRegexp(t, order, string(left), "%q", args)
		assert.NotContains(t, string(out), "panic:", "%q", args)
	}
}

func asJSONText(t *testing.T, text string) string {
	t.Helper()
	out, err := json.Marshal(text)
	require.NoError(t, err)
	return string(out)
}

// Ctrl-C ends what gives no sign for a while, at once.
func TestDiagnosisHeedsTheEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errInterrupted)
	stuck := make(chan struct{})
	defer close(stuck)
	begin := time.Now()
	err := heeding(ctx, false, func() error { <-stuck; return nil })
	assert.ErrorIs(t, err, errInterrupted)
	assert.Less(t, time.Since(begin), time.Second)
	other := errors.New("other")
	err = heeding(ctx, true, func() error { return other })
	assert.ErrorIs(t, err, other, "what came from standard input until then is diagnosed")
}

// The bounds of a capture are told in a sentence.
func TestDiagnoseOfABomb(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var file bytes.Buffer
	w, err := wire.NewWriter(&file, "a test")
	require.NoError(t, err)
	_, err = w.AddInterface(strings.Repeat("n", 60_000), 1)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bomb.pcapng"), file.Bytes(), 0o644))
	cmd := exec.Command(cmdtest.Program(t), "diagnose", "bomb.pcapng")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	exit, ok := err.(*exec.ExitError)
	require.True(t, ok)
	assert.Equal(t, exitFailure, exit.ExitCode())
	assert.Regexp(t, `^tcplab: bomb\.pcapng: .*: the capture is damaged: the name of an interface has 60000 bytes, more than 1024\n$`, string(out))
}
