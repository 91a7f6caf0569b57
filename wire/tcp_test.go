package wire

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFlagsString(t *testing.T) {
	for want, f := range map[string]Flags{
		"-": 0, "S": SYN, "S.": SYN | ACK, "R.": RST | ACK, "F.": FIN | ACK, "P.": PSH | ACK, ".": ACK,
		"SEWA": SYN | ECE | CWR | AE, "S.E": SYN | ACK | ECE, "FSRP.UEWA": 0x1ff,
	} {
		assert.Equal(t, want, f.String())
	}
}

func TestOptionsMalformed(t *testing.T) {
	for name, c := range map[string]struct {
		raw   []byte
		kinds int
	}{
		"no length":             {[]byte{OptionNOP, OptionMSS}, 2},
		"length 0":              {[]byte{OptionMSS, 0, 1, 1}, 1},
		"length 1":              {[]byte{OptionMSS, 1, 1, 1}, 1},
		"beyond the end":        {[]byte{30, 5, 1, 1}, 1},
		"MSS of 3 bytes":        {[]byte{OptionMSS, 3, 1, 1}, 1},
		"window scale of 4":     {[]byte{OptionWindowScale, 4, 1, 1}, 1},
		"SACK permitted of 4":   {[]byte{OptionSACKPermitted, 4, 1, 1}, 1},
		"SACK of half a block":  {[]byte{OptionSACK, 6, 1, 1, 1, 1}, 1},
		"SACK without a block":  {[]byte{OptionSACK, 2}, 1},
		"timestamps of 4 bytes": {[]byte{OptionTimestamps, 4, 1, 1}, 1},
	} {
		var tcp TCP
		tcp.SetOptions(c.raw)
		got := slices.Collect(tcp.Options())
		require.Len(t, got, c.kinds, name)
		last := got[len(got)-1]
		assert.True(t, last.Malformed, name)
		assert.Zero(t, last.Value()+last.EchoReply(), name)
		for range last.Blocks() {
			t.Fatal(name)
		}
	}
}

func TestOptionsEndOfList(t *testing.T) {
	var tcp TCP
	tcp.SetOptions([]byte{OptionNOP, OptionEOL, OptionMSS, 4})
	assert.Len(t, slices.Collect(tcp.Options()), 2)
	tcp.SetOptions(make([]byte, 41))
	assert.Len(t, tcp.RawOptions(), 40)
}

func TestOptionBlocks(t *testing.T) {
	var tcp TCP
	tcp.SetOptions([]byte{OptionSACK, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 9})
	var got [][2]uint32
	for o := range tcp.Options() {
		for left, right := range o.Blocks() {
			got = append(got, [2]uint32{left, right})
		}
	}
	assert.Equal(t, [][2]uint32{{1, 2}, {5, 9}}, got)
}

func TestICMPNames(t *testing.T) {
	seen := map[string]bool{}
	for _, n := range ICMPNames() {
		assert.False(t, seen[n], n)
		seen[n] = true
	}
	for want, m := range map[string]ICMP{
		"unreachable net": {Type: 3}, "unreachable host-prohibited": {Type: 3, Code: 10}, "echo-reply": {Type: 0},
		"type 255 code 0": {Type: 255}, "time-exceeded reassembly": {V6: true, Type: 3, Code: 1},
		"unreachable host": {V6: true, Type: 1, Code: 3}, "type 0 code 2": {Code: 2},
	} {
		assert.Equal(t, want, m.Name())
	}
	unused := ICMP{V6: true, Type: 255}
	assert.Equal(t, "type 255 code 0", unused.Name())
}

func TestKindString(t *testing.T) {
	assert.Equal(t, "tcp", KindTCP.String())
	assert.Equal(t, "nd", KindND.String())
	assert.Equal(t, "invalid", Kind(99).String())
}
