package wire

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/tcplab/tcplab/lang"
)

// Obstacle is what kept a packet from being decoded to a TCP segment, an ICMP message, an ARP packet, or an error.
type Obstacle uint8

// The obstacles.
const (
	obstacleNone      Obstacle = iota
	ObstacleLink               // a link type that is not decoded
	ObstacleFrame              // a frame of a known link type that carries no data that can be read, such as an encrypted one of 802.11
	ObstacleEther              // an EtherType that is not decoded
	ObstacleProtocol           // an IP protocol that is not decoded, such as ESP
	ObstacleGRE                // a GRE packet whose content is not decoded
	ObstacleUDP                // UDP: what it carries is not looked into, or is encrypted
	ObstacleCut                // the snapshot length cut the packet within its headers
	ObstacleFragment           // a fragment other than the first, which has the ports; or a first one that nothing follows
	ObstacleText               // lines of a text that do not tell enough of a packet
	ObstacleMalformed          // headers that cannot be
)

// Unread are packets of a capture of which nothing is known but what is said here: they are neither proof of a
// connection nor of its absence.
type Unread struct {
	Obstacle Obstacle
	// Number is libpcap's link type, the EtherType, the IP protocol, or the UDP port; of ObstacleGRE the EtherType in the
	// GRE header; of ObstacleCut how many bytes were captured of the longest packet.
	Number uint32
	// Name says what the packets are, such as "ESP (IP protocol 50)", "WireGuard (UDP port 51820)" or
	// "USB (link type 249)".
	Name lang.Text
	// Hosts are the two addresses of the IP header, the lower one first; they are not valid where no IP header was read,
	// or where there were too many hosts to count each pair.
	Hosts [2]netip.Addr
	// Opaque says that the packets may carry TCP within: they are encrypted, are a tunnel, were cut, or are not known at
	// all. ARP's relatives, DNS, and others that are known to carry none, are not opaque.
	Opaque bool
	// Tunnel says that what is within may have other addresses than Hosts.
	Tunnel bool
	// Instead says where or how to capture to see what is within, as the end of a sentence: "capture on the tunnel's own
	// interface (tcpdump -i wg0)". It is empty where there is nothing to see.
	Instead     lang.Text
	Packets     int64
	First, Last time.Time
}

// Inventory is what a capture holds besides what was decoded.
type Inventory struct {
	// Packets are all packets of the capture, Decoded those of kind TCP, ICMP, ARP, ND or DNS.
	Packets, Decoded int64
	// Unread is what was not decoded, the most packets first.
	Unread []Unread
}

// Hiding returns the entries that may hold packets between two hosts: opaque packets between the two, or with addresses
// that were not read, and tunnels, whatever their ends are. While it is not empty, the capture does not prove that a packet
// of the two is absent. A few frames that are damaged, or of an unknown EtherType, are a switch's own and hide nothing: those
// count where they are a tenth of all packets or more.
func (i Inventory) Hiding(a, b netip.Addr) []Unread {
	const few = 10
	var list []Unread
	hosts := sortedHosts(a.Unmap(), b.Unmap())
	for _, u := range i.Unread {
		nowhere := !u.Hosts[0].IsValid()
		odd := nowhere && (u.Obstacle == ObstacleEther || u.Obstacle == ObstacleMalformed) && u.Packets*few < i.Packets
		if u.Opaque && !odd && (u.Tunnel || nowhere || u.Hosts == hosts) {
			list = append(list, u)
		}
	}
	return list
}

// Opaque returns the entries that may carry TCP.
func (i Inventory) Opaque() []Unread {
	var list []Unread
	for _, u := range i.Unread {
		if u.Opaque {
			list = append(list, u)
		}
	}
	return list
}

func sortedHosts(a, b netip.Addr) [2]netip.Addr {
	if b.Less(a) {
		a, b = b, a
	}
	return [2]netip.Addr{a, b}
}

// gap is why one packet was not decoded. It is comparable, and points nowhere.
type gap struct {
	obstacle Obstacle
	tunnel   udpKind // of ObstacleUDP
	number   uint32
	key      uint32 // of GRE
	hasKey   bool
}

