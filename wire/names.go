package wire

import (
	"github.com/google/gopacket/layers"

	"github.com/tcplab/tcplab/lang"
)

// This file names what is not decoded, and says where to capture instead.

// trait is what is known of packets that are not decoded.
type trait struct {
	name    lang.Text
	opaque  bool
	tunnel  bool
	instead lang.Text
}

// Where to capture instead.
var (
	insteadNetwork   = lang.Text{English: "capture on a network interface (tcpdump -D lists them)", Korean: "네트워크 인터페이스에서 캡처한다(tcpdump -D로 목록을 본다)"}
	insteadTunnel    = lang.Text{English: "capture on the tunnel's own interface, or behind the tunnel", Korean: "터널 자체의 인터페이스나 터널 뒤에서 캡처한다"}
	insteadWireGuard = lang.Text{English: "capture on the tunnel's own interface, or behind the tunnel (tcpdump -i wg0)",
		Korean: "터널 자체의 인터페이스나 터널 뒤에서 캡처한다(tcpdump -i wg0)"}
	insteadOpenVPN = lang.Text{English: "capture on the tunnel's own interface, or behind the tunnel (tcpdump -i tun0)",
		Korean: "터널 자체의 인터페이스나 터널 뒤에서 캡처한다(tcpdump -i tun0)"}
	insteadESP = lang.Text{English: "capture where IPsec is not applied yet: behind the gateway, or on its inner interface",
		Korean: "아직 IPsec이 적용되지 않은 곳에서 캡처한다: 게이트웨이 뒤나 그 안쪽 인터페이스"}
	insteadStation = lang.Text{English: "capture on the station itself, or decrypt with the network's key in Wireshark",
		Korean: "단말 자체에서 캡처하거나 Wireshark에서 네트워크의 키로 복호화한다"}
	insteadSnap     = lang.Text{English: "capture again with tcpdump -s 0", Korean: "tcpdump -s 0으로 다시 캡처한다"}
	insteadPPP      = lang.Text{English: "capture on the interface of the PPP link itself (ppp0)", Korean: "PPP 링크 자체의 인터페이스에서 캡처한다(ppp0)"}
	insteadExport   = lang.Text{English: "give the capture that they were exported from", Korean: "내보내기 전의 캡처를 준다"}
	insteadBand     = lang.Text{English: "capture on the IP interface of it (ib0)", Korean: "그 IP 인터페이스에서 캡처한다(ib0)"}
	insteadMACsec   = lang.Text{English: "capture on the interface above MACsec (macsec0)", Korean: "MACsec 위의 인터페이스에서 캡처한다(macsec0)"}
	insteadEthernet = lang.Text{English: "capture on Ethernet or on a raw IP interface", Korean: "Ethernet이나 raw IP 인터페이스에서 캡처한다"}
	insteadText     = lang.Text{English: "write a capture file with tcpdump -w FILE", Korean: "tcpdump -w FILE 명령으로 캡처 파일을 만든다"}
	// A filter such as "tcp port 80" reads the ports, which later fragments do not have.
	insteadFragments = lang.Text{English: "a filter on ports takes no fragment after the first: capture by host (tcpdump 'host A and host B'), where all fragments pass",
		Korean: "포트로 거르는 필터는 첫 번째 뒤의 단편을 담지 않는다: 모든 단편이 지나는 곳에서 호스트로 걸러 캡처한다(tcpdump 'host A and host B')"}
)

