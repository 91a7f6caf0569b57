// Package signature says what a connection attempt or an echo exchange looks like on the wire, as text in packetdrill's
// notation, and whether the packets of a capture look like that.
//
// A signature has one line for each packet expected:
//
//	+0       > S  seq 0 win !0 <mss 1460,...>
//	+0..0.05 < R. seq 0 ack 1 win 0
//
// Each line is TIME DIR FLAGS and, as far as they matter, the fields seq, ack, len, sent, win and the options; what is
// absent is not checked. Sequence numbers are relative to the initial ones, window is the field as sent, len the
// bytes of data, and sent how often the first of these has been sent until then: "sent !1" is data that is retransmitted.
//
// TIME is in seconds since the packet of the line before; on the first line there is none, and it is not checked.
//
//	+1.0     that gap, within the [Tolerance]
//	+0..0.5  within this range
//	+rto     the next gap of the schedule given to Match, within the tolerance: the n-th +rto line is the n-th gap.
//	         It counts from the segment that is retransmitted, whatever came between.
//	+any     not checked
//
// DIR is > from client to server, < from server to client; in a never line and in [ParsePacket] also * for either.
// An ICMP error travels towards the sender of the packet that it quotes.
//
// FLAGS are the letters F, S, R, P, U, E (ECE), W (CWR), A (AE) and . (ACK), and - for none. They must be exactly
// these; R* means RST and whatever else, * alone any segment.
//
// A field is seq 0, win !0 (anything but), len 1..1460 (a range, ends included). Options are listed in their order:
// mss 1460, sackOK, TS val 1 ecr 2, nop, wscale 7, sack 1:2, eol, opt 34 0xab (any other kind); a number may be
// left out, or be !0 or a range; a final "..." stands for any more options.
//
// An ICMP error is named alike for IPv4 and IPv6 (see [wire.ICMP.Name]):
//
//	+0..0.1 < icmp unreachable port from 203.0.113.10
//	+0..0.1 < icmp too-big mtu 1400
//
// "icmp" alone is any error, "icmp unreachable" any of that kind.
//
// An echo exchange (ping) has echo requests and replies; their one field is the sequence number as sent, which ping
// counts from 1:
//
//	+0       > icmp echo-request seq 1
//	+0..0.25 < icmp echo-reply seq 1
//
// A lookup ([wire.NameLookup]) has DNS messages in datagrams. An answer has the code by IANA's name, "tc" where it did not fit,
// and the number of records that it brings:
//
//	+0       > dns
//	+0..0.25 < dns NOERROR answers 1
//	+0..0.25 < dns NXDOMAIN
//
// Other lines:
//
//	? TIME DIR FLAGS ...   the packet may be absent
//	...                    any packets, or none
//	never DIR FLAGS ...    no such packet in the whole attempt, but for a RST once each side's FIN was acknowledged;
//	                       with never lines only, anything else may appear
//	none                   the only line: no packet at all
//	# a comment
package signature
