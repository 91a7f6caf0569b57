package lesson

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// frame is a packet of a recorded case.
type frame struct {
	wire.Frame
	packet wire.Packet
}

// recorded reads what was recorded of a case: a test at the root makes it.
func recorded(t *testing.T, name string) []byte {
	t.Helper()
	for _, c := range Cases() {
		if c.Name == name {
			file, err := scenarios.Recorded(c.Of, Recording)
			require.NoError(t, err)
			return file
		}
	}
	t.Fatalf("there is no case %s", name)
	return nil
}

// frames are those of the record at some vantage points, in the order of time.
func frames(t *testing.T, record []byte, points ...string) (list []frame) {
	t.Helper()
	r, err := wire.NewReader(bytes.NewReader(record))
	require.NoError(t, err)
	for {
		p, err := r.Next()
		if err != nil {
			return list
		}
		for _, point := range points {
			if p.Interface == point {
				f := r.Frame(&p)
				f.Data = bytes.Clone(f.Data)
				list = append(list, frame{f, p})
			}
		}
	}
}

// capture is a file with these frames, as a program writes it that knows nothing of vantage points.
func capture(t *testing.T, name string, list ...frame) File {
	t.Helper()
	var file bytes.Buffer
	w, err := wire.NewWriter(&file, "a test")
	require.NoError(t, err)
	_, err = w.AddInterface("eth0", 1)
	require.NoError(t, err)
	for _, f := range list {
		require.NoError(t, w.Write(0, f.Frame, ""))
	}
	return File{Name: name, Data: file.Bytes()}
}

func caseNamed(t *testing.T, name string) Case {
	t.Helper()
	for _, c := range Cases() {
		if c.Name == name {
			return c
		}
	}
	require.FailNow(t, "no such case", name)
	return Case{}
}

// only keeps the frames for which a condition holds.
func only(list []frame, keep func(p *wire.Packet) bool) (kept []frame) {
	for i := range list {
		if keep(&list[i].packet) {
			kept = append(kept, list[i])
		}
	}
	return kept
}

// exam is a case, its record, and captures of both sides.
type exam struct {
	*testing.T
	c             Case
	record        []byte
	front, behind []frame
}

func newExam(t *testing.T, name string) exam {
	t.Helper()
	record := recorded(t, name)
	// Without ARP, which is there or not as the kernel's table has it.
	ip := func(p *wire.Packet) bool { return p.Kind == wire.KindTCP || p.Kind == wire.KindICMP }
	e := exam{t, caseNamed(t, name), record, only(frames(t, record, "client"), ip), only(frames(t, record, "server"), ip)}
	if len(e.behind) == 0 { // it is switched off
		e.behind = only(frames(t, record, "router:to-server"), ip)
	}
	return e
}

func (e exam) grade(v diagnose.Verdict, where HostPlace, files ...File) Grade {
	e.Helper()
	record, err := ReadRecord(bytes.NewReader(e.record))
	require.NoError(e, err)
	g, err := e.c.Grade(record, Answer{Verdict: v, Where: where, Evidence: files})
	require.NoError(e, err)
	return g
}

// right hands in the right answer with these files.
func (e exam) right(files ...File) Grade {
	e.Helper()
	return e.grade(e.c.Verdicts[0], e.c.Where, files...)
}

func (e exam) client(list ...frame) File { return capture(e.T, "client.pcap", list...) }
func (e exam) server(list ...frame) File { return capture(e.T, "server.pcap", list...) }

func notes(g Grade, tag lang.Tag) (list []string) {
	for _, n := range g.Notes {
		list = append(list, n.In(tag))
	}
	return list
}

func TestEveryCaseIsProvenFromBothSides(t *testing.T) {
	for _, c := range Cases() {
		e := newExam(t, c.Name)
		for _, v := range c.Verdicts {
			g := e.grade(v, c.Where, e.client(e.front...), e.server(e.behind...))
			assert.Equal(t, FullScore, g.Score(), "%s, %s: %q", c.Name, v, notes(g, lang.English))
			assert.Contains(t, notes(g, lang.English), c.Solution.English)
			assert.Contains(t, notes(g, lang.Korean), c.Solution.Korean)
		}
		// One capture on all interfaces of the router will do as well, where its two sides tell.
		if c.Where != Client {
			g := e.right(capture(t, "any.pcap", frames(t, e.record, "router:to-client", "router:to-server")...))
			assert.Equal(t, FullScore, g.Score(), "%s: %q", c.Name, notes(g, lang.English))
			assert.Contains(t, notes(g, lang.English)[0], "any.pcap was taken in your lab, on both sides of the router: ")
		}
	}
}

