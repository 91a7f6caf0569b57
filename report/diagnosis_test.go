package report

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// diagnosisOf is the page's contents of a capture, as the command line puts them together.
func diagnosisOf(t *testing.T, trace wire.Trace) *DiagnosisPage {
	t.Helper()
	d := &DiagnosisPage{File: trace.Point, Packets: int64(len(trace.Packets))}
	diagnose.Each(trace.Packets, d.Add)
	client, _ := d.Collectors()
	for i := range trace.Packets {
		client.Add(&trace.Packets[i])
	}
	client.Close()
	return d
}

// everyCapture is what the clients of all recorded runs saw, in one.
func everyCapture(t *testing.T) wire.Trace {
	t.Helper()
	all := wire.Trace{Point: "everything.pcapng"}
	for _, dir := range recorded(t) {
		f, err := os.Open(filepath.Join(dir, "client.pcapng"))
		require.NoError(t, err)
		trace, err := wire.ReadAll(f, "client")
		require.NoError(t, err)
		require.NoError(t, f.Close())
		all.Packets = append(all.Packets, trace.Packets...)
	}
	for i := range all.Packets {
		all.Packets[i].Frame = i + 1
	}
	return all
}

func TestDiagnosisInABrowser(t *testing.T) {
	b := newBrowser(t)
	d := diagnosisOf(t, everyCapture(t))
	d.File = "every<b>thing.pcapng"
	d.Notes = []lang.Message{lang.Tell(lang.Same(hostile[:60]))}
	file := save(t, d.HTML)
	b.lookEverywhere("diagnosis", file)
	b.quiet()
}

// The failures come first, each with its drawing; what is healthy is folded.
func TestDiagnosisPage(t *testing.T) {
	page := written(t, diagnosisOf(t, everyCapture(t)).HTML)
	failed, folded := strings.Index(page, "no-answer: "), strings.Index(page, "that did not fail")
	require.Positive(t, failed)
	require.Positive(t, folded)
	assert.Less(t, failed, folded)
	assert.Contains(t, page, "4 packets without an answer; nobody captured further on")
	assert.Contains(t, page, "a firewall on the way drops")
	golden(t, "testdata/diagnosis.golden", styleSheet.ReplaceAllString(page, "<style></style>"))
}

// However many fail, the page stays small, and says what it leaves out.
func TestDiagnosisIsBounded(t *testing.T) {
	d := &DiagnosisPage{}
	explained := 0
	add := func(server string, failed bool) {
		c := diagnose.Diagnosis{Client: netip.MustParseAddrPort("198.51.100.10:40000"), Server: netip.MustParseAddrPort(server), Verdict: diagnose.OK, Failed: failed}
		if failed {
			c.Verdict = diagnose.Refused
		}
		d.Counts.add(factOfDiagnosis(&c))
		d.add(alike{verdict: c.Verdict, server: c.Server}, failed, func() diagnose.Diagnosis { explained++; return c })
	}
	for i := range 100 {
		for range 200 {
			add(fmt.Sprintf("203.0.113.%d:80", i), true)
		}
	}
	for range 5000 {
		add("203.0.113.200:80", false)
	}
	page := written(t, d.HTML)
	assert.Contains(t, page, "20000 of 25000 connections failed")
	assert.Contains(t, page, "100 more like this, and 98 that are not listed")
	assert.Contains(t, page, "8000 more failures to other servers")
	assert.Contains(t, page, "5000 that did not fail")
	assert.Contains(t, page, "3996 more are not listed")
	assert.Less(t, len(page), 3<<20)
	assert.Equal(t, 60*(2+100)+4+1000, explained, "what is not shown need not be explained")
}

// A connection of a million packets is drawn from its beginning and its end, and no loss is made up where they are cut.
func TestCollectorKeepsBothEnds(t *testing.T) {
	c := newCollector("client", time.Second)
	flow := FlowID{Client: netip.MustParseAddrPort("198.51.100.10:40000"), Server: netip.MustParseAddrPort("203.0.113.10:8080")}
	var got *wire.Trace
	c.want(flow, time.Time{}, func(t *wire.Trace) { got = t })
	for i := range 100_000 {
		p := tcp(time.Duration(i)*time.Millisecond, true, wire.ACK)
		p.Frame = i + 1
		c.Add(&p)
		other := tcp(0, true, wire.ACK)
		other.SrcPort = 1
		c.Add(&other)
	}
	c.Close()
	require.GreaterOrEqual(t, len(got.Packets), keptHead+keptTail)
	require.LessOrEqual(t, len(got.Packets), keptHead+2*keptTail)
	assert.Equal(t, 1, got.Packets[0].Frame)
	assert.Equal(t, start.Add(-time.Second), got.Packets[0].Time, "the clocks differ by a second")
	assert.Equal(t, keptHead, got.Packets[keptHead-1].Frame)
	assert.Equal(t, 100_000, got.Packets[len(got.Packets)-1].Frame)
}

// Where a capture was made is told by which side's packets have passed no router.
func TestVantagePointOfACapture(t *testing.T) {
	for want, ttl := range map[string][2]uint8{"client": {64, 60}, "server": {60, 64}, "capture": {60, 61}} {
		syn, answer := tcp(0, true, wire.SYN), tcp(time.Millisecond, false, wire.SYN|wire.ACK)
		syn.TTL, answer.TTL = ttl[0], ttl[1]
		c := pageEntry{Diagnosis: diagnose.Diagnosis{Client: syn.SrcAddrPort(), Server: syn.DstAddrPort()}, front: &wire.Trace{Packets: []wire.Packet{syn, answer}}}
		var captured []string
		for _, h := range c.path().Hosts {
			if !h.Blind() {
				captured = append(captured, h.Name)
			}
		}
		assert.Equal(t, []string{want}, captured)
	}
}

func TestLongAddressesAreShortenedInTheMiddle(t *testing.T) {
	assert.Equal(t, "198.51.100.10", brief("198.51.100.10"))
	assert.Equal(t, "2001:db8…eeee:ffff", brief("2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"))
}
