package diagnose

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

// The table finds what a map finds, whatever is put in and removed, and however many hashes are the same.
func TestFlowTableIsAMap(t *testing.T) {
	for _, hashes := range []uint64{1, 3, 1 << 12, 1 << 60} {
		random := rand.New(rand.NewPCG(1, hashes))
		var table flowTable
		want := map[flow][]*conn{} // the latest last
		for range 40_000 {
			n := random.IntN(1500)
			f, _ := flowOf(endpointOf(netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}), 1), endpointOf(serverAddr.Addr(), 80))
			hash := f.hash() % hashes
			list := want[f]
			switch {
			case random.IntN(2) == 0 && len(list) < 3:
				c := &conn{flow: f, hash: hash}
				c.older = table.put(c)
				want[f] = append(list, c)
			case len(list) > 0:
				i := random.IntN(len(list))
				table.remove(list[i])
				list = append(list[:i:i], list[i+1:]...)
				if want[f] = list; len(list) == 0 {
					delete(want, f)
				}
			}
			list = want[f]
			c := table.latest(hash, &f)
			for i := len(list) - 1; i >= 0; i-- {
				require.Same(t, list[i], c)
				c = c.older
			}
			require.Nil(t, c)
		}
		assert.Len(t, want, table.n)
		for f, list := range want {
			require.Same(t, list[len(list)-1], table.latest(f.hash()%hashes, &f))
		}
	}
}

// What goes through a batch comes out as it was, as far as verdicts depend on it.
func TestBatchKeepsPackets(t *testing.T) {
	packets, payloads := packetsOf(t, exchange+"1 ping 1\n1.1 icmp 3 1\n2 dns > A db.example\n3 > S 0 0 0 mptcp mac=7 ttl=3 text=hello")
	packets[2].Interface, packets[2].InterfaceIndex, packets[2].Outgoing = "eth0", 3, true
	packets[4].Time = time.Time{}
	packets[5].Time = time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, v6 := range []bool{false, true} {
		var b Batch
		for i := range packets {
			p := packets[i]
			if v6 && p.Kind == wire.KindTCP {
				p.Src, p.Dst = client6, server6
			}
			b.append(&p, payloads[i])
		}
		var room wire.Packet
		for i := range packets {
			want := packets[i]
			if v6 && want.Kind == wire.KindTCP {
				want.Src, want.Dst = client6, server6
			}
			assert.Equal(t, want, *b.at(i, &room), i)
			assert.Equal(t, KeyOf(&want), b.segments[i].key)
			assert.Equal(t, string(payloads[i]), string(b.payload(i)), i)
		}
	}
}

// Segments that differ in anything that a router leaves alone are no copies of one another, whatever numbers they begin with: those of a
// scan may all be 0.
func TestPrintsDiffer(t *testing.T) {
	p := packetFrom(t, "0 > P. 1 100 1")
	testPrintsDiffer(t, p)
	p.ID, p.TCP.Seq, p.TCP.Ack, p.TCP.Flags, p.TCP.Window, p.TCP.Payload = 0, 0, 0, wire.SYN, 0, 0
	p.TCP.SetOptions(nil)
	testPrintsDiffer(t, p)
}

func testPrintsDiffer(t *testing.T, p wire.Packet) {
	t.Helper()
	known := map[uint64]string{KeyOf(&p).print: "the same"}
	for name, change := range map[string]func(*wire.Packet){
		"id": func(p *wire.Packet) { p.ID++ }, "seq": func(p *wire.Packet) { p.TCP.Seq++ }, "ack": func(p *wire.Packet) { p.TCP.Ack++ },
		"flags": func(p *wire.Packet) { p.TCP.Flags ^= wire.PSH }, "window": func(p *wire.Packet) { p.TCP.Window++ },
		"payload": func(p *wire.Packet) { p.TCP.Payload++ }, "port": func(p *wire.Packet) { p.SrcPort++ },
		"direction": func(p *wire.Packet) { p.Src, p.SrcPort, p.Dst, p.DstPort = p.Dst, p.DstPort, p.Src, p.SrcPort },
	} {
		other := p
		change(&other)
		print := KeyOf(&other).print
		assert.Empty(t, known[print], name)
		known[print] = name
	}
	for n := 1; n <= 40; n++ { // options: each length, and each byte
		other := p
		options := make([]byte, n)
		for at := range n {
			options[at]++
			other.TCP.SetOptions(options)
			print := KeyOf(&other).print
			assert.Empty(t, known[print], "%d options, byte %d", n, at)
			known[print] = fmt.Sprint(n, at)
		}
	}
	same := p
	same.TTL, same.Time, same.Frame = 9, same.Time.Add(time.Second), 99
	assert.Equal(t, KeyOf(&p).print, KeyOf(&same).print, "a router takes one from the time to live")
}

func packetFrom(t *testing.T, line string) wire.Packet {
	packets, _ := packetsOf(t, line)
	return packets[0]
}