func TestWrongAnswer(t *testing.T) {
	e := newExam(t, "security-group")
	both := []File{e.client(e.front...), e.server(e.behind...)}
	g := e.grade(diagnose.Refused, Router, both...)
	assert.Zero(t, g.Score(), "the place does not count without the verdict")
	assert.Equal(t, []string{
		fmt.Sprintf("client.pcap was taken in your lab, on the client's side of the router: %d packets.", len(e.front)),
		fmt.Sprintf("server.pcap was taken in your lab, on the server's side of the router: %d packets.", len(e.behind)),
		`It is not "refused". Look at what comes back to the client's first packet (a RST, an ICMP error, nothing), ` +
			"and if it is a SYN-ACK, at what comes back to the request.",
	}, notes(g, lang.English))
	g = e.grade(diagnose.NoAnswer, Server, both...)
	assert.Equal(t, 50, g.Score())
	assert.Equal(t, "It is not the server. The last vantage point that has seen a packet tells where it has gone: capture on both sides while the client tries.",
		notes(g, lang.English)[2])
	assert.Equal(t, "서버가 아니다. 패킷이 마지막으로 관찰된 지점을 보면 어디에서 사라졌는지 알 수 있다. 클라이언트가 시도하는 동안 양쪽에서 캡처하라.",
		notes(g, lang.Korean)[2])
	g = e.right()
	assert.Equal(t, 60, g.Score())
	assert.Equal(t, []string{"There is no capture that counts as evidence yet."}, notes(g, lang.English))
}

// What one side shows, and what it does not.
func TestEvidenceFromOneSide(t *testing.T) {
	for name, want := range map[string][2]int{ // from the client alone, from the server alone
		"closed-port":           {80, 100}, // the server sends the RST
		"server-firewall":       {80, 100},
		"dead-host":             {80, 100},
		"security-group":        {80, 60},
		"server-rejects":        {100, 100}, // an ICMP error is signed
		"router-rejects":        {100, 60},
		"way-back":              {80, 60}, // at the server it has another name
		"no-route":              {100, 60},
		"client-firewall":       {100, 60},
		"ping-blocked":          {80, 60},
		"router-resets-syn":     {80, 60},
		"service-hangs":         {80, 100},
		"router-resets-request": {80, 60},
		"server-resets-request": {80, 100},
		"request-lost":          {80, 60},
		"request-dropped":       {80, 80}, // that the client hears nothing, only its capture shows
	} {
		e := newExam(t, name)
		g := e.right(e.client(e.front...))
		assert.Equal(t, want[0], g.Score(), "%s, client: %q", name, notes(g, lang.English))
		g = e.right(e.server(e.behind...))
		assert.Equal(t, want[1], g.Score(), "%s, server: %q", name, notes(g, lang.English))
	}
	e := newExam(t, "security-group")
	assert.Equal(t, "Your captures show what the client sees, and that is the same whoever is to blame. Capture on the server, too, while the client tries; "+
		"with a ping before and after, so that also a file without a SYN proves that it ran.", notes(e.right(e.client(e.front...)), lang.English)[1])
	e = newExam(t, "request-dropped")
	assert.Equal(t, "Your captures are from the server's side alone: capture on the client at the same time, to see what has become of the packets in between.",
		notes(e.right(e.server(e.behind...)), lang.English)[1])
}

// A capture that holds nothing of the attempt proves that it did not pass only when it ran at that time.
func TestAbsenceMustBeProven(t *testing.T) {
	e := newExam(t, "security-group")
	front := e.client(e.front...)
	g := e.right(front, e.server())
	assert.Equal(t, 80, g.Score())
	assert.Equal(t, "server.pcap holds no packet. That may be the very finding, but the file alone shows neither where it was taken nor that it ran "+
		"while the client tried. Let something through that does arrive, such as a ping before and after the attempt (filter: \"tcp port 8080 or icmp\"): "+
		"then one file shows what came, and what did not.", notes(g, lang.English)[1])

	attempt := only(e.front, func(p *wire.Packet) bool { return p.Kind == wire.KindTCP })[0].Time
	before := only(e.behind, func(p *wire.Packet) bool { return p.Time.Before(attempt) })
	require.NotEmpty(t, before)
	g = e.right(front, e.server(before...))
	assert.Equal(t, 80, g.Score())
	assert.Equal(t, "Your captures do not show the same attempt from both sides: let both run before the client tries, and until it has given up, "+
		"with a ping before and after.", notes(g, lang.English)[2])
}

