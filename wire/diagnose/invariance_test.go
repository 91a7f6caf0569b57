package diagnose

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

// What a capture happens to be like must not change what is said of it.

// eachGolden calls do for the packets of each golden capture, with the outline that any change must leave as it is.
func eachGolden(t *testing.T, do func(name string, packets []wire.Packet, payloads [][]byte, want []string)) {
	t.Helper()
	for name, data := range goldenCaptures(t) {
		packets, payloads := readCapture(t, data)
		list, _ := diagnosed(packets, payloads, Options{})
		do(name, packets, payloads, outline(list))
	}
}

// TestNumbersMayBeginAnywhere moves the sequence numbers of both sides, so that they wrap around at another place.
func TestNumbersMayBeginAnywhere(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	eachGolden(t, func(name string, packets []wire.Packet, payloads [][]byte, want []string) {
		for range 20 {
			offsets, moved := [2]uint32{random.Uint32(), random.Uint32()}, slices.Clone(packets)
			for i := range moved {
				p := &moved[i]
				_, from := flowOf(endpointOf(p.Src, p.SrcPort), endpointOf(p.Dst, p.DstPort))
				p.TCP.Seq += offsets[from]
				if p.TCP.Flags.Has(wire.ACK) && p.TCP.Ack != 0 {
					p.TCP.Ack += offsets[1-from]
				}
				q := &p.ICMP.Quote
				_, from = flowOf(endpointOf(q.Src.Addr(), q.Src.Port()), endpointOf(q.Dst.Addr(), q.Dst.Port()))
				q.Seq += offsets[from]
			}
			list, _ := diagnosed(moved, payloads, Options{})
			require.Equal(t, want, outline(list), name)
		}
	})
}

// TestCopiesOfEachPacketChangeNothing: a router that is captured at both sides, and a mirror port.
func TestCopiesOfEachPacketChangeNothing(t *testing.T) {
	for _, hops := range []uint8{0, 1} {
		eachGolden(t, func(name string, packets []wire.Packet, payloads [][]byte, want []string) {
			var twice []wire.Packet
			for _, p := range packets {
				behind := p
				behind.TTL, behind.Time = p.TTL-hops, p.Time.Add(20*time.Microsecond)
				twice = append(twice, p, behind)
			}
			data := make([][]byte, len(twice))
			slices.SortStableFunc(twice, func(a, b wire.Packet) int { return a.Time.Compare(b.Time) })
			for i := range twice {
				data[i], twice[i].Frame = payloads[twice[i].Frame-1], i+1
			}
			list, _ := diagnosed(twice, data, Options{})
			assert.Equal(t, want, outline(list), "%s, %d hops between", name, hops)
		})
	}
}

// TestPiecesChangeNoVerdict cuts each golden capture into files of some packets, as tcpdump -C does.
func TestPiecesChangeNoVerdict(t *testing.T) {
	for name, data := range goldenCaptures(t) {
		if !strings.HasSuffix(name, ".pcap") {
			continue
		}
		for _, each := range []int{1, 3, 10} {
			var list []result
			r := NewReading(Options{Emit: func(a *Judged) { list = append(list, result{verdict: verdictOf(a), seen: a.Seen()}) }})
			for _, piece := range pieces(data, each) {
				damage, err := r.Add(bytes.NewReader(piece))
				require.NoError(t, err, name)
				require.NoError(t, damage, name)
			}
			r.Close()
			assert.Equal(t, verdictsOfFile(t, data), outline(list), "%s, %d packets each", name, each)
		}
	}
}

// pieces cuts a little-endian pcap into files with so many packets each.
func pieces(data []byte, each int) [][]byte {
	var list [][]byte
	header, n := data[:24], 0
	for data = data[24:]; len(data) > 0; n++ {
		if n%each == 0 {
			list = append(list, slices.Clone(header))
		}
		end := 16 + int(binary.LittleEndian.Uint32(data[8:]))
		list[len(list)-1] = append(list[len(list)-1], data[:end]...)
		data = data[end:]
	}
	return list
}
