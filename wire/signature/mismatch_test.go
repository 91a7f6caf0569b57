package signature

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

const synText = "> S  seq 0 win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>"

// mismatches are signatures, attempts that do not match them, and the text that says so.
var mismatches = map[string]struct {
	want    string
	attempt wire.Attempt
	packet  int
	text    string
}{
	"another packet": {"+0 > S\n+0..0.05 < R.", v4.unanswered(1.012), 2, `
  want              got
  +0 > S            +0.000 > S
! +0..0.05 < R.     +1.012 > S
packet 2 is a SYN from the client, a RST-ACK from the server was expected
packets seen:
  +0.000 ` + synText + `
  +1.012 ` + synText + `
`},
	"not sent again": {"+0 > S\n...\n+any > . len 50 sent 1", v4.resent(), 6, `
  want                    got
  +0 > S                  +0.000 > S
  ...                     (4 packets)
! +any > . len 50 sent 1  +0.001 > . len 50 sent 2
packet 6 has sent 2, sent 1 was expected
packets seen:
  +0.000 ` + synText + `
  +0.000 < S. seq 0 ack 1 win 65160 <mss 1460>
  +0.000 > .  seq 1 ack 1 win 502
  +0.001 > .  seq 1 ack 1 len 100 win 502
  +0.001 > .  seq 101 ack 1 len 100 win 502
  +0.001 > .  seq 51 ack 1 len 50 sent 2 win 502
`},
	"late": {"+0 > S\n+0..0.05 < R.", v4.refused(1.012), 2, `
  want              got
  +0 > S            +0.000 > S
! +0..0.05 < R.     +1.012 < R.
packet 2 came 1.012 s after packet 1, at most 0.05 s was allowed
packets seen:
  +0.000 ` + synText + `
  +1.012 < R. seq 0 ack 1 win 0
`},
	"early retransmission, long lines": {"+0 > S seq 0 win !0 <mss 1460,...>\n+rto > S seq 0", v6.unanswered(0.5), 2, `
  want                                got
  +0 > S seq 0 win !0 <mss 1460,...>  +0.000 > S seq 0 win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>
! +rto > S seq 0                      +0.500 > S seq 0
packet 2 came 0.500 s after packet 1, at least 0.98 s was expected (gap 1 of the schedule is 1 s)
packets seen:
  +0.000 ` + synText + `
  +0.500 ` + synText + `
`},
	"no more gaps": {"+0 > S\n+rto > S\n+rto > S\n+rto > S\n+rto > S", v4.unanswered(1, 3, 7, 15), 5, `
  want              got
  +0 > S            +0.000 > S
  +rto > S          +1.000 > S
  +rto > S          +2.000 > S
  +rto > S          +4.000 > S
! +rto > S          +8.000 > S
the schedule has 3 gaps, but this is +rto line 4
packets seen:
  +0.000 ` + synText + `
  +1.000 ` + synText + `
  +2.000 ` + synText + `
  +4.000 ` + synText + `
  +8.000 ` + synText + `
`},
	"a field": {"+0 > S win 0", v4.unanswered(), 1, `
  want              got
! +0 > S win 0      +0.000 > S win 64240
packet 1 has win 64240, win 0 was expected
packets seen:
  +0.000 ` + synText + `
`},
	"options": {"+0 > S <mss 1400,...>", v4.unanswered(), 1, `
  want                   got
! +0 > S <mss 1400,...>  +0.000 > S <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>
packet 1 has options <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>, options <mss 1400,...> was expected
packets seen:
  +0.000 ` + synText + `
`},
	"a packet missing": {"+0 > S\n+any < S. seq 0", v4.unanswered(), 2, `
  want              got
  +0 > S            +0.000 > S
! +any < S. seq 0   (no packet)
a SYN-ACK from the server was expected, but no packet came after packet 1
packets seen:
  +0.000 ` + synText + `
`},
	"no packet at all": {"+0 > S\n+any < S.", wire.Attempt{}, 1, `
  want              got
! +0 > S            (no packet)
no packet was seen
packets seen: none
`},
	"more packets": {"+0 > S", v4.refused(0.001), 2, `
  want              got
  +0 > S            +0.000 > S
! (no packet)       +0.001 < R. seq 0 ack 1 win 0
the expectation ends here, but 1 more packet was seen
packets seen:
  +0.000 ` + synText + `
  +0.001 < R. seq 0 ack 1 win 0
`},
	"none": {"none", v4.unanswered(1), 1, `
  want              got
! (no packet)       +0.000 > S seq 0 win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>
no packet was expected, but 2 were seen
packets seen:
  +0.000 ` + synText + `
  +1.000 ` + synText + `
`},
	"never": {"+0 > S\nnever < R*", v4.refused(0.001), 2, `
  want              got
! never < R*        +0.001 < R.
a RST from the server must not appear; packet 2 is one
packets seen:
  +0.000 ` + synText + `
  +0.001 < R. seq 0 ack 1 win 0
`},
	"optional and gap": {"+0 > S\n? +0..0.1 < icmp\n+0 < S.\n...\n+any < F. ack 9", v4.established(), 6, `
  want              got
  +0 > S            +0.000 > S
  ? +0..0.1 < icmp  (absent)
  +0 < S.           +0.000 < S.
  ...               (3 packets)
! +any < F. ack 9   +0.001 < F. ack 79
packet 6 has ack 79, ack 9 was expected
packets seen:
  +0.000 ` + synText + `
  +0.000 < S. seq 0 ack 1 win 65160 <mss 1460>
  +0.000 > .  seq 1 ack 1 win 502
  +0.001 > P. seq 1 ack 1 len 78 win 502
  +0.001 < .  seq 1 ack 79 win 509
  +0.001 < F. seq 1 ack 79 win 509
`},
	"an optional packet came late": {"+0 > S\n? +0..0.1 < icmp\n+rto > S",
		attempt(at(0, v4.syn()), at(0.5, v4.unreachable()), at(1, v4.syn())), 2, `
  want              got
  +0 > S            +0.000 > S
! ? +0..0.1 < icmp  +0.500 < icmp unreachable port
packet 2 came 0.500 s after packet 1, at most 0.1 s was allowed
packets seen:
  +0.000 ` + synText + `
  +0.500 < icmp unreachable port from 198.51.100.1
  +0.500 ` + synText + `
`},
	"the reading with most lines": {"+0 > S\n...\n+any < R.\n+0..0.1 < F.",
		attempt(at(0, v4.syn()), at(0.5, v4.refusal()), at(1, v4.syn())), 3, `
  want              got
  +0 > S            +0.000 > S
  ...               (0 packets)
  +any < R.         +0.500 < R.
! +0..0.1 < F.      +0.500 > S
packet 3 is a SYN from the client, a FIN-ACK from the server was expected
packets seen:
  +0.000 ` + synText + `
  +0.500 < R. seq 0 ack 1 win 0
  +0.500 ` + synText + `
`},
	"nowhere in a gap": {"...\n+any < R.", v4.unanswered(1), 3, `
  want              got
  ...               (2 packets)
! +any < R.         (no packet)
a RST-ACK from the server was expected, but no packet came after packet 2
packets seen:
  +0.000 ` + synText + `
  +1.000 ` + synText + `
`},
	"a time across a gap": {"+0 > S\n...\n+0..9 < .\n...\n+0..9 < F.\n+0 < R.", v4.established(), 7, `
  want              got
  +0 > S            +0.000 > S
  ...               (3 packets)
  +0..9 < .         +0.002 < .
  ...               (0 packets)
  +0..9 < F.        +0.001 < F.
! +0 < R.           (no packet)
a RST-ACK from the server was expected, but no packet came after packet 6
packets seen:
  +0.000 ` + synText + `
  +0.000 < S. seq 0 ack 1 win 65160 <mss 1460>
  +0.000 > .  seq 1 ack 1 win 502
  +0.001 > P. seq 1 ack 1 len 78 win 502
  +0.001 < .  seq 1 ack 79 win 509
  +0.001 < F. seq 1 ack 79 win 509
`},
	"MTU": {"...\n+any > icmp too-big mtu 1300",
		attempt(at(0, v6.syn()), at(0.5, v6.tooBig())), 2, `
  want                          got
  ...                           (1 packet)
! +any > icmp too-big mtu 1300  +0.500 > icmp too-big mtu 1400
packet 2 has mtu 1400, mtu 1300 was expected
packets seen:
  +0.000 ` + synText + `
  +0.500 > icmp too-big mtu 1400 from 2001:db8:1::1
`},
	"ping without an answer": {"+0 > icmp echo-request seq 1\n+0..0.25 < icmp echo-reply seq 1",
		ping(at(0, v4.echo(true, 1)), at(1, v4.echo(true, 2))), 2, `
  want                              got
  +0 > icmp echo-request seq 1      +0.000 > icmp echo-request seq 1
! +0..0.25 < icmp echo-reply seq 1  +1.000 > icmp echo-request seq 2
packet 2 is an echo request from the client, an echo reply from the server was expected
packets seen:
  +0.000 > icmp echo-request seq 1
  +1.000 > icmp echo-request seq 2
`},
	"another echo": {"+0 > icmp echo-request\n+0 < icmp echo-reply seq 1", ping(at(0, v6.echo(true, 2)), at(0, v6.echo(false, 2))), 2, `
  want                        got
  +0 > icmp echo-request      +0.000 > icmp echo-request
! +0 < icmp echo-reply seq 1  +0.000 < icmp echo-reply seq 2
packet 2 has seq 2, seq 1 was expected
packets seen:
  +0.000 > icmp echo-request seq 2
  +0.000 < icmp echo-reply seq 2
`},
	"an error for an echo": {"+0 > icmp echo-request\n+0 < icmp", ping(at(0, v4.echo(true, 1)), at(0, v4.echo(false, 1))), 2, `
  want                    got
  +0 > icmp echo-request  +0.000 > icmp echo-request
! +0 < icmp               +0.000 < icmp echo-reply
packet 2 is an echo reply from the server, an ICMP error to the client was expected
packets seen:
  +0.000 > icmp echo-request seq 1
  +0.000 < icmp echo-reply seq 1
`},
	"two more packets": {"+0 > S\n? +9 < S.", v4.unanswered(1, 3), 2, `
  want              got
  +0 > S            +0.000 > S
  ? +9 < S.         (absent)
! (no packet)       +1.000 > S seq 0 win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>
the expectation ends here, but 2 more packets were seen
packets seen:
  +0.000 ` + synText + `
  +1.000 ` + synText + `
  +2.000 ` + synText + `
`},
	"late across lines that may be empty": {"+0 > S\n? +any < icmp\n...\n+0..0.5 > S", v4.unanswered(1), 2, `
  want              got
  +0 > S            +0.000 > S
  ? +any < icmp     (absent)
  ...               (0 packets)
! +0..0.5 > S       +1.000 > S
packet 2 came 1.000 s after packet 1, at most 0.5 s was allowed
packets seen:
  +0.000 ` + synText + `
  +1.000 ` + synText + `
`},
}

func TestMismatchText(t *testing.T) {
	for name, c := range mismatches {
		m := MustParse(c.want).Match(c.attempt, options())
		require.NotNil(t, m, name)
		assert.Equal(t, c.text, "\n"+m.String(), name)
		assert.Equal(t, c.packet, m.Packet, name)
	}
}
