package diagnose

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

// goldenCaptures are the files of real captures, by name.
func goldenCaptures(t testing.TB) map[string][]byte {
	t.Helper()
	var names []string
	for _, pattern := range []string{"*.pcap", "*.pcapng"} {
		list, err := filepath.Glob(filepath.Join("testdata", "golden", pattern))
		require.NoError(t, err)
		require.NotEmpty(t, list)
		names = append(names, list...)
	}
	files := map[string][]byte{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		files[filepath.Base(name)] = data
	}
	return files
}

// readCapture reads packets along with their data.
func readCapture(t testing.TB, data []byte) (packets []wire.Packet, payloads [][]byte) {
	t.Helper()
	r, err := wire.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			return packets, payloads
		}
		require.NoError(t, err)
		packets, payloads = append(packets, p), append(payloads, bytes.Clone(r.Payload()))
	}
}

// outline is what must not change: who, to whom, and the verdict.
func outline(list []result) []string {
	var lines []string
	for _, r := range list {
		lines = append(lines, r.seen.Client.String()+" "+r.seen.Server.String()+" "+r.verdict)
	}
	slices.Sort(lines)
	return lines
}

// TestShuffledConnections mixes the packets of all golden captures, each on ports and identifiers of its own, in another
// order: what is between the packets of a connection does not matter to it.
func TestShuffledConnections(t *testing.T) {
	var queues [][]wire.Packet
	for i, data := range sorted(goldenCaptures(t)) {
		packets, _ := readCapture(t, data)
		packets = slices.DeleteFunc(packets, func(p wire.Packet) bool { return p.Kind != wire.KindTCP && !isEcho(&p) })
		for j := range packets { // apart from the others, and all of them ending at the same time
			m := &packets[j].ICMP
			packets[j].SrcPort, packets[j].DstPort = packets[j].SrcPort+uint16(i), packets[j].DstPort+uint16(i)
			m.ID, m.Quote.ID = m.ID+uint16(i), m.Quote.ID+uint16(i)
			packets[j].Time = start.Add(packets[j].Time.Sub(packets[len(packets)-1].Time))
		}
		queues = append(queues, packets)
	}
	one := func(order []int) []string {
		var packets []wire.Packet
		rest := slices.Clone(queues)
		for _, i := range order {
			p := rest[i][0]
			p.Frame = len(packets) + 1
			packets, rest[i] = append(packets, p), rest[i][1:]
		}
		list, _ := diagnosed(packets, make([][]byte, len(packets)), Options{})
		return outline(list)
	}
	var order []int
	for i, q := range queues {
		order = append(order, slices.Repeat([]int{i}, len(q))...)
	}
	want := one(order)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		require.Equal(t, want, one(order))
	}
}

func sorted(files map[string][]byte) [][]byte {
	var list [][]byte
	for _, name := range slices.Sorted(keys(files)) {
		list = append(list, files[name])
	}
	return list
}

func keys(m map[string][]byte) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// TestATraceIsGroupedAsACaptureIsDiagnosed: both split the packets of each golden capture into the same attempts.
func TestATraceIsGroupedAsACaptureIsDiagnosed(t *testing.T) {
	attempts := 0
	for name, data := range goldenCaptures(t) {
		packets, _ := readCapture(t, data)
		packets = slices.DeleteFunc(packets, func(p wire.Packet) bool { return p.Kind != wire.KindTCP })
		var grouped, diagnosed []string
		for _, a := range (wire.Trace{Packets: packets}).Attempts(0) {
			grouped = append(grouped, fmt.Sprint(flowIn(a.Client, a.Server), a.Packets[0].Time.UTC(), len(a.Packets)))
		}
		Each(packets, func(j *Judged) {
			diagnosed = append(diagnosed, fmt.Sprint(flowIn(j.Client(), j.Server()), j.First(), j.Packets()))
		})
		slices.Sort(grouped)
		slices.Sort(diagnosed)
		assert.Equal(t, diagnosed, grouped, name)
		attempts += len(grouped)
	}
	assert.Greater(t, attempts, 20)
}

// flowIn is two ends in an order that does not depend on their roles.
func flowIn(a, b netip.AddrPort) [2]netip.AddrPort {
	if b.Compare(a) < 0 {
		a, b = b, a
	}
	return [2]netip.AddrPort{a, b}
}

// restOnContent are the captures whose verdict needs the data of the answer, which a short snapshot length cuts off.
var restOnContent = []string{"answer-cut-off.pcap"}

// needed is the length of a packet of which more than 96 bytes are needed: an ICMPv6 error with two IPv6 headers.
var needed = map[string]int{"ping-no-host-6.pcap": 14 + 40 + 8 + 40 + 8}

// TestShortSnaplen cuts every packet to 96 bytes: the headers are enough.
func TestShortSnaplen(t *testing.T) {
	for name, data := range goldenCaptures(t) {
		if slices.Contains(restOnContent, name) || !strings.HasSuffix(name, ".pcap") {
			continue
		}
		snaplen := max(96, needed[name])
		assert.Equal(t, verdictsOfFile(t, data), verdictsOfFile(t, rewrite(t, data, snaplen, false)), name)
	}
}

// TestFormatDoesNotMatter converts pcap to pcapng.
func TestFormatDoesNotMatter(t *testing.T) {
	for name, data := range goldenCaptures(t) {
		if strings.HasSuffix(name, ".pcap") {
			assert.Equal(t, verdictsOfFile(t, data), verdictsOfFile(t, rewrite(t, data, 1<<16, true)), name)
		}
	}
}

func verdictsOfFile(t testing.TB, data []byte) []string {
	packets, payloads := readCapture(t, data)
	list, _ := diagnosed(packets, payloads, Options{})
	return outline(list)
}

// rewrite cuts the packets of a little-endian pcap with times in microseconds, or makes a pcapng of it.
func rewrite(t *testing.T, data []byte, snaplen int, ng bool) []byte {
	t.Helper()
	le := binary.LittleEndian
	require.EqualValues(t, 0xa1b2c3d4, le.Uint32(data))
	out := slices.Clone(data[:24])
	if ng {
		out = block(0x0a0d0d0a, le.AppendUint64(le.AppendUint64(nil, 0x000000011a2b3c4d), 1<<64-1))
		out = append(out, block(1, le.AppendUint64(nil, uint64(data[20])|uint64(data[21])<<8))...)
	}
	for data = data[24:]; len(data) > 0; {
		size, length := int(le.Uint32(data[8:])), le.Uint32(data[12:])
		frame := data[16 : 16+min(size, snaplen)]
		at := uint64(le.Uint32(data))*1e6 + uint64(le.Uint32(data[4:]))
		if ng {
			body := le.AppendUint32(nil, 0)
			for _, n := range []uint32{uint32(at >> 32), uint32(at), uint32(len(frame)), length} {
				body = le.AppendUint32(body, n)
			}
			out = append(out, block(6, append(body, frame...))...)
		} else {
			out = append(out, data[:8]...)
			out = le.AppendUint32(le.AppendUint32(out, uint32(len(frame))), length)
			out = append(out, frame...)
		}
		data = data[16+size:]
	}
	return out
}

// block is one block of a pcapng.
func block(kind uint32, body []byte) []byte {
	le := binary.LittleEndian
	body = append(body, make([]byte, -len(body)&3)...)
	size := uint32(len(body) + 12)
	return le.AppendUint32(append(le.AppendUint32(le.AppendUint32(nil, kind), size), body...), size)
}
