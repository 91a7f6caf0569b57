package tcplab_test

import (
	"bytes"
	"context"
	"io"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/harness/harnesstest"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/wire/diagnose"
)

func TestMysteries_netns(t *testing.T) { testMysteries(t, "netns", lab.IPv4) }

func TestMysteries_netns_ipv6(t *testing.T) { testMysteries(t, "netns", lab.IPv6) }

func TestMysteries_docker(t *testing.T) { testMysteries(t, "docker", lab.IPv4) }

// onDocker are the cases that differ by what an engine does.
var onDocker = []string{"dead-host", "security-group", "no-route", "service-hangs"}

// testMysteries works on each case as a good student does, with captures on both sides and something that does arrive before
// and after, and gets the full score; with the captures of one side, as much as they prove.
func testMysteries(t *testing.T, engine string, f lab.Family) {
	if testing.Short() {
		t.Skip("retransmissions in real time are not for -short")
	}
	e := harnesstest.Engine(t, engine)
	if engine == "netns" {
		t.Parallel()
	}
	labs := harnesstest.LabsOf(engine)
	defer labs.Wait()
	for _, c := range lesson.Cases() {
		if *harnesstest.Update && !harnesstest.ToRecord(c.Of) {
			continue
		}
		if engine == "docker" && !slices.Contains(onDocker, c.Name) {
			continue
		}
		labs.Run(t, c.Name, func(t *testing.T) {
			d := newDetective(t, e, c, f)
			d.investigate()
			d.judge()
			if *harnesstest.Update && engine == "netns" && f == lab.IPv4 {
				harnesstest.WriteRecorded(t, c.Of, lesson.Recording, d.record)
			}
		})
	}
}

// judge hands in what was captured, and less.
func (d *detective) judge() {
	d.Helper()
	front, behind := d.files["client"], d.files["server"]
	for _, v := range d.c.Verdicts {
		g := d.grade(v, d.c.Where, front, behind)
		assert.Equal(d, lesson.FullScore, g.Score(), "%s, from both sides: %s", v, notesOf(g))
	}
	// An ICMP error is signed, and what does not leave the client is not seen elsewhere.
	signed := d.c.Verdicts[0] == diagnose.Rejected || d.c.Where == lesson.Client
	g := d.grade(d.c.Verdicts[0], d.c.Where, front)
	assert.Equal(d, signed, g.Located, "from the client alone: %s", notesOf(g))
	assert.True(d, g.Shown, notesOf(g))
	assert.Zero(d, d.grade(diagnose.HalfClosed, d.c.Where, front, behind).Score())
	assert.Equal(d, 50, d.grade(d.c.Verdicts[0], elsewhere[d.c.Where], front, behind).Score())
}

var elsewhere = map[lesson.HostPlace]lesson.HostPlace{lesson.Client: lesson.Server, lesson.Router: lesson.Server, lesson.Server: lesson.Router}

// detective works on a mystery.
type detective struct {
	*testing.T
	lab    *harness.Standing
	c      lesson.Case
	family lab.Family
	files  map[string]lesson.File
	record []byte
}

func newDetective(t *testing.T, e lab.Engine, c lesson.Case, f lab.Family) *detective {
	t.Helper()
	built, err := harness.Open(t.Context(), e, c.Scenario(), f)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, built.Close(context.Background())) })
	require.NoError(t, built.Break(t.Context()))
	require.NoError(t, built.StartRecord(t.Context()))
	return &detective{t, built, c, f, map[string]lesson.File{}, nil}
}

// investigate captures an attempt on both sides.
func (d *detective) investigate() {
	d.Helper()
	client := d.capture("client", "client", "eth0")
	host, iface := "server", "eth0"
	if _, off := d.c.Fault.(faults.StopHost); off {
		host, iface = "router", "to-server"
	}
	server := d.capture("server", host, iface)
	d.control()
	d.attempt()
	d.control()
	client()
	server()
	var record bytes.Buffer
	require.NoError(d, d.lab.WriteRecord(d.Context(), &record))
	d.record = record.Bytes()
}

// capture begins a capture with the lab's own program, and returns what ends it.
func (d *detective) capture(name, host, iface string) (end func()) {
	d.Helper()
	h, err := d.lab.Host(host)
	require.NoError(d, err)
	cmd := h.Command(agent.CaptureVerb(iface)...)
	var file bytes.Buffer
	stdin, hold := io.Pipe()
	said := newSaid()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &file, said
	require.NoError(d, cmd.Start(d.Context()))
	<-said.ready
	return func() {
		require.NoError(d, hold.Close())
		require.NoError(d, cmd.Wait())
		d.files[name] = lesson.File{Name: name + ".pcapng", Data: file.Bytes()}
	}
}

// attempt does what the complaint is about.
func (d *detective) attempt() {
	if d.c.Pings {
		d.ping("server")
		return
	}
	d.dial()
}

// control sends something that does arrive: a ping, or where that is what fails, a connection; as far as the client gets.
func (d *detective) control() {
	switch {
	case d.c.Pings:
		d.dial()
	case d.c.Where == lesson.Client:
		d.ping("router")
	default:
		d.ping("server")
	}
}

func (d *detective) dial() {
	d.Helper()
	_, err := lab.RunVerb(d.Context(), d.host("client"), agent.DialVerb(d.lab.Target(), 3500*time.Millisecond))
	require.NoError(d, err)
}

func (d *detective) ping(host string) {
	d.Helper()
	target := netip.AddrPortFrom(d.lab.Topology().Addr(host, d.family), 0)
	_, err := clients.Ping{}.Do(d.Context(), lab.Call{Host: d.host("client"), Target: target, Timeout: time.Second})
	require.NoError(d, err)
}

func (d *detective) host(name string) lab.Host {
	d.Helper()
	h, err := d.lab.Host(name)
	require.NoError(d, err)
	return h
}

func (d *detective) grade(v diagnose.Verdict, where lesson.HostPlace, files ...lesson.File) lesson.Grade {
	d.Helper()
	record, err := lesson.ReadRecord(bytes.NewReader(d.record))
	require.NoError(d, err)
	g, err := d.c.Grade(record, lesson.Answer{Verdict: v, Where: where, Evidence: files})
	require.NoError(d, err)
	return g
}

func notesOf(g lesson.Grade) string {
	var b strings.Builder
	for _, n := range g.Notes {
		b.WriteString(n.In("en") + "\n")
	}
	return b.String()
}

// said takes what a verb says, and tells when it is ready.
type said struct {
	ready chan struct{}
	once  sync.Once
}

func newSaid() *said { return &said{ready: make(chan struct{})} }

func (s *said) Write(p []byte) (int, error) {
	if strings.HasPrefix(string(p), lab.Ready) {
		s.once.Do(func() { close(s.ready) })
	}
	return len(p), nil
}
