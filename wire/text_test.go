package wire

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func readText(t testing.TB, lines ...string) []Packet {
	t.Helper()
	trace, err := ReadAll(strings.NewReader(strings.Join(lines, "\n")+"\n"), "")
	require.NoError(t, err)
	return trace.Packets
}

const conversation = `2026-11-28 22:13:20.000400 IP 198.51.100.10.40001 > 203.0.113.10.8080: Flags [S], seq 1887542898, win 64240, options [mss 1460,sackOK,TS val 5 ecr 0,nop,wscale 7], length 0
2026-11-28 22:13:20.000800 IP 203.0.113.10.8080 > 198.51.100.10.40001: Flags [S.], seq 1691646283, ack 1887542899, win 65160, options [mss 1460], length 0
2026-11-28 22:13:20.000850 IP 198.51.100.10.40001 > 203.0.113.10.8080: Flags [.], ack 1, win 502, length 0
2026-11-28 22:13:20.000950 IP 198.51.100.10.40001 > 203.0.113.10.8080: Flags [P.], seq 1:55, ack 1, win 502, length 54: HTTP: GET / HTTP/1.1
2026-11-28 22:13:20.001350 IP 203.0.113.10.8080 > 198.51.100.10.40001: Flags [.], ack 55, win 502, options [nop,nop,sack 1 {60:70}], length 0
2026-11-28 22:13:20.001400 IP 203.0.113.10.8080 > 198.51.100.10.40001: Flags [F.], seq 1, ack 55, win 502, length 0
2026-11-28 22:13:20.001450 IP 203.0.113.10.8080 > 198.51.100.10.40001: Flags [.], ack 55, win 502, length 0`

// Numbers that tcpdump printed relative to the first are as they were on the wire.
func TestTextNumbers(t *testing.T) {
	got := readText(t, strings.Split(conversation, "\n")...)
	require.Len(t, got, 7)
	const client, server = 1887542898, 1691646283
	for i, want := range []struct {
		seq, ack uint32
		flags    Flags
		payload  int
	}{
		{client, 0, SYN, 0}, {server, client + 1, SYN | ACK, 0}, {client + 1, server + 1, ACK, 0}, {client + 1, server + 1, PSH | ACK, 54},
		{server + 1, client + 55, ACK, 0}, {server + 1, client + 55, FIN | ACK, 0}, {server + 2, client + 55, ACK, 0},
	} {
		assert.Equal(t, want.seq, got[i].TCP.Seq, i)
		assert.Equal(t, want.ack, got[i].TCP.Ack, i)
		assert.Equal(t, want.flags, got[i].TCP.Flags, i)
		assert.Equal(t, want.payload, got[i].TCP.Payload, i)
	}
	assert.Equal(t, time.Date(2026, 11, 28, 22, 13, 20, 400e3, time.UTC), got[0].Time)
	assert.EqualValues(t, 64240, got[0].TCP.Window)
	var kinds []uint8
	for o := range got[0].TCP.Options() {
		kinds = append(kinds, o.Kind)
	}
	assert.Equal(t, []uint8{OptionMSS, OptionSACKPermitted, OptionTimestamps, OptionNOP, OptionWindowScale}, kinds)
	for o := range got[4].TCP.Options() {
		for left, right := range o.Blocks() {
			assert.Equal(t, [2]uint32{client + 60, client + 70}, [2]uint32{left, right})
		}
	}
}

func TestTextForms(t *testing.T) {
	got := readText(t,
		"tcpdump: listening on any",
		"23:59:59.900000 eth0  Out IP 198.51.100.10.40001 > 203.0.113.10.http: Flags [S], seq 7, win 1, length 0",
		"00:00:00.100000 IP6 (flowlabel 0x1, hlim 63, next-header TCP (6) payload length: 20) 2001:db8::1.40001 > 2001:db8::2.443: Flags [S], cksum 0x1 (correct), seq 7, win 1, length 0",
		"00:00:00.200000 ARP, Request who-has 192.0.2.1 tell 192.0.2.5, length 28",
		"00:00:00.300000 ARP, Reply 192.0.2.1 is-at 02:00:5e:00:53:01, length 28",
		"00:00:00.400000 IP 192.0.2.5 > 192.0.2.1: ICMP echo request, id 9, seq 3, length 64",
		"00:00:00.500000 IP 192.0.2.5.5353 > 224.0.0.251.5353: 0 PTR (QM)? a.local. (25)",
		"00:00:00.600000 IP 192.0.2.1 > 192.0.2.2: IP 198.51.100.10.40002 > 203.0.113.10.80: Flags [S], seq 7, win 1, length 0",
		"00:00:00.700000 IP host.example.http > other.example.40000: Flags [S], seq 7, win 1, length 0",
		"00:00:00.800000 IP 198.51.100.10.40003 > 203.0.113.10.80: S 100:100(0) win 5840 <mss 1460,nop,nop,timestamp 1 2>",
		"8 packets captured",
	)
	var kinds []Kind
	for _, p := range got {
		kinds = append(kinds, p.Kind)
	}
	assert.Equal(t, []Kind{KindTCP, KindTCP, KindARP, KindARP, KindICMP, KindUDP, KindTCP, KindOther, KindTCP}, kinds)
	assert.EqualValues(t, 80, got[0].DstPort)
	assert.Equal(t, "eth0", got[0].Interface)
	assert.Equal(t, 200*time.Millisecond, got[1].Time.Sub(got[0].Time), "midnight")
	assert.EqualValues(t, 63, got[1].TTL)
	assert.True(t, got[3].Neighbour.Reply)
	assert.Equal(t, [6]byte{2, 0, 0x5e, 0, 0x53, 1}, got[3].Neighbour.MAC)
	assert.EqualValues(t, 3, got[4].ICMP.Sequence)
	assert.Equal(t, "198.51.100.10:40002", got[6].SrcAddrPort().String(), "what a tunnel carries")
	assert.Equal(t, SYN, got[8].TCP.Flags, "before tcpdump 4.1")
	assert.EqualValues(t, 100, got[8].TCP.Seq)
}