// linkTraits are link types that are no network, or are not decoded.
var linkTraits = map[linkType]trait{
	187: {name: lang.Same("Bluetooth HCI"), instead: insteadNetwork},
	189: {name: lang.Text{English: "USB of Linux", Korean: "Linux의 USB"}, instead: insteadNetwork},
	195: {name: lang.Same("IEEE 802.15.4"), instead: insteadNetwork},
	201: {name: lang.Same("Bluetooth HCI"), instead: insteadNetwork},
	215: {name: lang.Same("IEEE 802.15.4"), instead: insteadNetwork},
	220: {name: lang.Text{English: "USB of Linux", Korean: "Linux의 USB"}, instead: insteadNetwork},
	227: {name: lang.Same("CAN bus"), instead: insteadNetwork},
	230: {name: lang.Same("IEEE 802.15.4"), instead: insteadNetwork},
	231: {name: lang.Same("D-Bus"), instead: insteadNetwork},
	245: {name: lang.Same("NFC"), instead: insteadNetwork},
	249: {name: lang.Text{English: "USB of Windows (USBPcap)", Korean: "Windows의 USB(USBPcap)"}, instead: insteadNetwork},
	251: {name: lang.Same("Bluetooth Low Energy"), instead: insteadNetwork},
	253: {name: lang.Same("Netlink"), instead: insteadNetwork},
	254: {name: lang.Text{English: "Bluetooth of Linux", Korean: "Linux의 Bluetooth"}, instead: insteadNetwork},
	255: {name: lang.Same("Bluetooth BR/EDR"), instead: insteadNetwork},
	256: {name: lang.Same("Bluetooth Low Energy"), instead: insteadNetwork},
	266: {name: lang.Text{English: "USB of macOS", Korean: "macOS의 USB"}, instead: insteadNetwork},
	271: {name: lang.Text{English: "sockets of a virtual machine (vsock)", Korean: "가상 머신의 소켓(vsock)"}, instead: insteadNetwork},
	272: {name: lang.Same("Bluetooth Low Energy (Nordic)"), instead: insteadNetwork},
	283: {name: lang.Same("IEEE 802.15.4"), instead: insteadNetwork},
	288: {name: lang.Same("USB 2.0"), instead: insteadNetwork},
	293: {name: lang.Same("USB 2.0"), instead: insteadNetwork},
	294: {name: lang.Same("USB 2.0"), instead: insteadNetwork},
	295: {name: lang.Same("USB 2.0"), instead: insteadNetwork},
	252: {name: lang.Text{English: "layers exported by Wireshark", Korean: "Wireshark에서 내보낸 계층"}, opaque: true, instead: insteadExport},
	247: {name: lang.Same("InfiniBand"), opaque: true, instead: insteadBand},
}

// etherTraits are EtherTypes that carry no TCP, or hide it.
var etherTraits = map[uint16]trait{
	0x0842: {name: lang.Same("Wake-on-LAN")},
	0x22f0: {name: lang.Same("AVTP")},
	0x22f3: {name: lang.Same("TRILL"), opaque: true, tunnel: true, instead: insteadTunnel},
	0x6002: {name: lang.Same("DEC MOP")},
	0x8035: {name: lang.Text{English: "reverse ARP", Korean: "역방향 ARP"}},
	0x809b: {name: lang.Same("AppleTalk")},
	0x8137: {name: lang.Same("IPX")},
	0x8863: {name: lang.Text{English: "PPPoE discovery", Korean: "PPPoE 탐색"}},
	0x886c: {name: lang.Text{English: "Broadcom's link control", Korean: "Broadcom의 링크 제어"}},
	0x8870: {name: lang.Text{English: "jumbo LLC", Korean: "점보 LLC"}},
	0x888e: {name: lang.Same("EAPOL")},
	0x8892: {name: lang.Same("PROFINET")},
	0x88a2: {name: lang.Same("ATA over Ethernet")},
	0x88a4: {name: lang.Same("EtherCAT")},
	0x88b5: {name: lang.Text{English: "local experiments", Korean: "로컬 실험"}},
	0x88b8: {name: lang.Same("GOOSE")},
	0x88ba: {name: lang.Text{English: "sampled values of IEC 61850", Korean: "IEC 61850의 샘플 값"}},
	0x88cc: {name: lang.Same("LLDP")},
	0x88e1: {name: lang.Same("HomePlug")},
	0x88e5: {name: lang.Same("MACsec"), opaque: true, instead: insteadMACsec},
	0x88f7: {name: lang.Same("PTP")},
	0x8809: {name: lang.Text{English: "slow protocols (LACP)", Korean: "저속 프로토콜(LACP)"}},
	0x8902: {name: lang.Same("CFM")},
	0x8906: {name: lang.Same("Fibre Channel over Ethernet")},
	0x8914: {name: lang.Same("Fibre Channel over Ethernet")},
	0x8915: {name: lang.Same("RDMA over Ethernet")},
	0x894f: {name: lang.Same("NSH"), opaque: true, tunnel: true, instead: insteadTunnel},
	0x8999: {name: lang.Text{English: "Realtek's loop detection", Korean: "Realtek의 루프 감지"}},
	0x9000: {name: lang.Text{English: "loopback test", Korean: "루프백 시험"}},
}

// llcTraits are the service access points of IEEE 802.2.
var llcTraits = map[uint8]trait{0x42: {name: lang.Text{English: "spanning tree",
	Korean: "스패닝 트리"}}, 0xe0: {name: lang.Same("IPX")}, 0xf0: {name: lang.Same("NetBIOS")}, 0xfe: {name: lang.Same("IS-IS")}, 0xaa: {name: lang.Same("SNAP")}}

