package harness

import "github.com/tcplab/tcplab/wire"

// untilClosed are an attempt's packets up to the end of an orderly close: both sides have sent FIN, and both FINs are acknowledged. An
// acknowledgment that comes after that, because another processor sends it later than the FIN that it preceded, is answered with a
// duplicate one and this with RST, because the connection is gone (RFC 9293 section 3.10.7.1). That is the machine's doing, and says
// nothing of a failure. Data, SYN or FIN after the close are no such thing, and all is kept.
func untilClosed(a *wire.Attempt) []wire.Packet {
	end := closedAt(a)
	for i := range a.Packets[end:] {
		p := &a.Packets[end+i]
		if p.Kind != wire.KindTCP || p.TCP.Payload > 0 || p.TCP.Flags&(wire.SYN|wire.FIN) != 0 {
			return a.Packets
		}
	}
	return a.Packets[:end]
}

// closedAt is the number of packets up to the one with which the close is complete; all of them where it is not.
func closedAt(a *wire.Attempt) int {
	var finished, acknowledged [2]bool // by side: the server's, the client's
	var after [2]uint32                // the sequence number after the FIN
	for i := range a.Packets {
		p := &a.Packets[i]
		if p.Kind != wire.KindTCP {
			continue
		}
		from := 0
		if a.FromClient(p) {
			from = 1
		}
		if p.TCP.Flags.Has(wire.FIN) {
			finished[from], after[from] = true, p.TCP.Seq+uint32(p.TCP.Payload)+1
		}
		if p.TCP.Flags.Has(wire.ACK) && finished[1-from] && int32(p.TCP.Ack-after[1-from]) >= 0 {
			acknowledged[1-from] = true
		}
		if acknowledged == [2]bool{true, true} {
			return i + 1
		}
	}
	return len(a.Packets)
}
