package diagnose

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// outers are headers of tunnels, without what depends on the length of what is within.
var outers = map[string]func(inner []byte) []byte{
	"VXLAN": func(inner []byte) []byte {
		be := binary.BigEndian
		udp := be.AppendUint16([]byte{0xc3, 0x50, 0x12, 0xb5}, uint16(8+8+len(inner))) // to port 4789
		udp = append(udp, 0, 0, 8, 0, 0, 0, 0, 0, 42, 0)
		return outerIP(17, append(udp, inner...))
	},
	"GRE with Ethernet within": func(inner []byte) []byte { return outerIP(47, append([]byte{0, 0, 0x65, 0x58}, inner...)) },
	"ERSPAN II": func(inner []byte) []byte {
		return outerIP(47, append([]byte{0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 1, 0, 0, 0, 0}, inner...))
	},
}

// outerIP is an Ethernet frame with an IPv4 packet between two other hosts.
func outerIP(protocol byte, payload []byte) []byte {
	frame := []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0}
	frame = binary.BigEndian.AppendUint16(frame, uint16(20+len(payload)))
	frame = append(frame, 0, 7, 0x40, 0, 61, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2)
	return append(frame, payload...)
}

// TestATunnelAroundItChangesNoVerdict wraps the frames of each golden capture of Ethernet.
func TestATunnelAroundItChangesNoVerdict(t *testing.T) {
	const ethernet = 1
	wrapped := 0
	for file, data := range goldenCaptures(t) {
		if !strings.HasSuffix(file, ".pcap") || data[20] != ethernet {
			continue
		}
		want := verdictsOfFile(t, data)
		for name, around := range outers {
			assert.Equal(t, want, verdictsOfFile(t, rewrap(data, around)), "%s in %s", file, name)
			wrapped++
		}
	}
	assert.Greater(t, wrapped, 30)
}

// rewrap puts each packet of a little-endian pcap into a tunnel.
func rewrap(data []byte, around func([]byte) []byte) []byte {
	le := binary.LittleEndian
	out := slices.Clone(data[:24])
	for data = data[24:]; len(data) > 0; {
		size, length := int(le.Uint32(data[8:])), le.Uint32(data[12:])
		frame := around(data[16 : 16+size])
		out = append(out, data[:8]...)
		out = le.AppendUint32(out, uint32(len(frame)))
		out = le.AppendUint32(out, uint32(len(frame))+length-uint32(size))
		out = append(out, frame...)
		data = data[16+size:]
	}
	return out
}
