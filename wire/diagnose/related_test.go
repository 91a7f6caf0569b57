package diagnose

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

// stamped gives SYNs the options of Linux, with this timestamp.
func stamped(p *wire.Packet, stamp byte) {
	p.TCP.SetOptions([]byte{2, 4, 5, 180, 4, 2, wire.OptionTimestamps, 10, 0, 0, 0, stamp, 0, 0, 0, 0})
}

var (
	natAddr     = netip.MustParseAddr("192.0.2.5")
	backendAddr = netip.MustParseAddr("192.0.2.80")
)

// TestOneAttemptBeforeAndBehindNAT: a capture of "any" holds each packet under both addresses.
func TestOneAttemptBeforeAndBehindNAT(t *testing.T) {
	var packets []wire.Packet
	list, _ := packetsOf(t, "0 > S 0 0 0\n1 > S 0 0 0\n3 > S 0 0 0")
	for i := range list {
		stamped(&list[i], byte(i+1))
		behind := list[i]
		list[i].InterfaceIndex, behind.InterfaceIndex, behind.Outgoing = 7, 2, true
		behind.Src = natAddr
		packets = append(packets, list[i], behind)
	}
	number := func() {
		for i := range packets {
			packets[i].Frame = i + 1
		}
	}
	number()
	found, stats := diagnosed(packets, make([][]byte, len(packets)), Options{})
	assert.Equal(t, "no-answer", verdictsOf(found))
	assert.Equal(t, clientAddr, found[0].seen.Client, "the one before the translation")
	assert.EqualValues(t, 1, stats.Attempts)

	for i := range packets { // Windows has no timestamps, and the identification tells
		packets[i].TCP.SetOptions([]byte{2, 4, 5, 180})
	}
	found, _ = diagnosed(packets, make([][]byte, len(packets)), Options{})
	assert.Equal(t, "no-answer", verdictsOf(found))
	for i := range packets { // as scanners send them: many SYNs with one number
		packets[i].ID = uint16(i + 1)
	}
	found, _ = diagnosed(packets, make([][]byte, len(packets)), Options{})
	assert.Equal(t, "no-answer no-answer", verdictsOf(found))
	for i := range packets { // or with one identification too, at one interface
		packets[i].ID, packets[i].InterfaceIndex = 54321, 7
	}
	found, _ = diagnosed(packets, make([][]byte, len(packets)), Options{})
	assert.Equal(t, "no-answer no-answer", verdictsOf(found))
}

// TestAnswerFromAnotherAddress: NAT that works in one direction only.
func TestAnswerFromAnotherAddress(t *testing.T) {
	packets, payloads := packetsOf(t, "0 > S 0 0 0\n0.1 < S. 0 0 1\n0.1 > R 1 0 0\n1 > S 0 0 0\n1.1 < S. 0 0 1\n1.1 > R 1 0 0\n3 > S 0 0 0")
	for i := range packets {
		if p := &packets[i]; p.TCP.Flags.Has(wire.ACK) {
			p.Src, p.SrcPort = backendAddr, 80
		} else if p.TCP.Flags.Has(wire.RST) {
			p.Dst, p.DstPort = backendAddr, 80
		}
	}
	list, stats := diagnosed(packets, payloads, Options{})
	require.Equal(t, "no-answer", verdictsOf(list))
	assert.Equal(t, serverAddr, list[0].seen.Server)
	assert.EqualValues(t, 1, stats.Attempts)

	for i := range packets { // another client's SYN-ACK is no answer to this one
		if p := &packets[i]; p.TCP.Flags.Has(wire.ACK) {
			p.DstPort++
		}
	}
	list, _ = diagnosed(packets, payloads, Options{})
	assert.Len(t, list, 3)
}

// TestPartsAreForgottenInAnyOrder: whatever is given up first, nothing is reported twice, and no other attempt is taken for the
// owner.
func TestPartsAreForgottenInAnyOrder(t *testing.T) {
	for _, room := range []int{1, 2, 3, 5, 1000} {
		reported := map[netip.AddrPort]int{}
		e := New(Options{MaxTracked: room, Emit: func(a *Judged) { reported[a.Client()]++ }})
		frame := 0
		for n := range 200 {
			p := syn(n)
			p.TCP.Seq = uint32(n) * 7919
			for _, src := range []netip.Addr{clientAddr.Addr(), natAddr} {
				frame++
				p.Src, p.Frame = src, frame
				stamped(&p, byte(n+1))
				e.Add(&p, nil)
			}
		}
		e.Close()
		owners := 0
		for client, times := range reported {
			require.Equal(t, 1, times, client)
			if client.Addr() == clientAddr.Addr() {
				owners++
			}
		}
		assert.Equal(t, 200, owners, room)
		if room > 200 {
			assert.Len(t, reported, 200)
		}
	}
}

