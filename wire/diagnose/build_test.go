package diagnose

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

var (
	clientAddr = netip.MustParseAddrPort("198.51.100.10:40000")
	serverAddr = netip.MustParseAddrPort("203.0.113.10:8080")
	routerAddr = netip.MustParseAddr("198.51.100.1")

	client6     = netip.MustParseAddr("2001:db8:1::10")
	server6     = netip.MustParseAddr("2001:db8:2::10")
	routerAddr6 = netip.MustParseAddr("2001:db8:1::1")

	start = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
)

const (
	clientISN = 0xfffffff0 // wraps around soon
	serverISN = 5000
)

// packetsOf reads a capture from text, one packet a line:
//
//	TIME > FLAGS SEQ LENGTH ACK [OPTION...]    from the client; < from the server
//	TIME icmp TYPE CODE [seq=N]                quotes a segment of the client (by=ADDRESS, port=N, at=ADDRESS: of others); back the SYN-ACK; ping=N, pong=N an echo; from=ADDRESS
//	TIME dns > TYPE NAME                       a query of the client; dns < TYPE NAME CODE [ADDRESS...], an answer
//	TIME ping N, TIME pong N                   echo request N of the client, the server's reply to it
//	TIME esp > | < [gateways]                  an ESP packet between the two, or between 192.0.2.1 and 192.0.2.2
//	TIME arp > | <                             the client asks for the server's address, the server answers
//
// The time is in seconds; numbers are relative to each side's initial one. Options: win=N, id=N, ttl=N, isn=N (the
// client's in this packet), port=N (the client's), to=N (the server's), by=ADDRESS, at=ADDRESS (the client's, the server's), mac=N (the end of the
// sender's), mptcp (a SYN of Multipath TCP; =join, of a subflow; on other segments the subtype and the reason, mptcp=8,6), raw (SEQ and ACK are the numbers themselves), text=T (the data), sack=B:E (what the client has sent), echo=N
// (the identifier), from=ADDRESS, to=ADDRESS, 6 (ICMPv6), sum=N (the checksum), more (a fragment that others follow).
func packetsOf(t testing.TB, text string) ([]wire.Packet, [][]byte) {
	t.Helper()
	var packets []wire.Packet
	var payloads [][]byte
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		p := wire.Packet{Frame: len(packets) + 1, TTL: 64, ID: uint16(len(packets) + 1)}
		p.Time = start.Add(time.Duration(number(t, f[0]) * 1e9))
		var payload []byte
		switch f[1] {
		case ">", "<":
			payload = segmentOf(t, &p, f[1] == ">", f[2:])
		case "ping", "pong":
			echoOf(t, &p, f[1] == "ping", f[2:])
		case "dns":
			payload = dnsOf(t, &p, f[2] == ">", f[3:])
		case "icmp":
			icmpOf(t, &p, f[2:])
		case "esp":
			p.Protocol, p.Src, p.Dst = protocolESP, clientAddr.Addr(), serverAddr.Addr()
			if len(f) > 3 {
				p.Src, p.Dst = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
			}
			if f[2] == "<" {
				p.Src, p.Dst = p.Dst, p.Src
			}
		case "arp":
			p.Kind, p.TTL, p.ID = wire.KindARP, 0, 0
			p.Src, p.Dst = clientAddr.Addr(), serverAddr.Addr()
			p.Neighbour.Target = serverAddr.Addr()
			if f[2] == "<" {
				p.Src, p.Dst = p.Dst, p.Src
				p.Neighbour.Reply = true
			}
		default:
			require.Fail(t, "no such packet", line)
		}
		packets, payloads = append(packets, p), append(payloads, payload)
	}
	return packets, payloads
}

func number(t testing.TB, s string) float64 {
	n, err := strconv.ParseFloat(s, 64)
	require.NoError(t, err)
	return n
}

var flagBits = map[rune]wire.Flags{'S': wire.SYN, '.': wire.ACK, 'F': wire.FIN, 'R': wire.RST, 'P': wire.PSH}

