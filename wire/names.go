package wire

import (
	"fmt"

	"github.com/google/gopacket/layers"
)

// This file names what is not decoded, and says where to capture instead.

// trait is what is known of packets that are not decoded.
type trait struct {
	name    string
	opaque  bool
	tunnel  bool
	instead string
}

const (
	insteadNetwork = "capture on a network interface (tcpdump -D lists them)"
	insteadTunnel  = "capture on the tunnel's own interface, or behind the tunnel"
	insteadESP     = "capture where IPsec is not applied yet: behind the gateway, or on its inner interface"
	insteadStation = "capture on the station itself, or decrypt with the network's key in Wireshark"
	insteadSnap    = "capture again with tcpdump -s 0"
)

// linkTraits are link types that are no network, or are not decoded.
var linkTraits = map[linkType]trait{
	187: {name: "Bluetooth HCI", instead: insteadNetwork},
	189: {name: "USB of Linux", instead: insteadNetwork},
	195: {name: "IEEE 802.15.4", instead: insteadNetwork},
	201: {name: "Bluetooth HCI", instead: insteadNetwork},
	215: {name: "IEEE 802.15.4", instead: insteadNetwork},
	220: {name: "USB of Linux", instead: insteadNetwork},
	227: {name: "CAN bus", instead: insteadNetwork},
	230: {name: "IEEE 802.15.4", instead: insteadNetwork},
	231: {name: "D-Bus", instead: insteadNetwork},
	245: {name: "NFC", instead: insteadNetwork},
	249: {name: "USB of Windows (USBPcap)", instead: insteadNetwork},
	251: {name: "Bluetooth Low Energy", instead: insteadNetwork},
	253: {name: "Netlink", instead: insteadNetwork},
	254: {name: "Bluetooth of Linux", instead: insteadNetwork},
	255: {name: "Bluetooth BR/EDR", instead: insteadNetwork},
	256: {name: "Bluetooth Low Energy", instead: insteadNetwork},
	266: {name: "USB of macOS", instead: insteadNetwork},
	271: {name: "sockets of a virtual machine (vsock)", instead: insteadNetwork},
	272: {name: "Bluetooth Low Energy (Nordic)", instead: insteadNetwork},
	283: {name: "IEEE 802.15.4", instead: insteadNetwork},
	288: {name: "USB 2.0", instead: insteadNetwork},
	293: {name: "USB 2.0", instead: insteadNetwork},
	294: {name: "USB 2.0", instead: insteadNetwork},
	295: {name: "USB 2.0", instead: insteadNetwork},
	252: {name: "layers exported by Wireshark", opaque: true, instead: "give the capture that they were exported from"},
	247: {name: "InfiniBand", opaque: true, instead: "capture on the IP interface of it (ib0)"},
}

// etherTraits are EtherTypes that carry no TCP, or hide it.
var etherTraits = map[uint16]trait{
	0x0842: {name: "Wake-on-LAN"},
	0x22f0: {name: "AVTP"},
	0x22f3: {name: "TRILL", opaque: true, tunnel: true, instead: insteadTunnel},
	0x6002: {name: "DEC MOP"},
	0x8035: {name: "reverse ARP"},
	0x809b: {name: "AppleTalk"},
	0x8137: {name: "IPX"},
	0x8863: {name: "PPPoE discovery"},
	0x886c: {name: "Broadcom's link control"},
	0x8870: {name: "jumbo LLC"},
	0x888e: {name: "EAPOL"},
	0x8892: {name: "PROFINET"},
	0x88a2: {name: "ATA over Ethernet"},
	0x88a4: {name: "EtherCAT"},
	0x88b5: {name: "local experiments"},
	0x88b8: {name: "GOOSE"},
	0x88ba: {name: "sampled values of IEC 61850"},
	0x88cc: {name: "LLDP"},
	0x88e1: {name: "HomePlug"},
	0x88e5: {name: "MACsec", opaque: true, instead: "capture on the interface above MACsec (macsec0)"},
	0x88f7: {name: "PTP"},
	0x8809: {name: "slow protocols (LACP)"},
	0x8902: {name: "CFM"},
	0x8906: {name: "Fibre Channel over Ethernet"},
	0x8914: {name: "Fibre Channel over Ethernet"},
	0x8915: {name: "RDMA over Ethernet"},
	0x894f: {name: "NSH", opaque: true, tunnel: true, instead: insteadTunnel},
	0x8999: {name: "Realtek's loop detection"},
	0x9000: {name: "loopback test"},
}

// llcTraits are the service access points of IEEE 802.2.
var llcTraits = map[uint8]trait{0x42: {name: "spanning tree"}, 0xe0: {name: "IPX"}, 0xf0: {name: "NetBIOS"}, 0xfe: {name: "IS-IS"}, 0xaa: {name: "SNAP"}}