func TestInterfacesOnTheWay(t *testing.T) {
	packets, payloads := packetsOf(t, "0 > S 0 0 0 id=5\n0.00001 > S 0 0 0 id=5\n1 > S 0 0 0 id=6\n1.00001 > S 0 0 0 id=6")
	for i := range packets {
		packets[i].InterfaceIndex = []uint32{7, 4}[i%2]
	}
	e := New(Options{})
	for i := range packets {
		e.Add(&packets[i], payloads[i])
	}
	e.drain()
	require.Len(t, e.table.all, 1)
	way := e.table.all[0].path
	require.NotNil(t, way)
	assert.Equal(t, []hop{{index: 7}, {index: 4}}, way.hops[:way.n])
}

// TestDuplicateAddress: two machines answer for one address at once; a machine that takes it over does so later.
func TestDuplicateAddress(t *testing.T) {
	for second, want := range map[string]int{"0.1 arp <": 1, "9 arp <": 0} {
		packets, payloads := packetsOf(t, "0 arp >\n0.1 arp <\n"+second+"\n10 > S 0 0 0\n10.1 < R. 0 0 1")
		packets[1].Neighbour.MAC, packets[2].Neighbour.MAC = [6]byte{2, 0, 0, 0, 0, 1}, [6]byte{2, 0, 0, 0, 0, 2}
		list, _ := diagnosed(packets, payloads, Options{})
		require.Len(t, list, 1)
		assert.Len(t, english(list[0].Notes), want)
		if want > 0 {
			assert.Equal(t, "two machines claim the address of the server: 02:00:00:00:00:01 and 02:00:00:00:00:02 (a duplicate address)", english(list[0].Notes)[0])
		}
	}
}

func TestTwoMachinesAnswerTheSYN(t *testing.T) {
	const note = "two SYN-ACKs with different numbers came at once: two machines answer for the server's address"
	list := diagnoseText(t, "0 > S 0 0 0\n0.1 < S. 0 0 1\n0.101 < S. 999 0 1\n0.2 > . 1 0 1")
	assert.Contains(t, english(list[0].Notes), note)
	list = diagnoseText(t, "0 > S 0 0 0\n0.1 < S. 0 0 1\n1 > S 0 0 0\n1.1 < S. 999 0 1")
	assert.NotContains(t, english(list[0].Notes), note, "a server with SYN cookies has a new number later")
}

// TestAServerThatAnswersOnAnotherPortIsNotDead: at that time; a RST may be a firewall's.
func TestAServerThatAnswersOnAnotherPortIsNotDead(t *testing.T) {
	const syns = "0 > S 0 0 0 port=7\n1 > S 0 0 0 port=7\n3 > S 0 0 0 port=7"
	on := func(port, packets string) string {
		return "\n" + strings.ReplaceAll(strings.TrimSpace(packets), "\n", " to="+port+"\n") + " to=" + port
	}
	for name, c := range map[string]struct {
		packets string
		alive   bool
	}{
		"at that time":     {syns + on("22", "2 > S 0 0 0\n2.1 < S. 0 0 1\n2.2 > . 1 0 1"), true},
		"a minute later":   {syns + on("22", "63 > S 0 0 0\n63.1 < S. 0 0 1\n63.2 > . 1 0 1"), false},
		"before":           {on("22", "-2 > S 0 0 0\n-1.9 < S. 0 0 1\n-1.8 > . 1 0 1") + "\n" + syns, false},
		"by a RST":         {syns + on("22", "2 > S 0 0 0\n2.1 < R. 0 0 1"), false},
		"to nobody at all": {syns, false},
	} {
		for _, r := range diagnoseText(t, c.packets) {
			if r.Verdict == NoAnswer {
				assert.Equal(t, !c.alive, r.Has(CauseDeadHost), name)
				assert.Equal(t, c.alive, slices.Contains(english(r.Notes), "TCP port 22 of the same two hosts is answered at that time: the server is up, and so is the path"), name)
			}
		}
	}
}
