package wire

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func netipPort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// TestAPacketIsTheSameOnItsLink: the capture's own fields do not tell, everything else does.
func TestAPacketIsTheSameOnItsLink(t *testing.T) {
	p := withData(up(ACK|PSH, 5, 9), 10)
	p.TTL, p.ID, p.Time = 64, 7, start
	for name, c := range map[string]struct {
		change func(*Packet)
		same   bool
	}{
		"its time":           {func(p *Packet) { p.Time = start.Add(time.Second) }, true},
		"its frame":          {func(p *Packet) { p.Frame = 9 }, true},
		"the interface":      {func(p *Packet) { p.Interface = "eth0" }, true},
		"tcpdump -i any":     {func(p *Packet) { p.InterfaceIndex, p.Outgoing = 3, true }, true},
		"the link layer":     {func(p *Packet) { p.Length += 6 }, true},
		"the time to live":   {func(p *Packet) { p.TTL-- }, false},
		"the identification": {func(p *Packet) { p.ID++ }, false},
		"the port":           {func(p *Packet) { p.SrcPort++ }, false},
		"the window":         {func(p *Packet) { p.TCP.Window++ }, false},
		"an option":          {func(p *Packet) { p.TCP.SetOptions([]byte{OptionMSS, 4, 5, 180}) }, false},
	} {
		other := p
		c.change(&other)
		assert.Equal(t, c.same, p.OnLink() == other.OnLink(), name)
	}
	optional := p
	optional.TCP.SetOptions([]byte{OptionMSS, 4, 5, 180})
	assert.Equal(t, p.OnLink().Bare(), optional.OnLink().Bare(), "cut before the options")
}

// TestAPacketIsTheSameOnItsPath: routers and NAT do not make another packet of it; its numbers do.
func TestAPacketIsTheSameOnItsPath(t *testing.T) {
	data, ack := withData(up(ACK|PSH, 5, 9), 10), up(ACK, 15, 9)
	for name, c := range map[string]struct {
		packet Packet
		change func(*Packet)
		same   bool
	}{
		"a router":                   {data, func(p *Packet) { p.TTL-- }, true},
		"NAT":                        {data, func(p *Packet) { p.Src, p.SrcPort = router, 61000 }, true},
		"PSH":                        {data, func(p *Packet) { p.TCP.Flags &^= PSH }, true},
		"the same data, a new ACK":   {data, func(p *Packet) { p.TCP.Ack++ }, true},
		"other data":                 {data, func(p *Packet) { p.TCP.Seq++ }, false},
		"a FIN with it":              {data, func(p *Packet) { p.TCP.Flags |= FIN }, false},
		"another ACK":                {ack, func(p *Packet) { p.TCP.Ack++ }, false},
		"a RST":                      {ack, func(p *Packet) { p.TCP.Flags |= RST }, false},
		"an echo through NAT":        {Packet{Kind: KindICMP, ICMP: ICMP{Type: 8, ID: 4, Sequence: 1}}, func(p *Packet) { p.ICMP.ID = 9 }, true},
		"another echo":               {Packet{Kind: KindICMP, ICMP: ICMP{Type: 8, Sequence: 1}}, func(p *Packet) { p.ICMP.Sequence = 2 }, false},
		"a reply to the echo":        {Packet{Kind: KindICMP, ICMP: ICMP{Type: 8, Sequence: 1}}, func(p *Packet) { p.ICMP.Type = 0 }, false},
		"a question for a neighbour": {Packet{Kind: KindARP, Src: client4}, func(p *Packet) { p.Neighbour.Target = server4 }, false},
	} {
		other := c.packet
		c.change(&other)
		assert.Equal(t, c.same, c.packet.OnPath() == other.OnPath(), name)
	}
}

// TestASegmentThatIsSentAgainHasAnotherIdentification, where it has any.
func TestASegmentThatIsSentAgainHasAnotherIdentification(t *testing.T) {
	for _, c := range []struct {
		first, second uint16
		again         bool
	}{{7, 8, true}, {7, 7, false}, {0, 0, false}, {0, 8, false}} {
		a, b := up(SYN, 5, 0), up(SYN, 5, 0)
		a.ID, b.ID = c.first, c.second
		assert.Equal(t, c.again, a.IsResent(&b))
	}
	a, b := Packet{Kind: KindICMP, ID: 7}, Packet{Kind: KindICMP, ID: 8}
	assert.False(t, a.IsResent(&b), "a NAT may give an echo another")
}

// TestACopyHasTheSameIdentification, and where there is none, the same timestamp.
func TestACopyHasTheSameIdentification(t *testing.T) {
	for _, c := range []struct {
		first, second uint16
		copied        bool
	}{{7, 7, true}, {7, 8, false}, {0, 0, false}} {
		a, b := up(SYN, 5, 0), up(SYN, 5, 0)
		a.ID, b.ID, b.Frame = c.first, c.second, a.Frame+1
		b.Time = a.Time.Add(time.Microsecond)
		assert.Equal(t, c.copied, b.IsCopy(&a))
	}
	stamped := func(value byte) Packet {
		p := up(SYN, 5, 0)
		p.TCP.SetOptions([]byte{byte(OptionTimestamps), 10, 0, 0, 0, value, 0, 0, 0, 0})
		return p
	}
	a, b, c := stamped(1), stamped(1), stamped(2)
	assert.True(t, b.IsCopy(&a))
	assert.False(t, c.IsCopy(&a))
}

