package faults

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/lab/agent"
)

const claimUsage = "usage: tcplab host claim add|remove INTERFACE PREFIX..."

// claim gives an interface further addresses and announces them, or takes them away.
func claim(_ context.Context, s agent.Streams, args []string) error {
	if len(args) < 3 || args[0] != "add" && args[0] != "remove" {
		return agent.Usagef(claimUsage)
	}
	var prefixes []netip.Prefix
	for _, text := range args[2:] {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return agent.Usagef("%s", err)
		}
		prefixes = append(prefixes, p)
	}
	h, err := s.Namespace.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	link, err := h.LinkByName(args[1])
	if err != nil {
		return fmt.Errorf("interface %s: %w", args[1], err)
	}
	change := s.Namespace.AddAddr
	if args[0] == "remove" {
		change = s.Namespace.RemoveAddr
	}
	for _, p := range prefixes {
		if err := change(args[1], p); err != nil {
			return err
		}
	}
	if args[0] == "remove" {
		return nil
	}
	attrs := link.Attrs()
	return announceAddresses(s.Namespace, attrs.Index, attrs.HardwareAddr, prefixes)
}

// announceAddresses tells everybody on the link who has the addresses.
func announceAddresses(n *agent.Namespace, index int, mac net.HardwareAddr, prefixes []netip.Prefix) error {
	fd, err := n.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		return fmt.Errorf("open packet socket: %w (needs CAP_NET_RAW)", err)
	}
	for _, p := range prefixes {
		frame, err := announcement(mac, p.Addr())
		if err == nil {
			err = os.NewSyscallError("sendto", unix.Sendto(fd, frame, 0, &unix.SockaddrLinklayer{Ifindex: index}))
		}
		if err != nil {
			return errors.Join(fmt.Errorf("announce %s: %w", p.Addr(), err), unix.Close(fd))
		}
	}
	return os.NewSyscallError("close", unix.Close(fd))
}

// announcement is a frame that says who has an address: a gratuitous ARP reply (RFC 5227 section 3), or an unsolicited neighbour
// advertisement (RFC 4861 section 7.2.6).
func announcement(mac net.HardwareAddr, addr netip.Addr) ([]byte, error) {
	if addr.Is4() {
		const ethernet, reply = 1, 2
		packet := slices.Concat(bigEndian(ethernet), bigEndian(unix.ETH_P_IP), []byte{6, 4}, bigEndian(reply), mac, addr.AsSlice(), mac, addr.AsSlice())
		return slices.Concat([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, mac, bigEndian(unix.ETH_P_ARP), packet), nil
	}
	const override, targetLinkLayer = 0x20, 2
	everybody := netip.MustParseAddr("ff02::1")
	message := icmp.Message{Type: ipv6.ICMPTypeNeighborAdvertisement, Body: &icmp.RawBody{
		Data: slices.Concat([]byte{override, 0, 0, 0}, addr.AsSlice(), []byte{targetLinkLayer, 1}, mac)}}
	body, err := message.Marshal(icmp.IPv6PseudoHeader(addr.AsSlice(), everybody.AsSlice()))
	if err != nil {
		return nil, err
	}
	header := slices.Concat([]byte{0x60, 0, 0, 0}, binary.BigEndian.AppendUint16(nil, uint16(len(body))), []byte{unix.IPPROTO_ICMPV6, 255}, addr.AsSlice(), everybody.AsSlice())
	return slices.Concat([]byte{0x33, 0x33, 0, 0, 0, 1}, mac, bigEndian(unix.ETH_P_IPV6), header, body), nil
}

func init() {
	agent.Register("claim add|remove INTERFACE PREFIX...: take addresses that another machine may have and announce them, or give them up", claim)
}
