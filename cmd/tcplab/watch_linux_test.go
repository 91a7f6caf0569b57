package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/wire"
)

// Each failure on a host of a lab is cut out, once, with the packets before it, while healthy connections go on.
func TestWatch(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "closed-port", "--engine", "netns")
	const cuts = "cuts"
	w := d.Start(d.Command("exec", "client", d.Program, "watch", "-i", "any", "--before", "5m", "--out", cuts))
	w.AwaitOutput("watching all interfaces until Ctrl-C")
	dial := func() { d.Must("exec", "client", d.Program, "host", "dial", "203.0.113.10:8080") }
	dial()
	d.Must("break")
	dial()
	w.AwaitOutput(" refused: ")
	dial()
	require.Eventually(t, func() bool { return strings.Count(w.Out.String(), " refused: ") == 2 }, cmdtest.Deadline, cmdtest.Poll)
	require.NoError(t, w.Cmd.Process.Signal(unix.SIGINT))
	assert.Equal(t, 0, w.Exit(cmdtest.Deadline), w.Out)
	assert.Regexp(t, `failures: 2, of which 2 are in cuts; not failed: 1\n$`, w.Out.String())
	files, err := filepath.Glob(filepath.Join(d.Dir, cuts, "*-refused-203.0.113.10-8080.pcapng"))
	require.NoError(t, err)
	require.Len(t, files, 2)
	for i, name := range files {
		flags := flagsIn(t, name)
		assert.Contains(t, flags[0], "S", "the healthy connection before it is there from its SYN on")
		assert.Contains(t, flags, "FA", "to its end")
		assert.Equal(t, []string{"S", "RA"}, flags[len(flags)-2:], "and the failure is the last of it")
		text, err := os.ReadFile(strings.TrimSuffix(name, ".pcapng") + ".txt")
		require.NoError(t, err)
		found := regexp.MustCompile(`frames (\d+) \(SYN\), (\d+) \(RST of the server\)`).FindStringSubmatch(string(text))
		require.NotNil(t, found, "%d: %s", i, text)
		var entry struct {
			Verdict  string
			Evidence []struct{ Frame json.Number }
		}
		lines := strings.Split(strings.TrimSpace(d.Must("diagnose", "--json", "--verdict", "refused", name)), "\n")
		require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &entry))
		assert.Equal(t, found[1], entry.Evidence[0].Frame.String(), "the text names the frames of the file beside it")
		assert.Equal(t, found[2], entry.Evidence[1].Frame.String())
	}
}

// TestWatchInKorean: the sentences of a watch, and the texts of its cuts, are in Korean.
func TestWatchInKorean(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "closed-port", "--engine", "netns")
	d.Must("break")
	w := d.Start(d.Command("exec", "client", d.Program, "watch", "--lang", "ko", "--out", "cuts"))
	w.AwaitOutput("모든 인터페이스: Ctrl-C를 누를 때까지")
	d.Must("exec", "client", d.Program, "host", "dial", "203.0.113.10:8080")
	w.AwaitOutput("SYN에")
	require.NoError(t, w.Cmd.Process.Signal(unix.SIGINT))
	assert.Equal(t, 0, w.Exit(cmdtest.Deadline), w.Out)
	assert.Contains(t, w.Out.String(), "실패 1개 가운데 1개의 파일이 있는 폴더: cuts; 실패하지 않은 것 0개\n")
	texts, err := filepath.Glob(filepath.Join(d.Dir, "cuts", "*.txt"))
	require.NoError(t, err)
	require.Len(t, texts, 1)
	text, err := os.ReadFile(texts[0])
	require.NoError(t, err)
	assert.Contains(t, string(text), "구별할 수 없는 원인")
}

// flagsIn are the flags of the TCP packets of a capture.
func flagsIn(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open(name)
	require.NoError(t, err)
	defer f.Close()
	r, err := wire.NewReader(f)
	require.NoError(t, err)
	var list []string
	for {
		p, err := r.Next()
		if err == io.EOF {
			return list
		}
		require.NoError(t, err)
		if p.Kind != wire.KindTCP {
			continue
		}
		flags := ""
		for _, f := range []struct {
			flag wire.Flags
			name string
		}{{wire.FIN, "F"}, {wire.SYN, "S"}, {wire.RST, "R"}, {wire.ACK, "A"}} {
			if p.TCP.Flags.Has(f.flag) {
				flags += f.name
			}
		}
		list = append(list, flags)
	}
}

// Who may not capture is told what to do.
func TestWatchWithoutPermission(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("it takes root to become an ordinary user beside it")
	}
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.AsNobody()
	d.Fails(`capturing is not permitted: use sudo, or give the program the right once: sudo setcap cap_net_raw+ep "$(command -v tcplab)"`, "watch", "-i", "lo")
	left, err := os.ReadDir(d.Dir)
	require.NoError(t, err)
	for _, entry := range left {
		assert.NotEqual(t, "watched", entry.Name(), "a folder was made for nothing")
	}
}

// A file that grows is diagnosed as it grows: a failure is told before the end, and once.
func TestFollowFile(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "whole.pcap")
	require.NoError(t, writeSample(whole))
	data, err := os.ReadFile(whole)
	require.NoError(t, err)
	cut := bytes.LastIndexByte(data, 0x45) - 100 // within a packet
	growing := filepath.Join(t.TempDir(), "growing.pcap")
	require.NoError(t, os.WriteFile(growing, data[:cut], 0o644))
	r := cmdtest.Start(t, "diagnose", "--follow", growing)
	r.AwaitOutput("refused: ")
	f, err := os.OpenFile(growing, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.Write(data[cut : len(data)-5]) // to the middle of the last packet: whoever writes it is not done
	require.NoError(t, err)
	require.NoError(t, f.Close())
	r.AwaitOutput("reset-by-server: ")
	require.NoError(t, r.Cmd.Process.Signal(syscall.SIGINT))
	assert.Equal(t, 0, r.Exit(cmdtest.Deadline), r.Out)
	for _, verdict := range []string{"refused: ", "reset-by-server: ", "no-answer: "} {
		assert.Equal(t, 1, strings.Count(r.Out.String(), verdict), "%s in\n%s", verdict, r.Out)
	}
	assert.Regexp(t, `failures: 3; not failed: 1\n$`, r.Out.String())
}

// A pipe is read to its end, and told of while it is open.
func TestFollowPipe(t *testing.T) {
	t.Parallel()
	whole := filepath.Join(t.TempDir(), "whole.pcap")
	require.NoError(t, writeSample(whole))
	data, err := os.ReadFile(whole)
	require.NoError(t, err)
	cmd := exec.Command(cmdtest.Program(t), "diagnose", "--follow", "--json", "-")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	r := &cmdtest.Running{T: t, Cmd: cmd, Out: cmdtest.NewOutput(), Done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = r.Out, r.Out
	require.NoError(t, cmd.Start())
	go func() {
		_ = cmd.Wait()
		close(r.Done)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-r.Done
	})
	_, err = in.Write(data)
	require.NoError(t, err)
	for _, verdict := range []string{"ok", "refused", "reset-by-server", "no-answer"} {
		r.AwaitOutput(`"verdict":"` + verdict + `"`)
	}
	require.NoError(t, in.Close())
	assert.Equal(t, 0, r.Exit(cmdtest.Deadline), r.Out)
	assert.Equal(t, 4, strings.Count(r.Out.String(), "\n"), "each once")
}
