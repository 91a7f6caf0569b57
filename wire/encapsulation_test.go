package wire

import (
	"bytes"
	"encoding/binary"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sample is the same SYN behind some header.
type sample struct {
	link linkType
	data []byte
	// blind says that tshark does not find the SYN by itself: it takes a preference, or knows the header not at all.
	blind bool
}

func le32(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }
func le16(n uint16) []byte { return binary.LittleEndian.AppendUint16(nil, n) }

// wifi is an 802.11 data frame of QoS, from a station, with what is given behind its header.
func wifi(parts ...[]byte) []byte {
	return append(joined([]byte{0x88, 1}, zeros(22), []byte{0, 0}), joined(parts...)...)
}

// attribute is one of NFLOG's.
func attribute(order binary.ByteOrder, kind uint16, value []byte) []byte {
	b := make([]byte, 4, 4+len(value))
	order.PutUint16(b, uint16(4+len(value)))
	order.PutUint16(b[2:], kind)
	return append(append(b, value...), zeros(-len(value)&3)...)
}

func captureHeaders(t testing.TB) map[string]sample {
	ip, frame := synPacket4(t), synFrame(t)
	pktap := joined(le32(108), le32(1), le32(1), []byte("en0"), zeros(93))
	radiotap := joined([]byte{0, 0, 9, 0}, le32(1<<1), []byte{0x20})
	radiotapTimed := joined([]byte{0, 0, 25, 0}, le32(1<<0|1<<1|1<<31), le32(0), zeros(4), zeros(8), []byte{0x20})
	padded := joined([]byte{0x88, 1}, zeros(22), []byte{0, 0}, zeros(2), snap, ip)
	prism := joined([]byte{0x44, 0, 0, 0}, le32(144), zeros(136))
	avs := joined([]byte{0x80, 0x21, 0x10, 1, 0, 0, 0, 64}, zeros(56))
	return map[string]sample{
		"PKTAP":                        {link: linkPKTAP, data: joined(pktap, frame)},
		"PKTAP of older macOS":         {link: linkUser2, data: joined(pktap, frame), blind: true},
		"PPI":                          {link: linkPPI, data: joined([]byte{0, 0}, le16(8), le32(105), wifi(snap, ip))},
		"PPI with Ethernet":            {link: linkPPI, data: joined([]byte{0, 0}, le16(8), le32(1), frame)},
		"radiotap, padded":             {link: linkRadiotap, data: joined(radiotap, padded)},
		"radiotap, timed":              {link: linkRadiotap, data: joined(radiotapTimed, padded)},
		"802.11, HT control":           {link: link80211, data: joined([]byte{0x88, 0x81}, zeros(22), zeros(6), snap, ip)},
		"Prism":                        {link: linkPrism, data: joined(prism, wifi(snap, ip))},
		"AVS":                          {link: linkAVS, data: joined(avs, wifi(snap, ip))},
		"NFLOG":                        {link: linkNFLOG, data: joined([]byte{2, 0, 0, 0}, attribute(binary.LittleEndian, 10, []byte("p\x00")), attribute(binary.LittleEndian, 9, ip))},
		"NFLOG of big-endian machines": {link: linkNFLOG, data: joined([]byte{2, 0, 0, 0}, attribute(be, 10, []byte("p\x00")), attribute(be, 9, ip)), blind: true},
		"Cisco HDLC within PPP":        {link: linkPPPHDLC, data: joined([]byte{0x0f, 0, 8, 0}, ip)},
		"MPLS within PPP":              {link: linkPPP, data: joined([]byte{0x02, 0x81, 0, 1, 1, 64}, ip)},
		"PPP with direction":           {link: linkPPPDir, data: joined([]byte{1, 0xff, 3, 0, 0x21}, ip)},
		"HDLC with direction":          {link: linkHDLCDir, data: joined([]byte{1, 0x0f, 0, 8, 0}, ip), blind: true},
		"Frame Relay":                  {link: linkFrameRelay, data: joined([]byte{0x18, 0x41, 3, 0xcc}, ip)},
		"Frame Relay with SNAP":        {link: linkFrameRelay, data: joined([]byte{0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0}, ip)},
		"Frame Relay of Cisco":         {link: linkFrameRelay, data: joined([]byte{0x18, 0x41, 8, 0}, ip)},
		"MPLS":                         {link: linkMPLS, data: joined([]byte{0, 1, 1, 64}, ip), blind: true},
		"pseudowire":                   {link: linkEthernet, data: joined(zeros(12), []byte{0x88, 0x47, 0, 1, 1, 64}, zeros(4), frame), blind: true},
		"pseudowire, no control word":  {link: linkEthernet, data: joined(zeros(12), []byte{0x88, 0x47, 0, 1, 1, 64}, frame), blind: true},
		"802.1ah":                      {link: linkEthernet, data: joined(zeros(12), []byte{0x88, 0xe7, 0, 0, 0, 7}, frame)},
		"VN-tag":                       {link: linkEthernet, data: joined(zeros(12), []byte{0x89, 0x26, 0, 0, 0, 0, 8, 0}, ip)},
		"802.1BR":                      {link: linkEthernet, data: joined(zeros(12), []byte{0x89, 0x3f}, zeros(6), []byte{8, 0}, ip)},
		"Cisco MetaData":               {link: linkEthernet, data: joined(zeros(12), []byte{0x89, 0x09, 1, 1, 0, 1, 0, 7, 8, 0}, ip)},
		"OpenBSD enc":                  {link: linkEnc, data: joined(le32(2), zeros(8), ip)},
		"Solaris IPNET":                {link: linkIPNET, data: joined([]byte{1, 2, 0, 0}, zeros(20), ip), blind: true},
		"SunATM":                       {link: linkSunATM, data: joined([]byte{2, 0, 0, 5}, snap, ip)},
	}
}

func tunnels(t testing.TB) map[string]sample {
	inner4, inner6, frame := synPacket4(t), synPacket6(t), synFrame(t)
	raw := func(data []byte) sample { return sample{link: linkRaw, data: data} }
	blind := func(data []byte) sample { return sample{link: linkRaw, data: data, blind: true} }
	gre := func(parts ...[]byte) []byte { return carried(t, layers.IPProtocolGRE, parts...) }
	udp := func(port layers.UDPPort, parts ...[]byte) []byte {
		return datagram(t, 50000, port, joined(parts...)...)
	}
	erspan3 := joined([]byte{0x10, 0, 0x22, 0xeb, 0, 0, 0, 1}, []byte{0x20, 1, 0, 0}, zeros(6))
	vxlan, gpe := []byte{8, 0, 0, 0, 0, 0, 7, 0}, []byte{0x0c, 0, 0, 0, 0, 0, 7, 0}
	inGPE := func(kind byte) []byte { h := bytes.Clone(gpe); h[3] = kind; return h }
	ah6 := ipv6(layers.IPProtocolAH)
	return map[string]sample{
		"ERSPAN I":             raw(gre([]byte{0, 0, 0x88, 0xbe}, frame)),
		"ERSPAN II":            raw(gre([]byte{0x10, 0, 0x88, 0xbe, 0, 0, 0, 7}, []byte{0x10, 1}, zeros(6), frame)),
		"ERSPAN III":           raw(gre(erspan3, []byte{0, 0}, frame)),
		"ERSPAN III, more":     raw(gre(erspan3, []byte{0, 1}, zeros(8), frame)),
		"ERSPAN III with IP":   blind(gre(erspan3, []byte{2 << 2, 0}, inner4)),
		"Aruba":                blind(gre([]byte{0, 0, 0x82, 0x10}, wifi(snap, inner4))),
		"PPP within GRE":       raw(gre([]byte{0, 0, 0x88, 0x0b}, []byte{0xff, 3, 0, 0x21}, inner4)),
		"WCCP":                 raw(gre([]byte{0, 0, 0x88, 0x3e}, inner4)),
		"WCCP 2":               blind(gre([]byte{0, 0, 0x88, 0x3e}, zeros(4), inner4)),
		"AH":                   raw(carried(t, layers.IPProtocolAH, []byte{6, 4}, zeros(22), inner4[20:])),
		"AH of IPv6":           raw(serialize(t, ah6, gopacket.Payload(joined([]byte{6, 4}, zeros(22), inner6[40:])))),
		"AH with a tunnel":     raw(carried(t, layers.IPProtocolAH, []byte{4, 4}, zeros(22), inner4)),
		"EtherIP":              raw(carried(t, layers.IPProtocolEtherIP, []byte{0x30, 0}, frame)),
		"MPLS within IP":       raw(carried(t, layers.IPProtocolMPLSInIP, []byte{0, 1, 1, 64}, inner4)),
		"VXLAN":                raw(udp(portVXLAN, vxlan, frame)),
		"VXLAN of flannel":     blind(udp(8472, vxlan, frame)),
		"VXLAN on any port":    blind(udp(12345, vxlan, frame)),
		"VXLAN with policy":    blind(udp(12345, []byte{0x88, 0, 0, 9, 0, 0, 7, 0}, frame)),
		"GPE with IPv4":        raw(udp(portVXLANGPE, inGPE(1), inner4)),
		"GPE with IPv6":        raw(udp(portVXLANGPE, inGPE(2), inner6)),
		"GPE with Ethernet":    raw(udp(portVXLANGPE, inGPE(3), frame)),
		"GPE with NSH":         raw(udp(portVXLANGPE, inGPE(4), []byte{0, 6, 1, 1, 0, 0, 0, 1}, zeros(16), inner4)),
		"GTP-U":                raw(udp(portGTPU, []byte{0x30, 255, 0, byte(len(inner4)), 0, 0, 0, 7}, inner4)),
		"GTP-U, numbered":      raw(udp(portGTPU, []byte{0x32, 255, 0, byte(len(inner4) + 4), 0, 0, 0, 7, 0, 1, 0, 0}, inner4)),
		"GTP-U, extended":      raw(udp(portGTPU, []byte{0x34, 255, 0, byte(len(inner4) + 8), 0, 0, 0, 7, 0, 0, 0, 0x85, 1, 0x10, 1, 0}, inner4)),
		"GTP-U with Ethernet":  blind(udp(portGTPU, []byte{0x30, 255, 0, byte(len(frame)), 0, 0, 0, 7}, frame)),
		"TZSP":                 raw(udp(portTZSP, []byte{1, 0, 0, 1, 10, 1, 0xcc, 0, 1}, frame)),
		"TZSP with 802.11":     blind(udp(portTZSP, []byte{1, 0, 0, 18, 1}, wifi(snap, inner4))),
		"GRE within UDP":       raw(udp(portGREInUDP, []byte{0, 0, 8, 0}, inner4)),
		"AYIYA":                raw(udp(portAYIYA, []byte{0x44, 0x52, 0x11, 41}, zeros(4), zeros(16), zeros(20), inner6)),
		"L2TP":                 raw(udp(portL2TP, []byte{0x40, 2, 0, byte(12 + len(inner4)), 0, 1, 0, 2, 0xff, 3, 0, 0x21}, inner4)),
		"L2TP, numbered":       raw(udp(portL2TP, []byte{8, 2, 0, 1, 0, 2, 0, 0, 0, 0, 0xff, 3, 0, 0x21}, inner4)),
		"Teredo":               raw(udp(portTeredo, zeros(8), inner6)),
		"LISP":                 raw(udp(portLISP, []byte{0x08, 0, 0, 0, 0, 0, 7, 0}, inner4)),
		"MPLS within UDP":      raw(udp(portMPLS, []byte{0, 1, 1, 64}, inner4)),
		"CAPWAP with Ethernet": raw(udp(portCAPWAP, []byte{0, 0x10, 0x02, 0, 0, 0, 0, 0}, frame)),
		"CAPWAP with 802.11":   blind(udp(portCAPWAP, []byte{0, 0x10, 0x03, 0, 0, 0, 0, 0}, wifi(snap, inner4))),
	}
}

func TestEncapsulations(t *testing.T) {
	for _, cases := range []map[string]sample{captureHeaders(t), tunnels(t)} {
		for name, c := range cases {
			assertSYN(t, decodeOne(c.link, c.data), name)
			for n := range c.data { // cut anywhere: no panic
				decodeOne(c.link, c.data[:n])
			}
		}
	}
}

// TestEncapsulationsByTshark has another program look for the SYN behind the headers that the test made up.
func TestEncapsulationsByTshark(t *testing.T) {
	needTshark(t)
	for _, cases := range []map[string]sample{captureHeaders(t), tunnels(t)} {
		f := newPcapng(binary.LittleEndian)
		var names []string
		for _, name := range slices.Sorted(maps.Keys(cases)) {
			if c := cases[name]; !c.blind {
				f.iface(c.link, 0)
				f.enhanced(uint32(len(names)), uint64(len(names)), len(c.data), c.data)
				names = append(names, name)
			}
		}
		file := filepath.Join(t.TempDir(), "samples.pcapng")
		require.NoError(t, os.WriteFile(file, f.Bytes(), 0o600))
		out, err := exec.CommandContext(t.Context(), "tshark", "-n", "-r", file, "-T", "fields", "-e", "frame.number", "-e", "tcp.srcport").Output()
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		require.Len(t, lines, len(names))
		for i, line := range lines {
			assert.True(t, strings.HasSuffix(line, "\t40000"), "%s: tshark says %q", names[i], line)
		}
	}
}

// An A-MSDU carries several packets: each is read, and has the number of the frame.
func TestAggregatedFrame(t *testing.T) {
	subframe := func(parts ...[]byte) []byte {
		data := joined(parts...)
		b := append(zeros(12), byte(len(data)>>8), byte(len(data)))
		return append(b, data...)
	}
	first, second, third := subframe(snap, synPacket4(t)), subframe(snap, synPacket6(t)), subframe(snap, carried(t, layers.IPProtocolESP, zeros(8)))
	pad := func(b []byte) []byte { return append(b, zeros(-len(b)&3)...) }
	frame := joined([]byte{0x88, 1}, zeros(22), []byte{0x80, 0}, pad(first), pad(second), third)
	f := newPcap(binary.LittleEndian, pcapMicroseconds, link80211)
	f.record(1, 0, len(frame), frame)
	f.record(2, 0, len(frame), frame[:len(frame)-30])
	r, err := NewReader(bytes.NewReader(f.Bytes()))
	require.NoError(t, err)
	for _, want := range []struct {
		frame int
		kind  Kind
		v6    bool
	}{{1, KindTCP, false}, {1, KindTCP, true}, {1, KindOther, false}, {2, KindTCP, false}, {2, KindTCP, true}, {2, KindOther, false}} {
		p, err := r.Next()
		require.NoError(t, err)
		assert.Equal(t, want.frame, p.Frame)
		assert.Equal(t, want.kind, p.Kind)
		if want.kind == KindTCP {
			assert.Equal(t, want.v6, p.Src.Is6())
			assert.Equal(t, "data", string(r.Payload()))
		}
	}
	assert.EqualValues(t, 6, r.Inventory().Packets)
	// One that is cut behind its first subframe has no more.
	assert.Equal(t, span{}, decode(&Packet{Length: 999}, link80211, joined([]byte{0x88, 1}, zeros(22), []byte{0x80, 0}, first)).rest)
}

// What only looks like a tunnel stays what it is.
func TestNoTunnel(t *testing.T) {
	frame := synFrame(t)
	for name, data := range map[string][]byte{
		"no such flags":   joined([]byte{9, 0, 0, 0, 0, 0, 7, 0}, frame),
		"reserved bits":   joined([]byte{8, 0, 0, 1, 0, 0, 7, 0}, frame),
		"reserved byte":   joined([]byte{8, 0, 0, 0, 0, 0, 7, 1}, frame),
		"no Ethernet":     joined([]byte{8, 0, 0, 0, 0, 0, 7, 0}, zeros(60)),
		"no IP within it": joined([]byte{8, 0, 0, 0, 0, 0, 7, 0}, frame[:14], zeros(40)),
	} {
		p := decodeOne(linkRaw, datagram(t, 50000, 12345, data...))
		assert.Equal(t, KindUDP, p.Kind, name)
		assert.EqualValues(t, 12345, p.DstPort, name)
		assert.Equal(t, client4, p.Src, name)
	}
	for _, port := range []layers.UDPPort{portL2TP, portGTPU, portTeredo, portLISP, portGREInUDP, portVXLAN, portVXLANGPE, portAYIYA, portCAPWAP,
		portGeneve, portMPLS, portTZSP} {
		p := decodeOne(linkRaw, datagram(t, 50000, port, bytes.Repeat([]byte{0xff}, 60)...))
		assert.Equal(t, KindUDP, p.Kind, port)
		assert.EqualValues(t, port, p.DstPort, port)
	}
}