// protocolTraits are IP protocols, by IANA's numbers.
var protocolTraits = map[layers.IPProtocol]trait{
	2:   {name: lang.Same("IGMP")},
	8:   {name: lang.Same("EGP")},
	17:  {name: lang.Same("UDP")},
	50:  {name: lang.Same("ESP"), opaque: true, tunnel: true, instead: insteadESP},
	59:  {name: lang.Text{English: "no next header", Korean: "다음 헤더 없음"}},
	88:  {name: lang.Same("EIGRP")},
	89:  {name: lang.Same("OSPF")},
	94:  {name: lang.Text{English: "IP in IP of KA9Q", Korean: "KA9Q의 IP in IP"}, opaque: true, tunnel: true, instead: insteadTunnel},
	103: {name: lang.Same("PIM")},
	108: {name: lang.Same("IPComp"), opaque: true, tunnel: true, instead: insteadESP},
	112: {name: lang.Same("VRRP")},
	115: {name: lang.Text{English: "L2TP version 3", Korean: "L2TP 버전 3"}, opaque: true, tunnel: true, instead: insteadTunnel},
	132: {name: lang.Same("SCTP")},
	136: {name: lang.Same("UDP-Lite")},
}

// udpKind is what the data of UDP looks like, or its port says.
type udpKind uint8

const (
	udpPlain udpKind = iota // nothing is known of it but the port
	udpWireGuard
	udpESP
	udpIKE
	udpOpenVPN
	udpDTLS
	udpQUIC
	udpTraceroute
	udpUnreadTunnel // a tunnel that is decoded, but not what it carries here
)

var udpTraits = [...]trait{
	udpWireGuard:  {name: lang.Same("WireGuard"), opaque: true, tunnel: true, instead: insteadWireGuard},
	udpESP:        {name: lang.Text{English: "ESP within UDP", Korean: "UDP 안의 ESP"}, opaque: true, tunnel: true, instead: insteadESP},
	udpIKE:        {name: lang.Same("IKE")},
	udpOpenVPN:    {name: lang.Same("OpenVPN"), opaque: true, tunnel: true, instead: insteadOpenVPN},
	udpDTLS:       {name: lang.Same("DTLS"), opaque: true, tunnel: true, instead: insteadTunnel},
	udpQUIC:       {name: lang.Same("QUIC")},
	udpTraceroute: {name: lang.Text{English: "traceroute (UDP)", Korean: "경로 추적(traceroute, UDP)"}},
	udpUnreadTunnel: {name: lang.Text{English: "a tunnel with content that is not decoded", Korean: "내용이 해독되지 않은 터널"}, opaque: true, tunnel: true,
		instead: insteadTunnel},
}

// udpPorts are the ports of services that carry no TCP.
var udpPorts = map[uint16]string{53: "DNS", 67: "DHCP", 68: "DHCP", 69: "TFTP", 123: "NTP", 137: "NetBIOS", 138: "NetBIOS", 161: "SNMP", 162: "SNMP",
	319: "PTP", 320: "PTP", 443: "HTTP/3", 514: "syslog", 520: "RIP", 546: "DHCPv6", 547: "DHCPv6", 1812: "RADIUS", 1813: "RADIUS", 1900: "SSDP",
	3478: "STUN", 3702: "WS-Discovery", 5060: "SIP", 5353: "mDNS", 5355: "LLMNR", 6343: "sFlow", 2055: "NetFlow", 4739: "IPFIX", 17500: "Dropbox"}

// describe says what the packets with this gap are; hosts and counts are left to the caller.
func (g gap) describe() Unread {
	t := g.trait()
	return Unread{Obstacle: g.obstacle, Number: g.number, Name: t.name, Opaque: t.opaque, Tunnel: t.tunnel, Instead: t.instead}
}