func segmentOf(t testing.TB, p *wire.Packet, up bool, f []string) []byte {
	p.Kind = wire.KindTCP
	for _, r := range f[0] {
		p.TCP.Flags |= flagBits[r]
	}
	if f[0] == "-" {
		p.TCP.Flags = 0
	}
	seq, size, ack := uint32(number(t, f[1])), int(number(t, f[2])), uint32(number(t, f[3]))
	options := optionsIn(f[4:])
	value := func(name string, otherwise uint32) uint32 {
		if s, ok := options[name]; ok {
			return uint32(number(t, s))
		}
		return otherwise
	}
	cISN := value("isn", clientISN)
	p.Src, p.SrcPort = addressIn(options, "by", clientAddr.Addr()), uint16(value("port", uint32(clientAddr.Port())))
	p.Dst, p.DstPort = addressIn(options, "at", serverAddr.Addr()), serverAddr.Port()
	if _, ok := options["mac"]; ok {
		p.SrcMAC = [6]byte{2, 0, 0, 0, 0, byte(value("mac", 0))}
	}
	p.TCP.Seq, p.TCP.Ack = seq+cISN, ack+serverISN
	if !up {
		p.Src, p.SrcPort, p.Dst, p.DstPort = p.Dst, p.DstPort, p.Src, p.SrcPort
		p.TCP.Seq, p.TCP.Ack = seq+serverISN, ack+cISN
	}
	if _, raw := options["raw"]; raw {
		p.TCP.Seq, p.TCP.Ack = seq, ack
	}
	if !p.TCP.Flags.Has(wire.ACK) {
		p.TCP.Ack = 0
	}
	if to, ok := options["to"]; ok {
		port := uint16(number(t, to))
		if up {
			p.DstPort = port
		} else {
			p.SrcPort = port
		}
	}
	p.TCP.Window = uint16(value("win", 64240))
	p.TTL = uint8(value("ttl", 64))
	p.ID = uint16(value("id", uint32(p.ID)))
	p.TCP.Payload = size
	_, p.MoreFragments = options["more"]
	if text, ok := options["text"]; ok {
		payload := []byte(strings.NewReplacer("_", " ", `\n`, "\r\n").Replace(text))
		p.TCP.Payload = max(size, len(payload))
		return payload
	}
	if p.TCP.Flags.Has(wire.SYN) {
		p.TCP.SetOptions([]byte{2, 4, 5, 180}) // an MSS of 1460
		if subtype, ok := options["mptcp"]; ok {
			p.TCP.SetOptions([]byte{2, 4, 5, 180, optionMultipath, 4, map[string]byte{"": 0, "join": multipathJoin << 4}[subtype], 0})
		}
	} else if block, ok := options["sack"]; ok { // the first and the last number, as in seq
		from, to, _ := strings.Cut(block, ":")
		raw := []byte{wire.OptionSACK, 10}
		raw = binary.BigEndian.AppendUint32(raw, uint32(number(t, from))+cISN)
		p.TCP.SetOptions(binary.BigEndian.AppendUint32(raw, uint32(number(t, to))+cISN))
	} else if ending, ok := options["mptcp"]; ok { // the subtype, and a reason
		subtype, reason, _ := strings.Cut(ending, ",")
		p.TCP.SetOptions([]byte{optionMultipath, 4, byte(number(t, subtype)) << 4, byte(number(t, reason))})
	}
	return nil
}

func addressIn(options map[string]string, name string, otherwise netip.Addr) netip.Addr {
	if s, ok := options[name]; ok {
		return netip.MustParseAddr(s)
	}
	return otherwise
}

func optionsIn(f []string) map[string]string {
	options := map[string]string{}
	for _, o := range f {
		name, value, _ := strings.Cut(o, "=")
		options[name] = value
	}
	return options
}

// pingID is the identifier of the pings that give none.
const pingID = 4711

