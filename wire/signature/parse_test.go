package signature

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStringAligns(t *testing.T) {
	for in, want := range map[string]string{
		"+0 > S seq 0 win !0 <mss 1460,...>\n+0..0.05<R. seq 0 ack 1 win 0": `
+0       > S  seq 0 win !0 <mss 1460,...>
+0..0.05 < R. seq 0 ack 1 win 0`,
		"# refused by ICMP\r\n\n+0 > S\n  ?+0..0.1 < icmp unreachable port  from 2001:DB8::1 # comment\n+rto > S seq 0\n...\nnever * R*": `
+0        > S
? +0..0.1 < icmp unreachable port from 2001:db8::1
+rto      > S  seq 0
...
never     * R*`,
		" none ":                                 "\nnone",
		"+0 > .PFS ":                             "\n+0 > FSP.",
		"+0 > WESA":                              "\n+0 > SEWA",
		"+0 > - <>":                              "\n+0 > -  <>",
		"+any < *":                               "\n+any < *",
		"+1.0 < S.*":                             "\n+1 < S.*",
		"+0 < FP. win 1":                         "\n+0 < FP. win 1",
		"+0 < icmp":                              "\n+0 < icmp",
		"+0 < icmp unreachable mtu 1..9":         "\n+0 < icmp unreachable mtu 1..9",
		"+0 < icmp type 3 code 77":               "\n+0 < icmp type 3 code 77",
		"+0 > icmp  echo-request":                "\n+0 > icmp echo-request",
		"+0 > S\n? +0 < icmp echo-reply seq !7":  "\n+0   > S\n? +0 < icmp echo-reply seq !7",
		"+0 > P. win 1 len 1..1460 ack 0 seq !7": "\n+0 > P. seq !7 ack 0 len 1..1460 win 1",
		"+0.1234567891 > S":                      "\n+0.123456789 > S",
		"+-0.5..-0.25 > S":                       "\n+-0.5..-0.25 > S",
		"+10 > S <mss, mss !0 ,sackOK,TS,TS val 1,TS ecr 2,TS val 1 ecr 2..3,nop,wscale,wscale 7,sack,sack 1:2 3:4,eol,opt 34,opt 34 0xAB,malformed,...>": "\n+10 > S  <mss,mss !0,sackOK,TS,TS val 1,TS ecr 2,TS val 1 ecr 2..3,nop,wscale,wscale 7,sack,sack 1:2 3:4,eol,opt 34,opt 34 0xab,malformed,...>",
		"+0 > S <...>": "\n+0 > S  <...>",
	} {
		s, err := Parse(in)
		require.NoError(t, err, in)
		assert.Equal(t, want, "\n"+s.String())
		again, err := Parse(s.String())
		require.NoError(t, err)
		assert.Equal(t, s, again)
	}
}

