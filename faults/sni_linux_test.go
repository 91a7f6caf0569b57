package faults

import (
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAClientHelloWithTheNameIsReset(t *testing.T) {
	const hello = "\x16\x03\x01\x00\x40 ... service.example ..."
	for _, v6 := range []bool{false, true} {
		frame := vnetFrame(t, v6, hello)
		asked := gopacket.NewPacket(frame[vnetHeader:], layers.LayerTypeEthernet, gopacket.Default)
		f, is := resets(frame, "service.example")
		require.True(t, is)
		there := asked.NetworkLayer().NetworkFlow()
		for _, c := range []struct {
			frame    []byte
			flow     gopacket.Flow
			link     gopacket.Flow
			seq, ack uint32
		}{{f.toSender, there.Reverse(), asked.LinkLayer().LinkFlow().Reverse(), 5000, 1000 + uint32(len(hello))},
			{f.toReceiver, there, asked.LinkLayer().LinkFlow(), 1000, 5000}} {
			packet := gopacket.NewPacket(c.frame[vnetHeader:], layers.LayerTypeEthernet, gopacket.Default)
			require.Nil(t, packet.ErrorLayer())
			tcp := packet.TransportLayer().(*layers.TCP)
			assert.Equal(t, []gopacket.Flow{c.link, c.flow}, []gopacket.Flow{packet.LinkLayer().LinkFlow(), packet.NetworkLayer().NetworkFlow()})
			assert.True(t, tcp.RST && tcp.ACK && !tcp.SYN && !tcp.FIN)
			assert.Equal(t, []uint32{c.seq, c.ack}, []uint32{tcp.Seq, tcp.Ack})
			checksum := tcp.Checksum
			require.NoError(t, tcp.SetNetworkLayerForChecksum(packet.NetworkLayer()))
			require.NoError(t, tcp.SerializeTo(gopacket.NewSerializeBuffer(), gopacket.SerializeOptions{ComputeChecksums: true}))
			assert.Equal(t, tcp.Checksum, checksum)
		}
	}
}

func TestWhatIsNoClientHelloWithTheNamePasses(t *testing.T) {
	for _, data := range []string{"\x16\x03\x01 other.example", "GET / HTTP/1.1\r\nHost: service.example\r\n", ""} {
		_, is := resets(vnetFrame(t, false, data), "service.example")
		assert.False(t, is, "%q", data)
	}
	whole := vnetFrame(t, false, "\x16\x03\x01 service.example")
	for n := range whole { // a frame that is cut short is no reason to panic
		_, is := resets(whole[:n], "service.example")
		assert.False(t, is, "%d bytes", n)
	}
}

func TestAConnectionIsDroppedFromTheClientHelloWithTheNameOn(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		d := &direction{Line: Line{DropName: "service.example"}, dropped: map[ends]bool{}}
		more, syn := vnetFrame(t, v6, "more"), vnetFrame(t, v6, "")
		segment, _ := segmentIn(syn)
		syn[segment.tcp+13] = 0x02
		assert.False(t, d.isDropped(vnetFrame(t, v6, "\x16\x03\x01 other.example")))
		assert.False(t, d.isDropped(more))
		assert.True(t, d.isDropped(vnetFrame(t, v6, "\x16\x03\x01 service.example")))
		assert.True(t, d.isDropped(more), "what follows")
		assert.False(t, d.isDropped(vnetFrame(t, !v6, "more")), "another connection")
		assert.False(t, d.isDropped(syn), "a new one on the same ports")
		assert.False(t, d.isDropped(more))
	}
}
