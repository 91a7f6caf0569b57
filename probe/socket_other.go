//go:build !linux && !darwin

package probe

import (
	"net"
	"net/netip"
)

// openPing opens a raw socket for echo requests.
func openPing(to netip.Addr) (conn net.PacketConn, raw bool, err error) {
	network := "ip4:icmp"
	if to.Is6() {
		network = "ip6:ipv6-icmp"
	}
	conn, err = net.ListenPacket(network, "")
	return conn, true, err
}