func (g gap) trait() trait {
	switch g.obstacle {
	case ObstacleLink:
		return known(linkTraits[linkType(g.number)], somePackets, lang.Text{English: "link type %d", Korean: "링크 타입 %d"}.With(g.number), insteadEthernet)
	case ObstacleFrame:
		return frameTraits[g.number]
	case ObstacleEther:
		if g.number < etherLength {
			return known(llcTraits[uint8(g.number)], lang.Same("IEEE 802.2"), lang.Text{English: "service access point %#02x",
				Korean: "서비스 접근점 %#02x"}.With(g.number), lang.Text{})
		}
		return known(etherTraits[uint16(g.number)], lang.Text{English: "frames", Korean: "프레임"}, lang.Same("EtherType %#04x").With(g.number), lang.Text{})
	case ObstacleProtocol:
		return known(protocolTraits[layers.IPProtocol(g.number)], somePackets, lang.Text{English: "IP protocol %d", Korean: "IP 프로토콜 %d"}.With(g.number), lang.Text{})
	case ObstacleGRE:
		return trait{name: g.greName(), opaque: true, tunnel: true, instead: insteadTunnel}
	case ObstacleUDP:
		return g.udpTrait()
	case ObstacleCut:
		return trait{name: lang.Text{English: "packets cut within their headers by the snapshot length",
			Korean: "snapshot length 때문에 헤더 안에서 잘린 패킷"}, opaque: true, instead: insteadSnap}
	case ObstacleText:
		return trait{name: lang.Text{English: "packets of which the text does not tell enough", Korean: "텍스트가 충분히 알려 주지 않는 패킷"}, opaque: true, instead: insteadText}
	case ObstacleFragment:
		return fragmentTraits[g.number]
	}
	return trait{name: lang.Text{English: "packets with headers that cannot be", Korean: "있을 수 없는 헤더를 가진 패킷"}, opaque: true}
}

var fragmentTraits = [...]trait{
	fragmentsFollowed: {name: lang.Text{English: "IP fragments after the first", Korean: "첫 번째 뒤의 IP 단편"}},
	fragmentsAlone:    {name: lang.Text{English: "IP fragments without the first", Korean: "첫 번째가 없는 IP 단편"}, opaque: true, instead: insteadFragments},
	fragmentsOfWiFi:   {name: lang.Text{English: "802.11 fragments after the first", Korean: "첫 번째 뒤의 802.11 단편"}, opaque: true, instead: insteadStation},
	fragmentsLacking:  {name: lang.Text{English: "first fragments of IP packets without the rest", Korean: "나머지가 없는 IP 패킷의 첫 단편"}, instead: insteadFragments},
}

// known adds the number to a name; what has no name may carry anything.
func known(t trait, otherwise, number, instead lang.Text) trait {
	if t.name == (lang.Text{}) {
		t = trait{name: otherwise, opaque: true, instead: instead}
	}
	t.name = numbered.With(t.name, number)
	return t
}

// numbered is a name with its number.
var numbered = lang.Text{English: "%s (%s)", Korean: "%s(%s)"}

var somePackets = lang.Text{English: "packets", Korean: "패킷"}

func (g gap) greName() lang.Text {
	carries := lang.Text{English: "carries EtherType %#04x", Korean: "실린 것: EtherType %#04x"}.With(g.number)
	if !g.hasKey {
		return numbered.With(lang.Same("GRE"), carries)
	}
	return numbered.With(lang.Text{English: "GRE with key %#x", Korean: "키가 %#x인 GRE"}.With(g.key), carries)
}

func (g gap) udpTrait() trait {
	t := trait{name: lang.Same("UDP")}
	if g.tunnel != udpPlain {
		t = udpTraits[g.tunnel]
	} else if name := udpPorts[uint16(g.number)]; name != "" {
		t.name = lang.Same(name)
	} else if g.number >= 1024 { // nobody said what is on this port: it may be a tunnel
		t.opaque, t.instead = true, insteadTunnel
	}
	if g.number != 0 {
		t.name = numbered.With(t.name, lang.Text{English: "UDP port %d", Korean: "UDP 포트 %d"}.With(g.number))
	}
	return t
}

// The frames of 802.11 and PPP that carry no data that can be read.
const (
	frameWiFiControl uint32 = iota
	frameWiFiEncrypted
	framePPPControl
	framePPPCompressed
	framePPPEncrypted
)

var frameTraits = [...]trait{
	frameWiFiControl:   {name: lang.Text{English: "802.11 management and control frames", Korean: "802.11 관리 및 제어 프레임"}},
	frameWiFiEncrypted: {name: lang.Text{English: "encrypted 802.11 frames", Korean: "암호화된 802.11 프레임"}, opaque: true, instead: insteadStation},
	framePPPControl:    {name: lang.Text{English: "PPP control packets", Korean: "PPP 제어 패킷"}},
	framePPPCompressed: {name: lang.Text{English: "compressed PPP packets", Korean: "압축된 PPP 패킷"}, opaque: true, instead: insteadPPP},
	framePPPEncrypted:  {name: lang.Text{English: "encrypted PPP packets", Korean: "암호화된 PPP 패킷"}, opaque: true, instead: insteadPPP},
}
