package wire

import (
	"encoding/binary"
	"fmt"
	"io"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// segmentIn is a TCP segment, the last of a connection, cut into fragments before the given places of the packet's data.
func segmentIn(t testing.TB, v6 bool, size int, cuts ...int) [][]byte {
	data := binary.BigEndian.AppendUint32([]byte{0x9c, 0x40, 0x1f, 0x90}, 1000)
	data = append(binary.BigEndian.AppendUint32(data, 77), 5<<4, byte(FIN|PSH|ACK), 1, 0, 0, 0, 0, 0)
	for i := range size {
		data = append(data, byte(i))
	}
	var list [][]byte
	begin := 0
	for _, end := range append(cuts, len(data)) {
		more := end < len(data)
		part := gopacket.Payload(data[begin:end])
		if v6 {
			ip := ipv6(layers.IPProtocolIPv6Fragment)
			bits := uint16(begin)
			if more {
				bits |= 1
			}
			header := binary.BigEndian.AppendUint16([]byte{6, 0}, bits)
			list = append(list, serialize(t, ip, gopacket.Payload(append(binary.BigEndian.AppendUint32(header, 99), part...))))
		} else {
			ip := ipv4(layers.IPProtocolTCP)
			ip.Id, ip.FragOffset = 99, uint16(begin/8)
			if more {
				ip.Flags = layers.IPv4MoreFragments
			}
			list = append(list, serialize(t, ip, part))
		}
		begin = end
	}
	return list
}

// segmentsOf reads packets, and tells of each segment the number after the first data, its length, and whether it is final (F) or more follow (+); of what
// is no segment, a dash.
func segmentsOf(t testing.TB, packets [][]byte) (list []string) {
	f := newPcap(binary.LittleEndian, pcapMicroseconds, linkRaw)
	for i, data := range packets {
		f.record(uint32(i), 0, len(data), data)
	}
	r, err := NewReader(f)
	require.NoError(t, err)
	for {
		p, err := r.Next()
		if err == io.EOF {
			return list
		}
		require.NoError(t, err)
		if p.Kind != KindTCP {
			list = append(list, "-")
			assert.Empty(t, r.Payload(), "what is no segment has no data")
			continue
		}
		end := ""
		if p.TCP.Flags.Has(FIN) {
			end = "F"
		}
		if p.MoreFragments {
			end += "+"
		}
		list = append(list, fmt.Sprintf("%d:%d%s", p.TCP.Seq-1000, p.TCP.Payload, end))
		assert.Equal(t, []uint16{40000, 8080}, []uint16{p.SrcPort, p.DstPort})
		assert.Equal(t, uint32(77), p.TCP.Ack)
		if len(r.Payload()) > 0 {
			assert.Equal(t, byte(p.TCP.Seq-1000), r.Payload()[0], "the data of the fragment")
		}
	}
}

// TestEachFragmentOfASegmentIsASegmentOfItsOwnData: the FIN is behind the last of it.
func TestEachFragmentOfASegmentIsASegmentOfItsOwnData(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		parts := segmentIn(t, v6, 200, 80, 160)
		first, middle, last := parts[0], parts[1], parts[2]
		for name, c := range map[string]struct {
			packets [][]byte
			want    []string
		}{
			"all":                                  {[][]byte{first, middle, last}, []string{"0:60+", "60:80+", "140:60F"}},
			"the first without the rest":           {[][]byte{first}, []string{"0:60+"}},
			"the last is lost":                     {[][]byte{first, middle}, []string{"0:60+", "60:80+"}},
			"the last before the middle":           {[][]byte{first, last, middle}, []string{"0:60+", "140:60F", "60:80+"}},
			"the others before the first":          {[][]byte{middle, last, first}, []string{"-", "-", "0:200F"}},
			"the other way round":                  {[][]byte{last, middle, first}, []string{"-", "-", "0:200F"}},
			"the last before the first":            {[][]byte{last, first, middle}, []string{"-", "0:60+", "60:140F"}},
			"the middle before the first":          {[][]byte{middle, first, last}, []string{"-", "0:140+", "140:60F"}},
			"the first is lost":                    {[][]byte{middle, last}, []string{"-", "-"}},
			"of another packet":                    {[][]byte{first, carried(t, layers.IPProtocolUDP, zeros(40)), last}, []string{"0:60+", "-", "140:60F"}},
			"twice, as a router's two interfaces":  {[][]byte{first, first, last, last}, []string{"0:60+", "0:60+", "140:60F", "140:60F"}},
			"a header that is cut is no segment's": {segmentIn(t, v6, 200, 16), []string{"-", "-"}},
			"no fragments":                         {segmentIn(t, v6, 200), []string{"0:200F"}},
		} {
			assert.Equal(t, c.want, segmentsOf(t, c.packets), "%s, IPv6: %v", name, v6)
		}
	}
}