// maxUnread bounds what is remembered of a capture with many hosts.
const maxUnread = 1024

type unreadKey struct {
	gap   gap
	hosts [2]netip.Addr
}

type unreadCount struct {
	packets     int64
	first, last time.Time
}

// inventory counts while a capture is read.
type inventory struct {
	packets, decoded int64
	counts           map[unreadKey]*unreadCount
	key              unreadKey // of the latest packet, which most often is the next one's, too
	latest           *unreadCount
	longestCut       int
	fragments        fragments
}

// add counts a packet; g is the gap that was met, if any. Captured is how many of its bytes are there.
func (v *inventory) add(p *Packet, g gap, f fragment, captured int) {
	v.packets++
	if f.first || f.later {
		if part := v.addFragment(p, f); f.later && g.obstacle == ObstacleFragment && p.Kind == KindOther {
			g = part
		}
	}
	if p.Kind != KindOther && p.Kind != KindUDP {
		v.decoded++
		return
	}
	if g.obstacle == obstacleNone {
		g.obstacle = ObstacleMalformed
		if p.Truncated {
			g.obstacle = ObstacleCut
		}
	}
	if g.obstacle == ObstacleCut {
		v.longestCut = max(v.longestCut, captured)
	}
	key := unreadKey{g, sortedHosts(p.Src, p.Dst)}
	if v.latest == nil || key != v.key {
		v.key, v.latest = key, v.count(key)
	}
	v.latest.packets++
	v.latest.span(p.Time)
}

func (v *inventory) count(key unreadKey) *unreadCount {
	c := v.counts[key]
	if c == nil && len(v.counts) >= maxUnread {
		key.hosts = [2]netip.Addr{}
		if key.gap.obstacle == ObstacleUDP && key.gap.tunnel == udpPlain {
			key.gap.number = 0
		}
		c = v.counts[key]
	}
	if c == nil {
		if v.counts == nil {
			v.counts = map[unreadKey]*unreadCount{}
		}
		c = new(unreadCount)
		v.counts[key] = c
	}
	return c
}

func (c *unreadCount) span(at time.Time) {
	if at.IsZero() {
		return
	}
	if c.first.IsZero() || at.Before(c.first) {
		c.first = at
	}
	if at.After(c.last) {
		c.last = at
	}
}

// Inventory is what the packets read so far held besides what was decoded.
func (r *Reader) Inventory() Inventory {
	v := &r.inventory
	i := Inventory{Packets: v.packets, Decoded: v.decoded}
	for key, c := range v.counts {
		if c.packets <= 0 { // fragments that were found to be something else
			continue
		}
		u := key.gap.describe()
		if key.gap.obstacle == ObstacleCut {
			u.Number = uint32(v.longestCut)
			u.Name = lang.Text{English: "%s (after %d bytes)", Korean: "%s(%d바이트 다음)"}.With(u.Name, v.longestCut)
		}
		u.Hosts, u.Packets, u.First, u.Last = key.hosts, c.packets, c.first, c.last
		i.Unread = append(i.Unread, u)
	}
	i.sort()
	return i
}

// Add counts another capture in.
func (i *Inventory) Add(o Inventory) {
	i.Packets += o.Packets
	i.Decoded += o.Decoded
	for _, u := range o.Unread {
		at := slices.IndexFunc(i.Unread, func(v Unread) bool { return v.Name == u.Name && v.Hosts == u.Hosts })
		if at < 0 {
			i.Unread = append(i.Unread, u)
			continue
		}
		v := &i.Unread[at]
		v.Packets += u.Packets
		if u.First.Before(v.First) {
			v.First = u.First
		}
		if u.Last.After(v.Last) {
			v.Last = u.Last
		}
	}
	i.sort()
}

func (i *Inventory) sort() {
	slices.SortFunc(i.Unread, func(a, b Unread) int {
		return cmp.Or(cmp.Compare(b.Packets, a.Packets), a.First.Compare(b.First), cmp.Compare(a.Name.English, b.Name.English), a.Hosts[0].Compare(b.Hosts[0]),
			a.Hosts[1].Compare(b.Hosts[1]))
	})
}