func TestAttemptMustBeWhole(t *testing.T) {
	e := newExam(t, "security-group")
	isSYN := func(p *wire.Packet) bool { return p.Kind == wire.KindTCP }
	syns := only(e.front, isSYN)
	require.Len(t, syns, 3)
	first := syns[0].Time
	early := only(e.front, func(p *wire.Packet) bool { return !p.Time.After(first) })
	g := e.right(e.client(early...), e.server(e.behind...))
	assert.Equal(t, 60, g.Score())
	assert.Equal(t, "The capture ends too early: let it run until the client has given up, and a little longer.", notes(g, lang.English)[2])
	g = e.right(e.client(only(early, func(p *wire.Packet) bool { return !isSYN(p) })...))
	assert.Equal(t, `Your captures do not show "no-answer": capture an attempt from its first packet to its end, and what ICMP says of it `+
		`(filter: "tcp port 8080 or icmp").`, notes(g, lang.English)[1])
}

// Files that are not what they seem count for nothing; others beside them do.
func TestFalseEvidence(t *testing.T) {
	e := newExam(t, "closed-port")
	others := newExam(t, "router-resets-syn") // whose packets look the same to the client
	later := func(list []frame, by time.Duration) (moved []frame) {
		for _, f := range list {
			f.Time = f.Time.Add(by)
			moved = append(moved, f)
		}
		return moved
	}
	isRST := func(p *wire.Packet) bool { return p.TCP.Flags.Has(wire.RST) }
	for _, c := range []struct {
		what string
		list []frame
		says string
	}{
		{"from another lab", others.front,
			"client.pcap: none of its packets has ever been seen in your lab. It is from another lab, or from an earlier one: capture again in this one."},
		{"with packets of another", append(e.front[:2:2], others.front...),
			"client.pcap: packet 3 (198.51.100.10 > 203.0.113.10 ICMP echo-request) has never been seen in your lab, while others in the file have. A capture counts only as it was taken."},
		{"an hour later", later(e.front, time.Hour),
			"client.pcap: packet 1 (198.51.100.10 > 203.0.113.10 ICMP echo-request) was seen in your lab, but 1h0m0s earlier or later than the file says. A capture counts only as it was taken."},
		{"without the RST", only(e.front, func(p *wire.Packet) bool { return !isRST(p) }),
			"client.pcap lacks packets that passed there while it ran: 1 of them, the first one 203.0.113.10:8080 > 198.51.100.10:PORT [R.]. " +
				"A filter has hidden them, or they were taken out: use \"tcp port 8080 or icmp\", or no filter."},
		{"of another protocol", only(e.front, func(p *wire.Packet) bool { return p.Kind == wire.KindOther }),
			"client.pcap holds no packet. "},
	} {
		g := e.right(e.client(c.list...))
		assert.Equal(t, 60, g.Score(), c.what)
		port := only(e.front, isRST)[0].packet.DstAddrPort().String()
		says := bytes.ReplaceAll([]byte(c.says), []byte("198.51.100.10:PORT"), []byte(port))
		assert.Contains(t, notes(g, lang.English)[0], string(says), c.what)
		assert.Equal(t, FullScore, e.right(e.client(c.list...), e.server(e.behind...)).Score(), "%s, and a true one", c.what)
	}
}

// A question for a hardware address is the same in every lab of these addresses, byte for byte: it does not make a file of another lab one
// of this lab.
func TestWhatEveryLabHasProvesNothing(t *testing.T) {
	e, others := newExam(t, "dead-host"), newExam(t, "router-resets-syn")
	asked := only(frames(t, e.record, "client", "router:to-server"), func(p *wire.Packet) bool { return p.Kind == wire.KindARP })
	require.NotEmpty(t, asked)
	for i := range asked {
		asked[i].Time = asked[i].Time.Add(15 * time.Second)
	}
	assert.Contains(t, notes(e.right(e.client(append(asked, others.front...)...)), lang.English)[0],
		"client.pcap: none of its packets has ever been seen in your lab.")
	assert.Contains(t, notes(e.right(e.client(asked...)), lang.English)[0], "client.pcap holds no packet by which your lab could be recognised")
}

