package lesson

import (
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/wire"
)

// The ends of every attempt filmed here.
var (
	filmedClient = netip.MustParseAddrPort("198.51.100.10:40000")
	filmedServer = netip.MustParseAddrPort("203.0.113.10:8080")
	filmedRouter = netip.MustParseAddr("198.51.100.1")
	filmedInside = netip.MustParseAddr("203.0.113.1") // the router's other address
	filmedFrom   = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
)

// film is a record in the making.
type film struct {
	record LabRecord
	isn    uint32
	id     uint16
	frame  int
}

// wayThere are the vantage points from the client to the server.
var wayThere = []string{"client", "router:to-client", "router:to-server", "server"}

// at adds a packet that is seen at these points, at a time in seconds.
func (f *film) at(seconds float64, p wire.Packet, points ...string) {
	p.Time = filmedFrom.Add(time.Duration(seconds * float64(time.Second)).Round(time.Microsecond))
	for _, name := range points {
		i := -1
		for k := range f.record.Traces {
			if f.record.Traces[k].Point == name {
				i = k
			}
		}
		if i < 0 {
			i = len(f.record.Traces)
			f.record.Traces = append(f.record.Traces, wire.Trace{Point: name})
		}
		f.frame++
		p.Frame = f.frame
		f.record.Traces[i].Packets = append(f.record.Traces[i].Packets, p)
	}
}

// segment is one of a connection from the client's port; each connection has a number of its own.
func (f *film) segment(port uint16, fromClient bool, flags wire.Flags) wire.Packet {
	src, dst := netip.AddrPortFrom(filmedClient.Addr(), port), filmedServer
	p := wire.Packet{Kind: wire.KindTCP, TCP: wire.TCP{Flags: flags, Seq: f.isn, Window: 64240}}
	if !fromClient {
		src, dst = dst, src
		p.TCP.Seq, p.TCP.Ack = 0, f.isn+1
	}
	if flags == wire.SYN {
		p.TCP.SetOptions([]byte{2, 4, 5, 180}) // an MSS, which is not shown
	}
	p.Src, p.SrcPort, p.Dst, p.DstPort = src.Addr(), src.Port(), dst.Addr(), dst.Port()
	return p
}

func (f *film) echo(reply bool, sequence uint16) wire.Packet {
	p := wire.Packet{Kind: wire.KindICMP, Src: filmedClient.Addr(), Dst: filmedServer.Addr(), ICMP: wire.ICMP{Type: 8, ID: f.id, Sequence: sequence}}
	if reply {
		p.Src, p.Dst, p.ICMP.Type = p.Dst, p.Src, 0
	}
	return p
}

// silentFilm is a connection whose SYNs the router drops.
func silentFilm() *film {
	f := &film{isn: 1000}
	for _, s := range []float64{0, 1.012, 3.028, 7.221} {
		f.at(s, f.segment(40000, true, wire.SYN), wayThere[:2]...)
	}
	return f
}

// refusedFilm is a connection that the server refuses.
func refusedFilm() *film {
	f := &film{isn: 2000}
	f.at(0, f.segment(40000, true, wire.SYN), wayThere...)
	f.at(0.0002, f.segment(40000, false, wire.RST|wire.ACK), "server", "router:to-server", "router:to-client", "client")
	return f
}

// slowFilm is a connection whose first SYN is lost, and which a NAT translates.
func slowFilm() *film {
	f := &film{isn: 3000}
	f.at(0, f.segment(40000, true, wire.SYN), wayThere[:2]...)
	syn, answer := f.segment(40000, true, wire.SYN), f.segment(40000, false, wire.SYN|wire.ACK)
	f.at(1.03, syn, wayThere[:2]...)
	f.at(1.0301, answer, wayThere[:2]...)
	syn.Src, syn.SrcPort, answer.Dst, answer.DstPort = filmedInside, 1024, filmedInside, 1024
	f.at(1.03, syn, wayThere[2:]...)
	f.at(1.0301, answer, wayThere[2:]...)
	return f
}

// tracedFilm is a trace of the path: the router reports the end of the first request, the server answers the second.
func tracedFilm() *film {
	f := &film{id: 7}
	f.at(0, f.echo(false, 1), wayThere[:2]...)
	expired := wire.Packet{Kind: wire.KindICMP, Src: filmedRouter, Dst: filmedClient.Addr(), ICMP: wire.ICMP{Type: 11, HasQuote: true,
		Quote: wire.Quote{Src: netip.AddrPortFrom(filmedClient.Addr(), 0), Dst: netip.AddrPortFrom(filmedServer.Addr(), 0), Protocol: 1,
			HasEcho: true, ID: 7, Sequence: 1}}}
	f.at(0.0001, expired, wayThere[:2]...)
	f.at(0.3, f.echo(false, 2), wayThere...)
	f.at(0.3001, f.echo(true, 2), wayThere...)
	return f
}
