package report

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
)

func TestLabPathLeadsToWhomTheClientAsked(t *testing.T) {
	topology := lab.Routed()
	topology.Hosts = append(topology.Hosts, lab.HostSpec{Name: "well-known"})
	topology.Segments = append(topology.Segments, lab.SegmentSpec{Name: "outside", Ends: []lab.EndSpec{
		{Host: "router", Interface: "to-well-known", Addrs: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24")}},
		{Host: "well-known", Interface: "eth0", Addrs: []netip.Prefix{netip.MustParsePrefix("192.0.2.10/24")}},
	}})
	traces := []wire.Trace{{Point: "client"}, {Point: "router:to-client"}, {Point: "router:to-server"}, {Point: "router:to-well-known"},
		{Point: "server"}, {Point: "well-known"}}
	path := LabPath(topology, lab.IPv4, "client", "well-known", traces, nil)
	require.Len(t, path.Hosts, 3)
	assert.Equal(t, "well-known", path.Hosts[2].Name)
	assert.Equal(t, "192.0.2.10", path.Hosts[2].Addr)
	assert.Equal(t, "router:to-client", path.Hosts[1].Left.Point)
	assert.Equal(t, "router:to-well-known", path.Hosts[1].Right.Point)
	assert.Len(t, LabPath(topology, lab.IPv4, "client", "nowhere", traces, nil).Hosts, 1)
}

// A name server shares the server's column, unless nothing was captured but what it was asked itself: then the column has its name.
func TestLabPathToANameServer(t *testing.T) {
	topology := lab.WithNames()
	query := wire.Packet{Kind: wire.KindUDP, Src: topology.Addr("client", lab.IPv4), Dst: topology.Addr(lab.Names, lab.IPv4)}
	syn := wire.Packet{Kind: wire.KindTCP, Src: query.Src, Dst: topology.Addr("server", lab.IPv4)}
	last := func(off []string, packets ...wire.Packet) (string, bool) {
		way := LabPath(topology, lab.IPv4, "client", "server", []wire.Trace{{Point: "client", Packets: packets}}, off).Hosts
		return way[len(way)-1].Name, way[len(way)-1].Off
	}
	name, off := last(nil, query, syn)
	assert.Equal(t, "server, names", name)
	assert.False(t, off)
	name, off = last([]string{lab.Names}, query)
	assert.Equal(t, "names", name)
	assert.True(t, off)
}
