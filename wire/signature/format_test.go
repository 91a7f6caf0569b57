package signature

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

func TestLines(t *testing.T) {
	sack := v4.segment(true, wire.ACK, 77, serverISN+1, 501, 1, 1, 5, 10, 0, 0, 0x13, 0x89, 0, 0, 0x13, 0x93)
	odd := v4.segment(false, 0, serverISN+1, 0, 0, 34, 4, 0xab, 0xcd, 2, 9, 0, 0)
	packets := append(v4.established().Packets, at(40, sack), at(39.5, odd), at(41, v4.tooBig()), at(41, v4.unreachable()))
	got := Lines(attempt(packets...))
	assert.Equal(t, strings.TrimSpace(`
+0.000  > S  seq 0 win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>
+0.000  < S. seq 0 ack 1 win 65160 <mss 1460>
+0.000  > .  seq 1 ack 1 win 502
+0.001  > P. seq 1 ack 1 len 78 win 502
+0.001  < .  seq 1 ack 79 win 509
+0.001  < F. seq 1 ack 79 win 509
+39.997 > .  seq 78 ack 1 win 501 <nop,nop,sack 1:11>
+-0.500 < -  seq 1 win 0 <opt 34 0xabcd,malformed>
+1.500  > icmp too-big mtu 1400 from 198.51.100.1
+0.000  < icmp unreachable port from 198.51.100.1`), strings.Join(got, "\n"))
	assert.Equal(t, []string{
		"+0.000 > icmp echo-request seq 1",
		"+3.000 < icmp unreachable host from 198.51.100.1",
		"+0.500 > icmp echo-request seq 2",
		"+0.000 < icmp echo-reply seq 2",
	}, Lines(ping(at(0, v4.echo(true, 1)), at(3, v4.noHost(1)), at(3.5, v4.echo(true, 2)), at(3.5, v4.echo(false, 2)))))
	assert.Empty(t, Lines(wire.Attempt{}))
}

func TestFormat(t *testing.T) {
	a := v6.refused(0.25)
	assert.Equal(t, "+0.000 > S  seq 0 win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>", Format(a, 0))
	assert.Equal(t, "+0.250 < R. seq 0 ack 1 win 0", Format(a, 1))
}

// What is printed is a signature, and the attempt that was printed matches it.
func TestLinesAreASignature(t *testing.T) {
	for _, f := range []family{v4, v6} {
		for _, a := range []wire.Attempt{f.refused(1.2345), f.unanswered(1, 3.1, 7.3), f.established(),
			f.ping(), ping(at(0, f.echo(true, 1)), at(3, f.noHost(1))),
			attempt(at(0, f.syn()), at(1, f.unreachable()), at(0.5, f.tooBig()))} {
			text := strings.Join(Lines(a), "\n")
			s, err := Parse(text)
			require.NoError(t, err)
			if m := s.Match(a, options()); m != nil {
				t.Errorf("%s\n%s", text, m)
			}
		}
	}
}
