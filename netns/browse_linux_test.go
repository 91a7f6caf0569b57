package netns

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/wire"

	_ "github.com/tcplab/tcplab/lab/agent/browse" // the half of "browse" that drives Chromium
)

// requireChromium, set to 1, makes a missing Chromium a failure: where it should be there, its tests must not be skipped.
const requireChromium = "TCPLAB_REQUIRE_CHROMIUM"

// browseDeadline is far above what starting a browser takes on a busy machine.
const browseDeadline = 2 * time.Minute

// browserLab is a lab with a client that has a browser.
type browserLab struct {
	*testing.T
	ctx    context.Context
	family lab.Family
	client lab.Host
	server lab.Host
}

func newBrowserLab(t *testing.T, e *Engine) *browserLab {
	t.Helper()
	topology := lab.Routed()
	topology.Programs = []string{"chromium"}
	if err := lab.RequirePrograms(topology.Programs); err != nil {
		if os.Getenv(requireChromium) == "1" {
			t.Fatalf("%v (it is required: %s)", err, requireChromium)
		}
		t.Skip(err)
	}
	if err := e.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), browseDeadline)
	t.Cleanup(cancel)
	built, err := e.Build(ctx, topology)
	require.NoError(t, err)
	t.Cleanup(func() { _ = built.Close(ctx) }) // its engine may have been closed by then
	client, err := built.Host("client")
	require.NoError(t, err)
	server, err := built.Host("server")
	require.NoError(t, err)
	return &browserLab{t, ctx, lab.IPv4, client, server}
}

// service is the server's, as it stands in a URL.
func (l *browserLab) service() string {
	return net.JoinHostPort(l.server.Addr(l.family).String(), "8080")
}

// serve answers each connection to the server by do, until the end of the test.
func (l *browserLab) serve(do func(*net.TCPConn)) {
	l.Helper()
	config := net.ListenConfig{Control: l.server.(lab.Controller).Control}
	listener, err := config.Listen(l.ctx, "tcp", ":8080")
	require.NoError(l, err)
	l.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go do(c.(*net.TCPConn))
		}
	}()
}

// replies reads a request, writes the text and closes the connection.
func replies(text string) func(*net.TCPConn) {
	return func(c *net.TCPConn) {
		defer c.Close()
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			_, _ = io.WriteString(c, text)
		}
	}
}

// browse lets the client load a page, and returns what it felt and what it had on the wire.
func (l *browserLab) browse(url string, timeout time.Duration) (lab.Outcome, wire.Trace) {
	l.Helper()
	in, stop := io.Pipe()
	ready, said := io.Pipe()
	var file bytes.Buffer
	capture := l.client.Command(agent.CaptureVerb("eth0")...)
	capture.Stdin, capture.Stdout, capture.Stderr = in, &file, said
	require.NoError(l, capture.Start(l.ctx))
	_, err := bufio.NewReader(ready).ReadString('\n')
	require.NoError(l, err)

	out, err := l.client.Command(agent.BrowseVerb(url, timeout)...).Output(l.ctx)
	require.NoError(l, err)
	var o lab.Outcome
	require.NoError(l, json.Unmarshal(out, &o))

	require.NoError(l, stop.Close())
	require.NoError(l, capture.Wait())
	trace, err := wire.ReadAll(&file, "client")
	require.NoError(l, err)
	return o, trace
}

