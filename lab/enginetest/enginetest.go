// Package enginetest is what every engine must do: one conformance suite, which each engine's own test calls.
//
//	func TestEngine(t *testing.T) { enginetest.Run(t, netns.New()) }
package enginetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/wire"
)

// deadline bounds each step; it is far above what any engine needs.
const deadline = time.Minute

// Run runs the whole suite. The engine must be available. All tests but those of building and removing share a lab.
func Run(t *testing.T, e lab.Engine) {
	require.NoError(t, e.Available(t.Context()))
	t.Run("lab", func(t *testing.T) {
		b := newBench(t, e)
		t.Run("commands", func(t *testing.T) { testCommands(t, b) })
		t.Run("network", func(t *testing.T) { testNetwork(t, b) })
		t.Run("verbs", func(t *testing.T) { testVerbs(t, b) })
		t.Run("path", func(t *testing.T) { testPath(t, b) })
		t.Run("firewall", func(t *testing.T) { testFirewall(t, b) })
		t.Run("memory", func(t *testing.T) { testMemory(t, b) })
		t.Run("terminal", func(t *testing.T) { testTerminal(t, b) })
		t.Run("dialer", func(t *testing.T) { testDialer(t, b) })
		t.Run("power", func(t *testing.T) { testPower(t, b) })
	})
	t.Run("labs", func(t *testing.T) { testLabs(t, e) })
	t.Run("names", func(t *testing.T) { testNames(t, e) })
	t.Run("plans", func(t *testing.T) { testPlans(t, e) })
}

// bench is a lab under test.
type bench struct {
	*testing.T
	engine   lab.Engine
	lab      lab.Lab
	topology lab.Topology
}

func newBench(t *testing.T, e lab.Engine) *bench {
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	topology := lab.Routed()
	built, err := e.Build(ctx, topology)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), deadline)
		defer cancel()
		assert.NoError(t, built.Close(ctx))
	})
	return &bench{t, e, built, topology}
}

// on returns a bench that reports to a subtest.
func (b *bench) on(t *testing.T) *bench {
	c := *b
	c.T = t
	return &c
}

func (b *bench) context() context.Context {
	ctx, cancel := context.WithTimeout(b.Context(), deadline)
	b.Cleanup(cancel)
	return ctx
}

func (b *bench) host(name string) lab.Host {
	b.Helper()
	h, err := b.lab.Host(name)
	require.NoError(b, err)
	return h
}

// output runs a command that must succeed.
func (b *bench) output(host string, argv ...string) string {
	b.Helper()
	out, err := b.host(host).Command(argv...).Output(b.context())
	require.NoError(b, err)
	return string(out)
}

// query runs a verb and decodes the JSON that it prints.
func (b *bench) query(host string, argv []string, into any) {
	b.Helper()
	require.NoError(b, json.Unmarshal([]byte(b.output(host, argv...)), into))
}

// daemon is a long-running verb.
type daemon struct {
	stdin *io.PipeWriter
	ended chan struct{}
	err   error // valid once ended is closed
}

// start starts a long-running verb and waits until it is ready. It has ended when the test has.
func (b *bench) start(host string, stdout io.Writer, argv ...string) *daemon {
	b.Helper()
	return b.startTold(host, stdout, "", argv...)
}

// startTold starts a verb that reads something first.
func (b *bench) startTold(host string, stdout io.Writer, told string, argv ...string) *daemon {
	b.Helper()
	in, feed := io.Pipe()
	d := &daemon{stdin: feed, ended: make(chan struct{})}
	said := &readiness{ready: make(chan struct{})}
	cmd := b.host(host).Command(argv...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, stdout, said
	require.NoError(b, cmd.Start(b.context()))
	go func() {
		defer close(d.ended)
		d.err = cmd.Wait()
	}()
	if told != "" {
		_, err := io.WriteString(feed, told)
		require.NoError(b, err)
	}
	b.Cleanup(func() { _ = d.stop() })
	select {
	case <-said.ready:
	case <-d.ended:
		require.Fail(b, "ended before it was ready", "%v: %v: %s", argv, d.err, said.text.String())
	}
	return d
}

// stop lets the verb end in good order, and returns how it ended.
func (d *daemon) stop() error {
	_ = d.stdin.Close()
	return d.wait()
}

func (d *daemon) wait() error {
	<-d.ended
	return d.err
}

// readiness closes ready when the verb has said its word.
type readiness struct {
	text  bytes.Buffer
	once  sync.Once
	ready chan struct{}
}

func (r *readiness) Write(p []byte) (int, error) {
	r.text.Write(p)
	if strings.HasPrefix(r.text.String(), lab.Ready+"\n") {
		r.once.Do(func() { close(r.ready) })
	}
	return len(p), nil
}

// dial lets the client make an attempt at the server.
func (b *bench) dial(f lab.Family, timeout time.Duration) lab.Outcome {
	b.Helper()
	return b.dialTo(netip.AddrPortFrom(b.host("server").Addr(f), lab.Port), timeout)
}

func (b *bench) dialTo(target netip.AddrPort, timeout time.Duration) lab.Outcome {
	b.Helper()
	var o lab.Outcome
	b.query("client", agent.DialVerb(target, timeout), &o)
	return o
}

// serve starts the service on the server; it ends with the test.
func (b *bench) serve() *daemon {
	b.Helper()
	return b.start("server", nil, agent.ListenVerb(lab.Port)...)
}

// capture captures on a host while do runs, and returns the packets.
func (b *bench) capture(host string, do func()) wire.Trace {
	b.Helper()
	var names []string
	for _, e := range b.topology.EndsOf(host) {
		names = append(names, e.Interface)
	}
	var file bytes.Buffer
	d := b.start(host, &file, agent.CaptureVerb(names...)...)
	do()
	require.NoError(b, d.stop())
	trace, err := wire.ReadAll(&file, host)
	require.NoError(b, err)
	return trace
}

// eachFamily runs a test for IPv4 and IPv6.
func (b *bench) eachFamily(name string, test func(b *bench, f lab.Family)) {
	for _, f := range lab.Families {
		b.Run(fmt.Sprintf("%s/%s", name, f), func(t *testing.T) { test(b.on(t), f) })
	}
}
