package watch

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var start = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

const linkRaw = 101

// segment is an IPv4 packet with a TCP segment, made by hand.
func segment(from, to netip.AddrPort, flags byte, seq, ack uint32, data int) []byte {
	b := make([]byte, 40+data)
	b[0], b[8], b[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	src, dst := from.Addr().As4(), to.Addr().As4()
	copy(b[12:], src[:])
	copy(b[16:], dst[:])
	binary.BigEndian.PutUint16(b[20:], from.Port())
	binary.BigEndian.PutUint16(b[22:], to.Port())
	binary.BigEndian.PutUint32(b[24:], seq)
	binary.BigEndian.PutUint32(b[28:], ack)
	b[32], b[33] = 5<<4, flags
	binary.BigEndian.PutUint16(b[34:], 1000)
	return b
}

const (
	fin, syn, rst, psh, ack = 1, 2, 4, 8, 16
)

// script writes a capture into a pipe, so that a watcher reads it as it grows.
type script struct {
	t   testing.TB
	out *wire.Writer
}

func newScript(t testing.TB, out io.Writer) *script {
	t.Helper()
	w, err := wire.NewWriter(out, "test")
	require.NoError(t, err)
	_, err = w.AddInterface("eth0", linkRaw)
	require.NoError(t, err)
	return &script{t, w}
}

func (s *script) at(seconds float64, data []byte) {
	s.t.Helper()
	at := start.Add(time.Duration(seconds * float64(time.Second)))
	require.NoError(s.t, s.out.Write(0, wire.Frame{Time: at, Length: len(data), Data: data, Link: linkRaw}, ""))
}

func end(text string) netip.AddrPort { return netip.MustParseAddrPort(text) }

// A failure is cut out once, with what the two hosts said before it, and nothing of others; what was said too early is left out.
func TestCut(t *testing.T) {
	here, there, other := end("198.51.100.10:40000"), end("203.0.113.10:8080"), end("192.0.2.7:9")
	var capture bytes.Buffer
	s := newScript(t, &capture)
	s.at(0, segment(here, there, rst, 1, 0, 0))                                             // too early
	s.at(20, segment(netip.AddrPortFrom(here.Addr(), 39999), there, psh|ack, 100, 200, 10)) // before
	s.at(21, segment(other, there, psh|ack, 5, 5, 10))                                      // of others
	s.at(22, segment(here, there, syn, 1000, 0, 0))
	s.at(22.1, segment(there, here, rst|ack, 0, 1001, 0))
	var cuts []string
	w := New(Options{Ring: 4 << 20, Before: 10 * time.Second, Each: func(a *diagnose.Judged, c *CutOut) {
		if !a.Failed() || a.Verdict == diagnose.Midstream {
			return
		}
		d := a.Diagnosis()
		gone := c.Renumber(&d)
		var frames []string
		for _, e := range d.Evidence {
			frames = append(frames, fmt.Sprint(e.Frame))
		}
		var file bytes.Buffer
		require.NoError(t, c.Write(&file))
		r, err := wire.NewReader(&file)
		require.NoError(t, err)
		var ports []string
		for {
			p, err := r.Next()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			assert.Equal(t, "eth0", p.Interface)
			ports = append(ports, fmt.Sprint(p.SrcAddrPort().Port()))
		}
		assert.Equal(t, len(ports), c.Packets())
		cuts = append(cuts, fmt.Sprint(d.Verdict, " frames ", strings.Join(frames, " "), " gone ", gone, " of packets from ", strings.Join(ports, " ")))
	}})
	require.NoError(t, w.Read(&capture))
	now := time.Now()
	w.Tick(now)
	assert.Empty(t, cuts, "it was just captured")
	w.Tick(now.Add(2 * time.Second))
	w.Tick(now.Add(9 * time.Second))
	w.Close()
	assert.Equal(t, []string{"refused frames 2 3 gone 0 of packets from 39999 40000 8080"}, cuts)
}

// What the ring holds no longer is said to be gone, and is no frame of the cut.
func TestOverwritten(t *testing.T) {
	here, there, other := end("198.51.100.10:40000"), end("203.0.113.10:8080"), end("192.0.2.7:9")
	var capture bytes.Buffer
	s := newScript(t, &capture)
	s.at(0, segment(here, there, syn, 1000, 0, 0))
	for i := range 6000 {
		s.at(1+float64(i)/1e5, segment(other, there, psh|ack, uint32(i*1400), 5, 1400))
	}
	s.at(1.9, segment(here, there, syn, 1000, 0, 0))
	told := 0
	w := New(Options{Ring: 4 << 20, Each: func(a *diagnose.Judged, c *CutOut) {
		if a.Verdict != diagnose.NoAnswer {
			return
		}
		told++
		d := a.Diagnosis()
		assert.Equal(t, 1, c.Renumber(&d), "the first SYN is gone")
		assert.Equal(t, int64(1), d.Evidence[0].Frame)
		assert.Equal(t, 1, c.Packets())
	}})
	require.NoError(t, w.Read(&capture))
	now := time.Now()
	w.Tick(now)
	w.Tick(now.Add(10 * time.Second))
	assert.Equal(t, 1, told)
}

// traffic is an endless capture of connections, of which one in a hundred fails; of each a part of a file is sent.
type traffic struct {
	out   bytes.Buffer
	s     *script
	n     int
	bytes int64
	most  int64
}

// Read implements [io.Reader].
func (g *traffic) Read(p []byte) (int, error) {
	for g.out.Len() < len(p) && g.bytes < g.most {
		g.connection()
	}
	n, err := g.out.Read(p)
	g.bytes += int64(n)
	return n, err
}

func (g *traffic) connection() {
	g.n++
	from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(g.n >> 16), byte(g.n >> 8), byte(g.n)}), uint16(1024+g.n%60000))
	to, at := end("203.0.113.10:443"), float64(g.n)/2000
	g.s.at(at, segment(from, to, syn, 0, 0, 0))
	if g.n%100 == 0 {
		return
	}
	g.s.at(at, segment(to, from, syn|ack, 0, 1, 0))
	g.s.at(at, segment(from, to, psh|ack, 1, 1, 100))
	for i := range 12 {
		g.s.at(at, segment(to, from, psh|ack, uint32(1+i*1400), 101, 1400))
	}
}