func echoOf(t testing.TB, p *wire.Packet, up bool, f []string) {
	options := optionsIn(f[1:])
	value := func(name string, otherwise int) int {
		if s, ok := options[name]; ok {
			return int(number(t, s))
		}
		return otherwise
	}
	_, v6 := options["6"]
	p.Kind, p.Src, p.Dst = wire.KindICMP, clientAddr.Addr(), serverAddr.Addr()
	p.ICMP = wire.ICMP{V6: v6, ID: uint16(value("echo", pingID)), Sequence: uint16(number(t, f[0])), Checksum: uint16(value("sum", 0))}
	p.TTL, p.ID = uint8(value("ttl", 64)), uint16(value("id", int(p.ID)))
	kinds := map[[2]bool]uint8{{true, false}: 8, {false, false}: 0, {true, true}: 128, {false, true}: 129}
	p.ICMP.Type = kinds[[2]bool{up, v6}]
	if v6 {
		p.Src, p.Dst, p.ID = client6, server6, 0
	}
	if !up {
		p.Src, p.Dst = p.Dst, p.Src
	}
	if from, ok := options["from"]; ok {
		p.Src = netip.MustParseAddr(from)
	}
	if to, ok := options["to"]; ok {
		p.Dst = netip.MustParseAddr(to)
	}
}

// quoteEcho makes an ICMP error of the packet quote an echo of the client's ping.
func quoteEcho(t testing.TB, p *wire.Packet, reply bool, sequence string, options map[string]string) {
	q := &p.ICMP.Quote
	*q = wire.Quote{Src: netip.AddrPortFrom(clientAddr.Addr(), 0), Dst: netip.AddrPortFrom(serverAddr.Addr(), 0), Protocol: 1,
		HasEcho: true, EchoReply: reply, ID: pingID, Sequence: uint16(number(t, sequence))}
	if _, v6 := options["6"]; v6 {
		p.ICMP.V6, p.Src, p.Dst, p.ID = true, routerAddr6, client6, 0
		q.Src, q.Dst, q.Protocol = netip.AddrPortFrom(client6, 0), netip.AddrPortFrom(server6, 0), 58
	}
	if reply {
		q.Src, q.Dst = q.Dst, q.Src
		p.Dst = q.Src.Addr()
	}
	if from, ok := options["from"]; ok {
		p.Src = netip.MustParseAddr(from)
	}
}

func icmpOf(t testing.TB, p *wire.Packet, f []string) {
	p.Kind, p.Src, p.Dst = wire.KindICMP, routerAddr, clientAddr.Addr()
	p.ICMP = wire.ICMP{Type: uint8(number(t, f[0])), Code: uint8(number(t, f[1])), HasQuote: true}
	p.ICMP.Quote = wire.Quote{Src: clientAddr, Dst: serverAddr, Protocol: protocolTCP, HasSeq: true, Seq: clientISN}
	options := optionsIn(f[2:])
	p.Src = addressIn(options, "from", routerAddr)
	quoted := &p.ICMP.Quote
	quoted.Src = netip.AddrPortFrom(addressIn(options, "by", clientAddr.Addr()), clientAddr.Port())
	if port, ok := options["port"]; ok {
		quoted.Src = netip.AddrPortFrom(quoted.Src.Addr(), uint16(number(t, port)))
	}
	quoted.Dst = netip.AddrPortFrom(addressIn(options, "at", serverAddr.Addr()), serverAddr.Port())
	if _, back := options["back"]; back { // quotes the SYN-ACK
		p.ICMP.Quote.Src, p.ICMP.Quote.Dst, p.ICMP.Quote.Seq, p.Dst = serverAddr, clientAddr, serverISN, serverAddr.Addr()
		return
	}
	switch {
	case options["seq"] != "":
		p.ICMP.Quote.Seq = clientISN + uint32(number(t, options["seq"]))
	case options["ping"] != "":
		quoteEcho(t, p, false, options["ping"], options)
	case options["pong"] != "":
		quoteEcho(t, p, true, options["pong"], options)
	case options["query"] != "":
		p.ICMP.Quote = wire.Quote{Src: netip.AddrPortFrom(clientAddr.Addr(), 50000), Dst: netip.AddrPortFrom(nameServer, portDNS), Protocol: protocolUDP,
			HasDNS: true, ID: uint16(number(t, options["query"]))}
		if p.ICMP.Quote.ID == 0 {
			p.ICMP.Quote.HasDNS = false
		}
	}
}

// nameServer is the server of DNS messages that name none.
var nameServer = netip.MustParseAddr("203.0.113.53")