// protocolTraits are IP protocols, by IANA's numbers.
var protocolTraits = map[layers.IPProtocol]trait{
	2:   {name: "IGMP"},
	8:   {name: "EGP"},
	17:  {name: "UDP"},
	50:  {name: "ESP", opaque: true, tunnel: true, instead: insteadESP},
	59:  {name: "no next header"},
	88:  {name: "EIGRP"},
	89:  {name: "OSPF"},
	94:  {name: "IP in IP of KA9Q", opaque: true, tunnel: true, instead: insteadTunnel},
	103: {name: "PIM"},
	108: {name: "IPComp", opaque: true, tunnel: true, instead: insteadESP},
	112: {name: "VRRP"},
	115: {name: "L2TP version 3", opaque: true, tunnel: true, instead: insteadTunnel},
	132: {name: "SCTP"},
	136: {name: "UDP-Lite"},
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
	udpUnreadTunnel // a tunnel that is decoded, but not what it carries here
)

var udpTraits = [...]trait{
	udpWireGuard: {name: "WireGuard", opaque: true, tunnel: true, instead: insteadTunnel + " (tcpdump -i wg0)"},
	udpESP:       {name: "ESP within UDP", opaque: true, tunnel: true, instead: insteadESP},
	udpIKE:       {name: "IKE"},
	udpOpenVPN:   {name: "OpenVPN", opaque: true, tunnel: true, instead: insteadTunnel + " (tcpdump -i tun0)"},
	udpDTLS:      {name: "DTLS", opaque: true, tunnel: true, instead: insteadTunnel},
	udpQUIC:      {name: "QUIC"},
	udpUnreadTunnel: {name: "a tunnel with content that is not decoded", opaque: true, tunnel: true,
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
		return known(linkTraits[linkType(g.number)], "packets", fmt.Sprintf("link type %d", g.number), "capture on Ethernet or on a raw IP interface")
	case ObstacleFrame:
		return frameTraits[g.number]
	case ObstacleEther:
		if g.number < etherLength {
			return known(llcTraits[uint8(g.number)], "IEEE 802.2", fmt.Sprintf("service access point %#02x", g.number), "")
		}
		return known(etherTraits[uint16(g.number)], "frames", fmt.Sprintf("EtherType %#04x", g.number), "")
	case ObstacleProtocol:
		return known(protocolTraits[layers.IPProtocol(g.number)], "packets", fmt.Sprintf("IP protocol %d", g.number), "")
	case ObstacleGRE:
		return trait{name: "GRE" + g.greKey() + fmt.Sprintf(" (carries EtherType %#04x)", g.number), opaque: true, tunnel: true, instead: insteadTunnel}
	case ObstacleUDP:
		return g.udpTrait()
	case ObstacleCut:
		return trait{name: "packets cut within their headers by the snapshot length", opaque: true, instead: insteadSnap}
	case ObstacleText:
		return trait{name: "packets of which the text does not tell enough", opaque: true, instead: "write a capture file with tcpdump -w FILE"}
	case ObstacleFragment:
		return fragmentTraits[g.number]
	}
	return trait{name: "packets with headers that cannot be", opaque: true}
}

// insteadFragments: a filter such as "tcp port 80" reads the ports, which later fragments do not have.
const insteadFragments = "a filter on ports takes no fragment after the first: capture by host (tcpdump 'host A and host B'), where all fragments pass"

var fragmentTraits = [...]trait{
	fragmentsFollowed: {name: "IP fragments after the first"},
	fragmentsAlone:    {name: "IP fragments without the first", opaque: true, instead: insteadFragments},
	fragmentsOfWiFi:   {name: "802.11 fragments after the first", opaque: true, instead: insteadStation},
	fragmentsLacking:  {name: "first fragments of IP packets without the rest", instead: insteadFragments},
}

// known adds the number to a name; what has no name may carry anything.
func known(t trait, otherwise, number, instead string) trait {
	if t.name == "" {
		t = trait{name: otherwise, opaque: true, instead: instead}
	}
	t.name += " (" + number + ")"
	return t
}

func (g gap) greKey() string {
	if !g.hasKey {
		return ""
	}
	return fmt.Sprintf(" with key %#x", g.key)
}

func (g gap) udpTrait() trait {
	t := trait{name: "UDP"}
	if g.tunnel != udpPlain {
		t = udpTraits[g.tunnel]
	} else if name := udpPorts[uint16(g.number)]; name != "" {
		t.name = name
	} else if g.number >= 1024 { // nobody said what is on this port: it may be a tunnel
		t.opaque, t.instead = true, insteadTunnel
	}
	if g.number != 0 {
		t.name += fmt.Sprintf(" (UDP port %d)", g.number)
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
	frameWiFiControl:   {name: "802.11 management and control frames"},
	frameWiFiEncrypted: {name: "encrypted 802.11 frames", opaque: true, instead: insteadStation},
	framePPPControl:    {name: "PPP control packets"},
	framePPPCompressed: {name: "compressed PPP packets", opaque: true, instead: "capture on the interface of the PPP link itself (ppp0)"},
	framePPPEncrypted:  {name: "encrypted PPP packets", opaque: true, instead: "capture on the interface of the PPP link itself (ppp0)"},
}