func TestSyntaxErrors(t *testing.T) {
	const (
		timeWanted   = "a time such as +0, +0..0.05, +rto or +any (or never, none, ...)"
		flagsWanted  = "flags such as S, S., R., P., R* or *, icmp or dns"
		fieldWanted  = "seq, ack, len, sent, win, each once, or options in < >"
		numberWanted = "a number N, !N or N..M"
		optionWanted = "a TCP option such as mss 1460, sackOK, TS val 1 ecr 2, nop, wscale 7, or a final ..."
		errorWanted  = "an ICMP message such as unreachable port, too-big, time-exceeded, type 3 code 1 or echo-request"
	)
	for _, c := range []struct{ text, want string }{
		{"", `line 1: expected a packet such as +0 > S, or none, found the end of the line`},
		{"# only a comment\n", `line 1: expected a packet such as +0 > S, or none, found the end of the line`},
		{"+0 > S\n\n> S", `line 3: expected ` + timeWanted + `, found ">"`},
		{"0 > S", `line 1: expected ` + timeWanted + `, found "0"`},
		{"+ > S", `line 1: expected ` + timeWanted + `, found "+"`},
		{"+1e3 > S", `line 1: expected ` + timeWanted + `, found "+1e3"`},
		{"+1..0 > S", `line 1: expected ` + timeWanted + `, found "+1..0"`},
		{"+0..0.05..1 > S", `line 1: expected ` + timeWanted + `, found "+0..0.05..1"`},
		{"+99999999999 > S", `line 1: expected ` + timeWanted + `, found "+99999999999"`},
		{"? ...", `line 1: expected ` + timeWanted + `, found "..."`},
		{"+0", `line 1: expected a direction, > or <, found the end of the line`},
		{"+0 * S", `line 1: expected a direction, > or <, found "* S"`},
		{"+0 S", `line 1: expected a direction, > or <, found "S"`},
		{"+0 >", `line 1: expected ` + flagsWanted + `, found the end of the line`},
		{"+0 > X", `line 1: expected ` + flagsWanted + `, found "X"`},
		{"+0 > SS", `line 1: expected ` + flagsWanted + `, found "SS"`},
		{"+0 > -*", `line 1: expected ` + flagsWanted + `, found "-*"`},
		{"+0 > S sec 0", `line 1: expected ` + fieldWanted + `, found "sec"`},
		{"+0 > S seq 0 seq 0", `line 1: expected ` + fieldWanted + `, found "seq"`},
		{"+0 > S seq", `line 1: expected ` + numberWanted + `, found the end of the line`},
		{"+0 > S win -1", `line 1: expected ` + numberWanted + `, found "-1"`},
		{"+0 > S win +1", `line 1: expected ` + numberWanted + `, found "+1"`},
		{"+0 > S win 2..1", `line 1: expected ` + numberWanted + `, found "2..1"`},
		{"+0 > S win 4294967296", `line 1: expected ` + numberWanted + `, found "4294967296"`},
		{"+0 > S <mss 1460", `line 1: expected > at the end of the options, found the end of the line`},
		{"+0 > S <mss 1460> seq 0", `line 1: expected the end of the line, found "seq 0"`},
		{"+0 > S <mss 1 2>", `line 1: expected ` + optionWanted + `, found "mss 1 2"`},
		{"+0 > S <..., nop>", `line 1: expected ` + optionWanted + `, found "..."`},
		{"+0 > S <nop,>", `line 1: expected ` + optionWanted + `, found "nop,"`},
		{"+0 é S", `line 1: expected a direction, > or <, found "é S"`},
		{"+0 > S <TS ecr 1 val 2>", `line 1: expected ` + optionWanted + `, found "TS ecr 1 val 2"`},
		{"+0 > S <sack 1>", `line 1: expected ` + optionWanted + `, found "sack 1"`},
		{"+0 > S <opt 2>", `line 1: expected ` + optionWanted + `, found "opt 2"`},
		{"+0 > S <opt 256>", `line 1: expected ` + optionWanted + `, found "opt 256"`},
		{"+0 > S <opt 34 ab>", `line 1: expected ` + optionWanted + `, found "opt 34 ab"`},
		{"+0 < icmp nonsense", `line 1: expected ` + errorWanted + `, found "nonsense"`},
		{"+0 < icmp unreachable port from here", `line 1: expected an address, found "here"`},
		{"+0 < icmp too-big mtu", `line 1: expected ` + numberWanted + `, found the end of the line`},
		{"+0 < icmp too-big from 10.0.0.1 mtu 1", `line 1: expected the end of the line, found "mtu 1"`},
		{"+0 < icmp unreachable port seq 1", `line 1: expected the end of the line, found "seq 1"`},
		{"+0 < icmp echo", `line 1: expected ` + errorWanted + `, found "echo"`},
		{"+0 > icmp echo-request seq", `line 1: expected ` + numberWanted + `, found the end of the line`},
		{"+0 > icmp echo-request len 64", `line 1: expected ` + errorWanted + `, found "echo-request len 64"`},
		{"+0 < icmp echo-reply from 10.0.0.1", `line 1: expected the end of the line, found "from 10.0.0.1"`},
		{"+0 < dns NODATA", `line 1: expected a response code such as NOERROR or NXDOMAIN, found "NODATA"`},
		{"+0 > dns seq 1", `line 1: expected a response code such as NOERROR or NXDOMAIN, found "seq"`},
		{"+0 < dns NOERROR answers", `line 1: expected ` + numberWanted + `, found the end of the line`},
		{"+0 < dns NOERROR answers 1 tc", `line 1: expected the end of the line, found "tc"`},
		{"... > S", `line 1: expected the end of the line, found "> S"`},
		{"none\n+0 > S", `line 2: expected nothing besides the line none, found "+0 > S"`},
		{"never > S\nnone", `line 2: expected none to be the only line, found "none"`},
		{"never S", `line 1: expected a direction, > or <, found "S"`},
	} {
		_, err := Parse(c.text)
		assert.EqualError(t, err, "signature: "+c.want, c.text)
	}
}

func TestParsePacket(t *testing.T) {
	for _, text := range []string{"> S", "* R*", "< icmp unreachable", "* *", "< S. ack 1 <mss 1460,...>",
		"> icmp echo-request", "* icmp echo-reply seq 1..3", "> dns", "< dns NXDOMAIN", "< dns NOERROR tc answers 0", "* dns SERVFAIL answers !0"} {
		m, err := ParsePacket(" " + strings.ReplaceAll(text, " ", "  "))
		require.NoError(t, err)
		assert.Equal(t, text, m.String())
	}
	_, err := ParsePacket("+0 > S")
	assert.EqualError(t, err, `signature: line 1: expected a direction, > or <, found "+0 > S"`)
	assert.Panics(t, func() { MustParsePacket("S") })
	assert.Panics(t, func() { MustParse("S") })
}

// FuzzParse: whatever parses prints as something that parses as the same.
func FuzzParse(f *testing.F) {
	f.Add("+0 > S seq 0 win !0 <mss 1460,...>\n+0..0.05 < R. seq 0 ack 1 win 0")
	f.Add("? +rto > S <sackOK,TS val 1 ecr 2..3,nop,wscale,sack 1:2,opt 34 0xab>\n...\nnever * R*")
	f.Add("+any < icmp too-big mtu 1400 from 2001:db8::1\n# comment")
	f.Add("+0 > icmp echo-request seq 1\n+0..0.25 < icmp echo-reply seq 1..2")
	f.Add("+0 > dns\n+0..0.25 < dns NOERROR tc answers 1..2")
	f.Add("none")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(s.String())
		require.NoError(t, err, s.String())
		require.Equal(t, s, again)
		require.Equal(t, s.String(), again.String())
	})
}