func TestBrowse(t *testing.T) {
	engine := newEngine(t)
	closed := func(*browserLab) {}
	cut := lab.Outcome{Status: 200, Closed: true, Code: "net::ERR_CONTENT_LENGTH_MISMATCH", Error: "net::ERR_CONTENT_LENGTH_MISMATCH", Stage: "read"}
	page := "<!doctype html><title>page</title><h1>This is the page</h1>"
	for _, c := range []struct {
		name    string
		prepare func(*browserLab)
		family  lab.Family
		url     string // empty: the service
		timeout time.Duration
		picture string // "blank", "none"; empty: there is something to read
		want    lab.Outcome
	}{
		{name: "page", want: lab.Outcome{Status: 200},
			prepare: func(l *browserLab) { l.serve(replies("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + page)) }},
		{name: "page on IPv6", family: lab.IPv6, want: lab.Outcome{Status: 200},
			prepare: func(l *browserLab) { l.serve(replies("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + page)) }},
		{name: "error status", want: lab.Outcome{Status: 503, Code: "HTTP 503", Error: "the server answered 503 Service Unavailable", Stage: "read"},
			prepare: func(l *browserLab) {
				l.serve(replies("HTTP/1.0 503 Service Unavailable\r\nContent-Type: text/html\r\n\r\n" + page))
			}},
		{name: "error status without a page", want: lab.Outcome{Status: 504, Code: "HTTP 504", Error: "the server answered 504 Gateway Timeout", Stage: "read"},
			prepare: func(l *browserLab) { l.serve(replies("HTTP/1.0 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n")) }},
		{name: "closed port", prepare: closed, want: failure("REFUSED", "connect", "ECONNREFUSED")},
		{name: "closed port on IPv6", prepare: closed, family: lab.IPv6, want: failure("REFUSED", "connect", "ECONNREFUSED")},
		{name: "no route", prepare: closed, url: "http://192.0.2.99:8080/",
			want: lab.Outcome{Code: "net::ERR_ADDRESS_UNREACHABLE", Error: "net::ERR_ADDRESS_UNREACHABLE", Stage: "connect"}},
		{name: "reset after the request", want: failure("RESET", "read", "ECONNRESET"),
			prepare: func(l *browserLab) {
				l.serve(func(c *net.TCPConn) {
					_, _ = http.ReadRequest(bufio.NewReader(c))
					_ = c.SetLinger(0)
					_ = c.Close()
				})
			}},
		{name: "empty reply", prepare: func(l *browserLab) { l.serve(replies("")) },
			want: lab.Outcome{Closed: true, Code: "net::ERR_EMPTY_RESPONSE", Error: "net::ERR_EMPTY_RESPONSE", Stage: "read"}},
		{name: "answer cut off", want: cut,
			prepare: func(l *browserLab) {
				l.serve(replies("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n" + page))
			}},
		{name: "answer cut off before anything can be shown", picture: "none", want: cut,
			prepare: func(l *browserLab) { l.serve(replies("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart")) }},
		{name: "no answer to the SYN", prepare: (*browserLab).drop, picture: "blank", timeout: 2500 * time.Millisecond,
			want: lab.Outcome{Timeout: true, Error: "the page had not loaded after 2.5s", Stage: "connect"}},
		{name: "no answer to the request", picture: "blank", timeout: 4 * time.Second,
			prepare: func(l *browserLab) { l.serve(func(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) }) },
			want:    lab.Outcome{Timeout: true, Error: "the page had not loaded after 4s", Stage: "read"}},
		{name: "half an answer", timeout: 4 * time.Second,
			prepare: func(l *browserLab) {
				l.serve(func(c *net.TCPConn) {
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n"+page)
					_, _ = io.Copy(io.Discard, c)
				})
			},
			want: lab.Outcome{Status: 200, Timeout: true, Error: "the page had not loaded after 4s", Stage: "read"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := newBrowserLab(t, engine)
			if c.family != 0 {
				l.family = c.family
			}
			c.prepare(l)
			if c.url == "" {
				c.url = "http://" + l.service() + "/"
			}
			begin := time.Now()
			got, trace := l.browse(c.url, c.timeout)
			testPicture(t, c.name, got.Attachments["chromium.png"], c.picture)
			testTime(t, got.Elapsed, c.timeout)
			assert.WithinRange(t, got.Ended.Add(-got.Elapsed), begin, time.Now())
			testWire(t, trace, c.url)
			c.want.Program, got.Attachments, got.Elapsed, got.Ended = "chromium", nil, 0, time.Time{}
			assert.Equal(t, c.want, got)
		})
	}
}

func failure(code, stage, errno string) lab.Outcome {
	code = "net::ERR_CONNECTION_" + code
	return lab.Outcome{Code: code, Error: code, Stage: stage, Errno: errno}
}

// drop lets the server drop what comes in for the service.
func (l *browserLab) drop() {
	rule := faults.Rule{Chain: "INPUT", Proto: "tcp", Port: lab.Port}
	require.NoError(l, l.server.Command(faults.FirewallVerb("add", l.family, rule)...).Run(l.ctx))
}

// testPicture: there is something to read, but where a browser has nothing to show.
func testPicture(t *testing.T, name string, picture []byte, want string) {
	t.Helper()
	if want == "none" {
		assert.Empty(t, picture)
		return
	}
	require.NoError(t, os.WriteFile(filepath.Join(t.ArtifactDir(), strings.ReplaceAll(name, " ", "-")+".png"), picture, 0o644))
	image, err := png.Decode(bytes.NewReader(picture))
	require.NoError(t, err)
	colours := map[color.Color]int{}
	size := image.Bounds()
	for x := size.Min.X; x < size.Max.X; x++ {
		for y := size.Min.Y; y < size.Max.Y; y++ {
			colours[image.At(x, y)]++
		}
	}
	assert.GreaterOrEqual(t, size.Dx(), 700)
	if want == "blank" {
		assert.Len(t, colours, 1)
		return
	}
	assert.Greater(t, len(colours), 10, "letters have shades at their edges: nothing is written here")
}

// testTime: the client's timeout does not end an attempt before it is due. How late it may be is the machine's matter, and no failure: the outcome
// says that this timeout, and nothing else, has ended the attempt.
func testTime(t *testing.T, elapsed, timeout time.Duration) {
	t.Helper()
	assert.Positive(t, elapsed)
	assert.GreaterOrEqual(t, elapsed, timeout)
}

// testWire: one connection to the page's server and nothing else, neither a name that is looked up nor a second attempt.
func testWire(t *testing.T, trace wire.Trace, url string) {
	t.Helper()
	attempts := trace.Attempts(0)
	require.Len(t, attempts, 1)
	assert.Equal(t, url, fmt.Sprintf("http://%s/", attempts[0].Server))
	requests := 0
	for i := range attempts[0].Packets {
		if p := &attempts[0].Packets[i]; p.Kind == wire.KindTCP && attempts[0].FromClient(p) && p.TCP.Payload > 0 {
			requests++
		}
	}
	assert.LessOrEqual(t, requests, 1)
	for _, p := range trace.Packets {
		assert.NotContains(t, []wire.Kind{wire.KindUDP, wire.KindDNS}, p.Kind, "%v", p)
	}
}

// A browser that is ended in the middle takes everything along that it has started and written.
func TestBrowseEnded(t *testing.T) {
	for name, end := range map[string]func(cancel func(), e *Engine){
		"by its context":                func(cancel func(), _ *Engine) { cancel() },
		"with the program's last words": func(_ func(), e *Engine) { _ = e.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			// The path of a socket in it must not be longer than 107 characters, so it is not the test's own.
			folder, err := os.MkdirTemp("", "browse-")
			require.NoError(t, err)
			defer os.RemoveAll(folder)
			t.Setenv("TMPDIR", folder) // the helper's, and so everything's that it starts
			engine := newEngine(t)
			defer engine.Close()
			l := newBrowserLab(t, engine)
			connected := make(chan struct{}, 10)
			l.serve(func(c *net.TCPConn) {
				connected <- struct{}{}
				_, _ = io.Copy(io.Discard, c)
			})
			ctx, cancel := context.WithCancel(l.ctx)
			defer cancel()
			browse := l.client.Command(agent.BrowseVerb("http://"+l.service()+"/", 0)...)
			require.NoError(t, browse.Start(ctx))
			ended := make(chan error, 1)
			go func() { ended <- browse.Wait() }()
			select {
			case <-connected:
			case err := <-ended:
				require.Fail(t, "Chromium has not connected", "%v", err)
			}
			require.NotEmpty(t, processesMentioning(t, folder))
			end(cancel, engine)
			assert.Error(t, <-ended)
			assert.Empty(t, processesMentioning(t, folder))
			left, err := os.ReadDir(folder)
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}

// processesMentioning are the command lines of the processes that live and have the text in them.
func processesMentioning(t *testing.T, text string) (found []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, f := range files {
		if line, err := os.ReadFile(f); err == nil && bytes.Contains(line, []byte(text)) {
			found = append(found, string(bytes.ReplaceAll(line, []byte{0}, []byte(" "))))
		}
	}
	return found
}

func TestBuildWithoutAProgram(t *testing.T) {
	topology := lab.Routed()
	topology.Programs = []string{"no-such-program"}
	_, err := New().Build(t.Context(), topology)
	require.ErrorIs(t, err, lab.ErrUnsupported)
	assert.EqualError(t, err, "netns: build lab routed: there is no program no-such-program on this machine")
}