// Memory is bounded, whatever comes: many more bytes than the ring holds, of connections that are never closed, and of which some fail, takes no more than
// the ring and what is promised beside it.
func TestMemoryIsBounded(t *testing.T) {
	const ringSize = 16 << 20
	g := &traffic{most: 320 << 20}
	g.s = newScript(t, &g.out)
	failed := 0
	w := New(Options{Ring: ringSize, Before: time.Second, Each: func(a *diagnose.Judged, c *CutOut) {
		if a.Failed() {
			failed++
			_ = c.Write(io.Discard)
		}
	}})
	runtime.GC()
	var before, m runtime.MemStats
	runtime.ReadMemStats(&before)
	most := uint64(0)
	reader := &measured{in: g, every: 16 << 20, do: func() {
		w.Tick(time.Now())
		runtime.GC()
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapAlloc-min(m.HeapAlloc, before.HeapAlloc))
	}}
	require.NoError(t, w.Read(reader))
	assert.Less(t, most, uint64(ringSize+Overhead), "of %d connections", g.n)
	t.Logf("%d MB at most, of %d connections, %d failed", most>>20, g.n, failed)
	assert.Greater(t, g.n, MaxTracked)
	assert.Positive(t, failed)
}

// measured does something every so many bytes.
type measured struct {
	in    io.Reader
	every int
	since int
	do    func()
}

func (m *measured) Read(p []byte) (int, error) {
	n, err := m.in.Read(p)
	if m.since += n; m.since >= m.every {
		m.since = 0
		m.do()
	}
	return n, err
}