// Without -v an ICMP error says not which packet it is about; with it, it does.
func TestTextICMPError(t *testing.T) {
	got := readText(t,
		"22:13:20.1 IP 198.51.100.1 > 198.51.100.10: ICMP host 203.0.113.10 unreachable - admin prohibited, length 68",
		"22:13:20.2 IP (tos 0xc0, ttl 63, id 1, offset 0, flags [none], proto ICMP (1), length 88)",
		"    198.51.100.1 > 198.51.100.10: ICMP host 203.0.113.10 unreachable - admin prohibited, length 68",
		"\tIP (tos 0x0, ttl 63, id 20947, offset 0, flags [DF], proto TCP (6), length 60)",
		"    198.51.100.10.40001 > 203.0.113.10.8080: Flags [S], cksum 0x1 (correct), seq 77, win 64240, length 0",
	)
	require.Len(t, got, 2)
	assert.Equal(t, KindOther, got[0].Kind)
	m := got[1].ICMP
	assert.Equal(t, "unreachable host-prohibited", m.Name())
	assert.True(t, m.HasQuote && m.Quote.HasSeq)
	assert.EqualValues(t, 77, m.Quote.Seq)
	assert.Equal(t, "198.51.100.10:40001", m.Quote.Src.String())
}

func TestTextInUTF16(t *testing.T) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, be} {
		f := &file{order: order}
		f.u16(0xfeff)
		f.u16(utf16.Encode([]rune("→ 𝄞\r\n" + strings.ReplaceAll(conversation, "\n", "\r\n")))...)
		trace, err := ReadAll(bytes.NewReader(f.Bytes()), "")
		require.NoError(t, err)
		assert.Len(t, trace.Packets, 7)
	}
}

// TestTextOfTCPDump has tcpdump print captures in each of its ways: what is read is what was printed.
func TestTextOfTCPDump(t *testing.T) {
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip(err)
	}
	golden, err := filepath.Glob("diagnose/testdata/golden/*.pcap")
	require.NoError(t, err)
	require.NotEmpty(t, golden)
	for _, flags := range []string{"-nn", "-nn -S", "-nn -t", "-nn -tt", "-nn -ttt", "-nn -tttt", "-nn -ttttt", "-nn -v", "-nn -e", "-nn -vvv -e -tttt", "-nn -#",
		"-nn -x", "-nn -xx", "-nn -X", "-nn -XX", "-nn -vvv -XX -# -e"} {
		for _, name := range golden {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			want := readAll(t, data)
			cmd := exec.CommandContext(t.Context(), "tcpdump", append(strings.Fields(flags), "-r", name)...)
			cmd.Env = append(os.Environ(), "TZ=UTC")
			out, err := cmd.Output()
			require.NoError(t, err)
			got := readAll(t, out)
			require.Len(t, got, len(want), "%s %s", flags, name)
			begun := map[netip.AddrPort]bool{} // of others tcpdump does not print all numbers
			for i := range want {
				p := &want[i]
				if p.TCP.Flags.Has(SYN) {
					begun[p.SrcAddrPort()], begun[p.DstAddrPort()] = true, true
				}
				if p.Kind == KindTCP && begun[p.SrcAddrPort()] && begun[p.DstAddrPort()] {
					compareText(t, flags+" "+filepath.Base(name), p, &got[i])
				}
			}
		}
	}
}

func compareText(t *testing.T, flags string, want, got *Packet) {
	t.Helper()
	assert.Equal(t, want.Kind, got.Kind, "%s: frame %d", flags, want.Frame)
	assert.Equal(t, want.SrcAddrPort(), got.SrcAddrPort(), "%s: frame %d", flags, want.Frame)
	assert.Equal(t, want.DstAddrPort(), got.DstAddrPort(), "%s: frame %d", flags, want.Frame)
	a, b := want.TCP, got.TCP
	a.SetOptions(nil)
	b.SetOptions(nil)
	if a.Seq+1 == b.Seq && a.Payload == 0 && a.Flags == ACK && !strings.Contains(strings.ToLower(flags), "x") {
		a.Seq = b.Seq // a keep-alive or a probe of a closed window, printed without its number
	}
	assert.Equal(t, a, b, "%s: frame %d", flags, want.Frame)
	if strings.Contains(flags, "-tttt ") {
		assert.Equal(t, want.Time.Truncate(time.Microsecond), got.Time, "%s: frame %d", flags, want.Frame)
	}
}