func TestAPieceOfASegmentIsWithinIt(t *testing.T) {
	whole := withData(up(ACK, 100, 9), 2800)
	for seq, within := range map[uint32]bool{99: false, 100: true, 1500: true, 2899: true, 2900: false} {
		piece := withData(up(ACK, seq, 9), 1400)
		assert.Equal(t, within, whole.Contains(&piece), seq)
	}
	ack := up(ACK, 1500, 9)
	assert.False(t, whole.Contains(&ack), "it has no data")
}

// stampedSYN is a SYN with the options of Linux.
func stampedSYN(src netip.AddrPort, isn uint32, stamp byte) Packet {
	p := segment(src, server, SYN, isn, 0)
	p.TCP.SetOptions([]byte{OptionMSS, 4, 5, 180, 4, 2, OptionTimestamps, 10, 0, 0, 0, stamp, 0, 0, 0, 0})
	return p
}

func hallmarksOf(packets ...Packet) []Hallmark {
	var list []Hallmark
	for _, a := range append(attemptsOf(0, packets...), Trace{Packets: packets}.Echoes()...) {
		list = append(list, a.Hallmark())
	}
	return list
}

// TestAnAttemptIsFoundElsewhere by what is left of it there.
func TestAnAttemptIsFoundElsewhere(t *testing.T) {
	outside := netipPort("192.0.2.5:61000")
	clamped := stampedSYN(outside, 5, 3)
	clamped.TCP.SetOptions(append([]byte{OptionMSS, 4, 5, 0}, clamped.TCP.RawOptions()[4:]...))
	echo := func(src netip.Addr, id, sequence, sum uint16) Packet {
		return Packet{Kind: KindICMP, Src: src, Dst: server4, ICMP: ICMP{Type: 8, ID: id, Sequence: sequence, Checksum: sum}}
	}
	for name, c := range map[string]struct {
		here       Packet
		there      []Packet
		index      int
		translated bool
	}{
		"as it is":                        {up(SYN, 5, 0), []Packet{up(SYN, 4, 0), up(SYN, 5, 0)}, 1, false},
		"another number":                  {up(SYN, 5, 0), []Packet{up(SYN, 4, 0)}, -1, false},
		"by its number, through NAT":      {stampedSYN(client, 5, 3), []Packet{stampedSYN(outside, 5, 3)}, 0, true},
		"with its MSS clamped":            {stampedSYN(client, 5, 3), []Packet{clamped}, 0, true},
		"another's, of the same number":   {stampedSYN(client, 5, 3), []Packet{stampedSYN(outside, 5, 4)}, -1, false},
		"by its timestamp":                {stampedSYN(client, 5, 3), []Packet{stampedSYN(outside, 99, 3)}, 0, true},
		"two with its timestamp":          {stampedSYN(client, 5, 3), []Packet{stampedSYN(outside, 99, 3), stampedSYN(outside, 98, 3)}, -1, false},
		"timestamps of 0 tell nothing":    {stampedSYN(client, 5, 0), []Packet{stampedSYN(outside, 99, 0)}, -1, false},
		"a ping":                          {echo(client4, 7, 1, 50), []Packet{echo(client4, 8, 1, 50), echo(client4, 7, 1, 9)}, 1, false},
		"a ping through NAT, by its data": {echo(client4, 7, 1, 50), []Packet{echo(router, 9, 1, 48)}, 0, true},
		"a ping with other data":          {echo(client4, 7, 1, 50), []Packet{echo(router, 9, 1, 50)}, -1, false},
		"two pings with its data":         {echo(client4, 7, 1, 50), []Packet{echo(router, 9, 1, 48), echo(router, 10, 1, 47)}, -1, false},
		"nothing":                         {up(SYN, 5, 0), nil, -1, false},
	} {
		index, translated := NewFinder(hallmarksOf(c.there...)).Find(&hallmarksOf(c.here)[0])
		assert.Equal(t, c.index, index, name)
		assert.Equal(t, c.translated, translated, name)
	}
}

// TestWhereWhatWasSentIs has what two vantage points saw, one packet and many.
func TestWhereWhatWasSentIs(t *testing.T) {
	for p, want := range map[Passage]Whereabouts{
		{1, 1, false}: WentThrough,
		{0, 0, false}: WentThrough,
		{0, 0, true}:  WentThrough,
		{1, 0, false}: LostBetween,
		{1, 0, true}:  LostBetween,
		{5, 3, false}: LostBetween,
		{5, 3, true}:  LostAtEnd,
		{1, 1, true}:  LostAtEnd,
		{0, 1, false}: BegunBetween,
		{3, 5, false}: WentThrough,
	} {
		assert.Equal(t, want, p.Whereabouts(), "%+v", p)
	}
}
