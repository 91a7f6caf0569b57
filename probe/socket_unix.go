//go:build linux || darwin

package probe

import (
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// openPing opens a socket for echo requests: a raw one, which sees ICMP errors, too; else one of the kind that needs
// no privilege (Linux, where net.ipv4.ping_group_range has the user's group; macOS).
func openPing(to netip.Addr) (conn net.PacketConn, raw bool, err error) {
	network, family, protocol := "ip4:icmp", unix.AF_INET, unix.IPPROTO_ICMP
	if to.Is6() {
		network, family, protocol = "ip6:ipv6-icmp", unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	conn, err = net.ListenPacket(network, "")
	if err == nil || !isDenied(err) {
		return conn, true, err
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM, protocol)
	if err != nil {
		return nil, false, err
	}
	unix.CloseOnExec(fd)
	file := os.NewFile(uintptr(fd), "ping socket")
	defer file.Close() // the connection has a descriptor of its own
	conn, err = net.FilePacketConn(file)
	return conn, false, err
}
