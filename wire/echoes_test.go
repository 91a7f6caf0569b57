package wire

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pingID is the identifier of the pings here.
const pingID = 4711

func request(src, dst netip.Addr, id, sequence uint16) Packet {
	m := ICMP{V6: src.Is6(), Type: 8, ID: id, Sequence: sequence}
	if m.V6 {
		m.Type = 128
	}
	return Packet{Kind: KindICMP, Src: src, Dst: dst, ICMP: m}
}

// answer is the reply to a request.
func answer(p Packet) Packet {
	p.Src, p.Dst = p.Dst, p.Src
	p.ICMP.Type = 0
	if p.ICMP.V6 {
		p.ICMP.Type = 129
	}
	return p
}

// unreachable is the error of a router that quotes an echo.
func unreachable(p Packet) Packet {
	q := Quote{Src: netip.AddrPortFrom(p.Src, 0), Dst: netip.AddrPortFrom(p.Dst, 0), Protocol: 1,
		HasEcho: true, EchoReply: p.ICMP.IsEchoReply(), ID: p.ICMP.ID, Sequence: p.ICMP.Sequence}
	m := ICMP{V6: p.ICMP.V6, Type: 3, Code: 1, HasQuote: true, Quote: q}
	if m.V6 {
		m.Type, m.Code, m.Quote.Protocol = 1, 3, 58
	}
	return Packet{Kind: KindICMP, Src: router, Dst: p.Src, ICMP: m}
}

// echoesOf numbers the packets and groups them.
func echoesOf(packets ...Packet) []Attempt {
	for i := range packets {
		packets[i].Frame = i + 1
	}
	return Trace{Packets: packets}.Echoes()
}

func TestEchoes(t *testing.T) {
	there := request(client4, server4, pingID, 1)
	again := request(client4, server4, pingID, 2)
	other := request(client4, server4, pingID+1, 1)
	back := request(server4, client4, pingID, 1) // the asked host asks at once, with the same identifier
	six := request(client6, server6, pingID, 1)
	for name, c := range map[string]struct {
		packets []Packet
		want    [][]int
	}{
		"nothing":                 {nil, nil},
		"answered":                {[]Packet{there, answer(there), again, answer(again)}, [][]int{{1, 2, 3, 4}}},
		"two pings":               {[]Packet{there, other, answer(other), answer(there)}, [][]int{{1, 4}, {2, 3}}},
		"two that ask each other": {[]Packet{there, back, answer(there), answer(back)}, [][]int{{1, 3}, {2, 4}}},
		"both versions":           {[]Packet{six, there, answer(six), answer(there)}, [][]int{{1, 3}, {2, 4}}},
		"error for a request":     {[]Packet{there, unreachable(there), six, unreachable(six)}, [][]int{{1, 2}, {3, 4}}},
		"error for a reply":       {[]Packet{there, answer(there), unreachable(answer(there))}, [][]int{{1, 2, 3}}},
		"reply alone":             {[]Packet{answer(there), answer(again)}, [][]int{{1, 2}}},
		"error for the unseen":    {[]Packet{unreachable(there), there}, [][]int{{1, 2}}},
		"no echoes": {[]Packet{up(SYN, 5, 0), quoting(Quote{Src: client, Dst: server}), {Kind: KindICMP, ICMP: ICMP{Type: 13}}, {Kind: KindND}, {}},
			nil},
	} {
		assert.Equal(t, c.want, frames(echoesOf(c.packets...)), name)
	}
}

// An echo exchange is an attempt without ports, whatever packet of it comes first.
func TestEchoEnds(t *testing.T) {
	for _, there := range []Packet{request(client4, server4, pingID, 1), request(client6, server6, pingID, 1)} {
		want := Attempt{Client: netip.AddrPortFrom(there.Src, 0), Server: netip.AddrPortFrom(there.Dst, 0), Echo: true, EchoID: pingID}
		for _, first := range []Packet{there, answer(there), unreachable(there), unreachable(answer(there))} {
			list := echoesOf(first)
			require.Len(t, list, 1)
			list[0].Packets = nil
			assert.Equal(t, want, list[0])
		}
	}
}

func TestEchoFromClient(t *testing.T) {
	there := request(client4, server4, pingID, 1)
	self := request(client4, client4, pingID, 1)
	for name, there := range map[string]Packet{"another": there, "oneself": self, "IPv6": request(client6, server6, pingID, 1)} {
		a := echoesOf(there, answer(there), unreachable(there))[0]
		var got []bool
		for i := range a.Packets {
			got = append(got, a.FromClient(&a.Packets[i]))
		}
		assert.Equal(t, []bool{true, false, false}, got, name)
	}
	back := echoesOf(there, answer(there), unreachable(answer(there)))[0]
	assert.True(t, back.FromClient(&back.Packets[2]), "an error about a reply travels to who sent that")
	assert.False(t, back.HasSYN || back.HasServerISN)
}

// Pings are no connection attempts, and the other way round.
func TestEchoesAndAttemptsAreApart(t *testing.T) {
	there := request(client4, server4, pingID, 1)
	packets := []Packet{there, up(SYN, 5, 0), answer(there), down(RST|ACK, 0, 6), unreachable(there)}
	assert.Equal(t, [][]int{{2, 4}}, frames(attemptsOf(0, packets...)))
	assert.Equal(t, [][]int{{1, 3, 5}}, frames(echoesOf(packets...)))
}