// dnsOf has, beside the options port=N and id=N, server=ADDRESS, query=N (the identifier of the message), tc (truncated) and
// bare (without a question).
func dnsOf(t testing.TB, p *wire.Packet, up bool, f []string) []byte {
	kinds := map[string]dnsmessage.Type{"A": 1, "AAAA": 28, "PTR": 12, "TXT": 16}
	codes := map[string]dnsmessage.RCode{"NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5}
	options := optionsIn(f)
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: 7, Response: !up}}
	name := dnsmessage.MustNewName(f[1] + ".")
	if _, bare := options["bare"]; !bare {
		m.Questions = []dnsmessage.Question{{Name: name, Type: kinds[f[0]], Class: dnsmessage.ClassINET}}
	}
	for _, word := range f[2:] {
		if code, ok := codes[word]; ok {
			m.RCode = code
		}
		h := dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET}
		switch a, err := netip.ParseAddr(word); {
		case err == nil && a.Is4():
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: a.As4()}})
		case err == nil:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	_, m.Truncated = options["tc"]
	if id, ok := options["query"]; ok {
		m.ID = uint16(number(t, id))
	}
	b, err := m.Pack()
	require.NoError(t, err)
	p.Kind, p.DNS = wire.KindDNS, wire.DNS{ID: m.ID, Response: m.Response, Truncated: m.Truncated, Code: wire.DNSCode(m.RCode)}
	p.Src, p.SrcPort, p.Dst, p.DstPort = clientAddr.Addr(), 50000, addressIn(options, "server", nameServer), portDNS
	if port, ok := options["port"]; ok {
		p.SrcPort = uint16(number(t, port))
	}
	if id, ok := options["id"]; ok {
		p.ID = uint16(number(t, id))
	}
	_, p.MoreFragments = options["more"]
	if !up {
		p.Src, p.SrcPort, p.Dst, p.DstPort = p.Dst, p.DstPort, p.Src, p.SrcPort
	}
	return b
}

// result is what is asserted of an attempt.
type result struct {
	verdict string // "midstream/ok" with an ending, "no-answer?" where inconclusive
	packets int64
	Diagnosis
	seen Seen
}

func verdictOf(a *Judged) string {
	verdict := string(a.Verdict)
	if a.Ending != "" {
		verdict += "/" + string(a.Ending)
	}
	if a.Inconclusive {
		verdict += "?"
	}
	return verdict
}

func diagnosed(packets []wire.Packet, payloads [][]byte, o Options) ([]result, Stats) {
	var list []result
	o.Emit = func(a *Judged) {
		list = append(list, result{verdictOf(a), a.Packets(), a.Diagnosis(), a.Seen()})
	}
	e := New(o)
	for i := range packets {
		e.Add(&packets[i], payloads[i])
	}
	e.Close()
	return list, e.Stats()
}

func diagnoseText(t testing.TB, text string) []result {
	packets, payloads := packetsOf(t, text)
	list, _ := diagnosed(packets, payloads, Options{})
	for i := range list {
		toldInKorean(t, &list[i].Diagnosis)
	}
	return list
}

func verdictsOf(list []result) string {
	var names []string
	for _, r := range list {
		names = append(names, r.verdict)
	}
	return strings.Join(names, " ")
}

// handshake is three packets in the first 20 ms.
const handshake = `
0.000 > S  0 0 0
0.010 < S. 0 0 1
0.011 > .  1 0 1
`

// used is a connection that came to its end.
const used = exchange + `
0.1 > F. 101 0 301
0.2 < F. 301 0 102
0.2 > .  102 0 302
`

// exchange adds a request of 100 bytes and an answer of 300.
const exchange = handshake + `
0.020 > P. 1 100 1
0.030 < .  1 0 101
0.040 < P. 1 300 101
0.041 > .  101 0 301
`

// exchange21 is the same with the port of FTP's commands.
var exchange21 = strings.NewReplacer("\n\n", "\n", "1\n", "1 to=21\n", "1 0 0\n", "1 0 0 to=21\n", "0 0 0\n", "0 0 0 to=21\n").Replace(exchange)

// english are messages as a program reads them.
func english(list []lang.Message) []string { return lang.InEach(lang.English, list) }

// evidenceIn are frames with what they are, "7: FIN of the client".
func evidenceIn(list []Evidence) []string {
	var told []string
	for _, e := range list {
		told = append(told, fmt.Sprintf("%d: %s", e.Frame, e.What))
	}
	return told
}