// A filter for TCP alone hides the very answer.
func TestFilterThatHidesTheAnswer(t *testing.T) {
	e := newExam(t, "server-rejects")
	g := e.right(e.client(only(e.front, func(p *wire.Packet) bool { return p.Kind == wire.KindTCP })...))
	assert.Equal(t, 60, g.Score())
	assert.Equal(t, `Your captures do not show "rejected": capture an attempt from its first packet to its end, and what ICMP says of it `+
		`(filter: "tcp port 8080 or icmp").`, notes(g, lang.English)[1])
	g = e.right(e.client(only(e.front, func(p *wire.Packet) bool { return p.Kind == wire.KindTCP || p.ICMP.IsEcho() })...))
	assert.Equal(t, 60, g.Score())
	assert.Contains(t, notes(g, lang.English)[0], "the first one 203.0.113.10 > 198.51.100.10 ICMP unreachable port. A filter has hidden them")
}

// What a filter leaves out that the complaint is not about, is not missed.
func TestFilterThatHidesWhatDoesNotMatter(t *testing.T) {
	e := newExam(t, "ping-blocked")
	record, err := ReadRecord(bytes.NewReader(e.record))
	require.NoError(t, err)
	client := slices.IndexFunc(record.Traces, func(t wire.Trace) bool { return t.Point == "client" })
	ping := only(e.front, func(p *wire.Packet) bool { return p.Kind == wire.KindICMP })[0].packet
	ping.Dst, ping.ICMP.ID = netip.MustParseAddr("198.51.100.1"), ping.ICMP.ID+1 // of the router
	record.Traces[client].Packets = append(record.Traces[client].Packets, ping)
	g, err := e.c.Grade(record, Answer{Verdict: diagnose.NoAnswer, Where: Router, Evidence: []File{e.client(e.front...), e.server(e.behind...)}})
	require.NoError(t, err)
	assert.Equal(t, FullScore, g.Score(), notes(g, lang.English))
}

// Captures at both ends of a link hold the same packets, at times that differ by what the kernel needs.
func TestTwoCapturesOfOneLink(t *testing.T) {
	for _, c := range Cases() {
		e := newExam(t, c.Name)
		g := e.right(e.client(e.front...), capture(t, "router.pcap", frames(t, e.record, "router:to-client")...), e.client(e.front...),
			e.server(e.behind...), e.server(e.behind...))
		assert.Equal(t, FullScore, g.Score(), "%s: %q", c.Name, notes(g, lang.English))
	}
}

// A server's capture into which a packet was put that is true, but was seen elsewhere, is not the server's.
func TestPacketsOfTheOtherSide(t *testing.T) {
	e := newExam(t, "security-group")
	syns := only(e.front, func(p *wire.Packet) bool { return p.Kind == wire.KindTCP })
	mixed := append(e.behind[:len(e.behind):len(e.behind)], syns...)
	g := e.grade(diagnose.NoAnswer, Server, e.server(mixed...))
	assert.False(t, g.Located, "the SYNs are those of the client's side")
	assert.Equal(t, 50, g.Score())
}

func TestFileThatIsCut(t *testing.T) {
	e := newExam(t, "closed-port")
	file := e.server(e.behind...)
	file.Data = file.Data[:len(file.Data)-10]
	g := e.right(file)
	assert.Equal(t, FullScore, g.Score())
	assert.Equal(t, "server.pcap ends in the middle of a packet; what comes before it counts. Let the capture end by Ctrl-C, and copy the file then.",
		notes(g, lang.English)[0])
}

func TestNotACapture(t *testing.T) {
	e := newExam(t, "closed-port")
	record, err := ReadRecord(bytes.NewReader(e.record))
	require.NoError(t, err)
	for contents, says := range map[string]string{
		"":                               "the input is empty: let the capture end in good order (tcpdump: Ctrl-C) before reading it",
		"12:00:01 IP 198.51.100.10 > ..": "this is text without a packet as tcpdump prints it: give the file that tcpdump -w wrote, or what tcpdump -nn printed",
		"PK\x03\x04":                     "this is a zip archive: extract the capture from it",
		"\x00\x01":                       "it starts with bytes 00 01: give a file that tcpdump -w or Wireshark wrote (pcap or pcapng)",
	} {
		_, err := e.c.Grade(record, Answer{Evidence: []File{{Name: "notes.txt", Data: []byte(contents)}}})
		assert.EqualError(t, err, "notes.txt: not a packet capture: "+says)
	}
}
