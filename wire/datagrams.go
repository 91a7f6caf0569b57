package wire

import (
	"fmt"
	"slices"
)

// DatagramCount is what a vantage point has seen of a service on UDP ports.
type DatagramCount struct {
	// Point is the vantage point.
	Point string `json:"point"`
	// ToService and FromService are the datagrams of the two directions, by their ports.
	ToService   int `json:"to_service"`
	FromService int `json:"from_service"`
	// Errors are the ICMP errors that quote a datagram to the service (RFC 792, RFC 4443 section 3).
	Errors int `json:"icmp_errors"`
}

// String is the count in a line.
func (c DatagramCount) String() string {
	return fmt.Sprintf("datagrams at %s: %d to the service, %d from it, %d ICMP errors about them", c.Point, c.ToService, c.FromService, c.Errors)
}

// protocolUDP is the number of UDP among IP's protocols (RFC 768).
const protocolUDP = 17

// Datagrams counts those to and from a service's ports. A datagram from one of the ports to another counts as one to the service.
func (t Trace) Datagrams(ports ...uint16) DatagramCount {
	count := DatagramCount{Point: t.Point}
	for i := range t.Packets {
		p := &t.Packets[i]
		switch {
		case p.Kind == KindUDP && slices.Contains(ports, p.DstPort):
			count.ToService++
		case p.Kind == KindUDP && slices.Contains(ports, p.SrcPort):
			count.FromService++
		case p.Kind == KindICMP && p.ICMP.IsError() && p.ICMP.HasQuote && p.ICMP.Quote.Protocol == protocolUDP && slices.Contains(ports, p.ICMP.Quote.Dst.Port()):
			count.Errors++
		}
	}
	return count
}
