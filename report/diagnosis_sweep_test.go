package report

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// asked is SYNs to servers, each refused, and what the text tells of them.
func asked(t *testing.T, from func(int) string, to func(int) string, n int) string {
	t.Helper()
	p := DiagnosisText{File: "scan.pcap"}
	var packets []wire.Packet
	for i := range n {
		client, server := netip.MustParseAddrPort(from(i)), netip.MustParseAddrPort(to(i))
		at := time.Unix(1714564800, int64(i)*1e6).UTC()
		packets = append(packets,
			wire.Packet{Kind: wire.KindTCP, Frame: 2*i + 1, Time: at, Src: client.Addr(), SrcPort: client.Port(), Dst: server.Addr(), DstPort: server.Port(), TTL: 64,
				TCP: wire.TCP{Flags: wire.SYN, Seq: uint32(i) * 7919}},
			wire.Packet{Kind: wire.KindTCP, Frame: 2*i + 2, Time: at, Src: server.Addr(), SrcPort: server.Port(), Dst: client.Addr(), DstPort: client.Port(), TTL: 64,
				TCP: wire.TCP{Flags: wire.RST | wire.ACK, Ack: uint32(i)*7919 + 1}})
	}
	diagnose.Each(packets, p.Add)
	var b strings.Builder
	require.NoError(t, p.Write(&b, diagnose.Stats{Packets: int64(len(packets)), TCP: int64(len(packets))}))
	return b.String()
}

// TestASweepIsToldOnce: the same failure of one client at many ports or hosts is one story; of few, or of many clients, it is not.
func TestASweepIsToldOnce(t *testing.T) {
	one := func(i int) string { return fmt.Sprintf("198.51.100.10:%d", 40000+i) }
	two := func(i int) string { return fmt.Sprintf("198.51.100.%d:40000", 10+i/30) }
	ports := func(i int) string { return fmt.Sprintf("203.0.113.10:%d", 1+i) }
	hosts := func(i int) string { return fmt.Sprintf("203.0.%d.%d:22", i/200, 1+i%200) }
	again := func(i int) string { return ports(i % 30) }
	for name, c := range map[string]struct {
		from, to func(int) string
		n, told  int
		heading  string
	}{
		"ports":             {one, ports, 300, 1, "refused: 300 connections (198.51.100.10) -> 300 ports of 203.0.113.10 (1 to 300)\n    note: one client asks one host for many ports: a port scan; "},
		"hosts":             {one, hosts, 300, 1, "refused: 300 connections (198.51.100.10) -> port 22 of 300 hosts (203.0.0.1 to 203.0.1.100)\n    note: one client asks many hosts: a scan, or "},
		"ports, twice each": {one, again, 60, 1, "refused: 60 connections (198.51.100.10) -> 30 ports of 203.0.113.10 (1 to 30)"},
		"few ports":         {one, ports, fewestSwept - 1, fewestSwept - 1, ""},
		"several clients":   {two, again, 60, 30, ""},
	} {
		text := asked(t, c.from, c.to, c.n)
		assert.Equal(t, c.told, strings.Count(text, "\n  refused: "), name)
		assert.Contains(t, text, c.heading, name)
		assert.Equal(t, c.heading == "", !strings.Contains(text, "what follows is about the first"), name)
	}
}
