package lesson

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// between is a connection that is refused, of two others than those who were recorded.
func (e exam) between(client, server string, begin time.Time) (list []frame) {
	e.Helper()
	const addresses = ethernetHeader + 12 // in an IPv4 packet
	refused := only(newExam(e.T, "closed-port").front, func(p *wire.Packet) bool { return p.Kind == wire.KindTCP })
	require.Len(e, refused, 2)
	from, to := netip.MustParseAddr(client).AsSlice(), netip.MustParseAddr(server).AsSlice()
	for i, f := range refused {
		copy(f.Data[addresses:], slices.Concat(from, to))
		from, to = to, from
		f.Time = begin.Add(time.Duration(i) * 100 * time.Microsecond)
		list = append(list, f)
	}
	return list
}

// passes adds frames to the record at some vantage points.
func (e *exam) passes(list []frame, points ...string) {
	e.Helper()
	var record bytes.Buffer
	w, err := wire.NewWriter(&record, "a test")
	require.NoError(e, err)
	for _, point := range vantagePoints {
		number, err := w.AddInterface(point, ethernet)
		require.NoError(e, err)
		all := frames(e.T, e.record, point)
		if slices.Contains(points, point) {
			all = append(all, list...)
		}
		for _, f := range all {
			require.NoError(e, w.Write(number, f.Frame, ""))
		}
	}
	e.record = record.Bytes()
}

// That the client sends nothing is not disproved by what else is tried: the client's connection with the router, or the
// router's with the server, which is well.
func TestOthersMayTryWhatTheClientCannot(t *testing.T) {
	for _, name := range []string{"no-route", "client-firewall"} {
		e := newExam(t, name)
		moment := e.front[0].Time.Add(time.Millisecond)
		near := e.between("198.51.100.10", "198.51.100.1", moment)
		fromRouter := e.between("203.0.113.1", "203.0.113.10", moment)
		e.passes(near, "client", "router:to-client")
		e.passes(fromRouter, "router:to-server", "server")
		front, behind := e.client(append(near, e.front...)...), e.server(append(fromRouter, e.behind...)...)
		g := e.right(front, behind)
		assert.Equal(t, FullScore, g.Score(), "%s: %q", name, notes(g, lang.English))
		g = e.right(e.client(e.front...)) // whose filter was for the server alone
		assert.Equal(t, FullScore, g.Score(), "%s: %q", name, notes(g, lang.English))
	}
}

// The server is what the complaint is about: that others refuse, or are refused, shows nothing of it.
func TestConnectionsOfOthersShowNothing(t *testing.T) {
	e := newExam(t, "closed-port")
	back := e.between("203.0.113.10", "198.51.100.10", e.behind[0].Time.Add(time.Millisecond))
	e.passes(back, "server", "router:to-server")
	g := e.right(e.server(back...))
	assert.Equal(t, 60, g.Score(), notes(g, lang.English))

	e = newExam(t, "router-resets-syn")
	near := e.between("198.51.100.10", "198.51.100.1", e.behind[0].Time.Add(time.Millisecond))
	e.passes(near, "client", "router:to-client")
	g = e.right(e.client(near...), e.server(e.behind...))
	assert.Equal(t, 60, g.Score(), notes(g, lang.English))
}
