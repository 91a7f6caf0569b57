package lesson

import (
	"fmt"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// What a student is told of a file.
var (
	emptyFile = lang.Text{
		English: "%s holds no packet. That may be the very finding, but the file alone shows neither where it was taken nor that it ran while the client tried. " +
			"Let something through that does arrive, such as a ping before and after the attempt (filter: \"tcp port 8080 or icmp\"): then one file shows what came, and what did not.",
		Korean: "%s에는 패킷이 없다. 그것이 바로 단서일 수도 있지만, 이 파일만으로는 어디에서 캡처했는지, 클라이언트가 시도하는 동안 캡처가 돌고 있었는지 알 수 없다. " +
			"시도 전후에 ping처럼 확실히 도착하는 패킷을 함께 보내라(필터: \"tcp port 8080 or icmp\"). 그러면 한 파일로 무엇이 도착했고 무엇이 도착하지 않았는지 알 수 있다.",
	}
	silentFile = lang.Text{
		English: "%s holds no packet by which your lab could be recognised: capture on an interface of the lab.",
		Korean:  "%s에는 어느 랩의 것인지 알아볼 수 있는 패킷이 없다. 랩의 인터페이스에서 캡처하라.",
	}
	foreignFile = lang.Text{
		English: "%s: none of its packets has ever been seen in your lab. It is from another lab, or from an earlier one: capture again in this one.",
		Korean:  "%s: 이 파일의 패킷은 하나도 이 랩에서 관찰된 적이 없다. 다른 랩이나 예전 랩에서 캡처한 것이다. 지금 이 랩에서 다시 캡처하라.",
	}
	editedFile = lang.Text{
		English: "%s: packet %d (%s) has never been seen in your lab, while others in the file have. A capture counts only as it was taken.",
		Korean:  "%s: %d번 패킷(%s)은 이 랩에서 관찰된 적이 없는데, 같은 파일의 다른 패킷은 관찰됐다. 캡처는 원본 그대로여야 인정된다.",
	}
	shiftedFile = lang.Text{
		English: "%s: packet %d (%s) was seen in your lab, but %s earlier or later than the file says. A capture counts only as it was taken.",
		Korean:  "%s: %d번 패킷(%s)은 이 랩에서 관찰됐지만, 그 시각이 파일에 적힌 것과 %s 차이가 난다. 캡처는 원본 그대로여야 인정된다.",
	}
	filteredFile = lang.Text{
		English: "%s lacks packets that passed there while it ran: %d of them, the first one %s. A filter has hidden them, or they were taken out: use \"tcp port 8080 or icmp\", or no filter.",
		Korean:  "%s에는 캡처하는 동안 그곳을 지나간 패킷 중 %d개가 빠져 있다(첫 번째: %s). 필터가 걸러 냈거나 나중에 지운 것이다. \"tcp port 8080 or icmp\" 필터를 쓰거나 필터 없이 캡처하라.",
	}
	shortFile = lang.Text{
		English: "%s keeps only the beginning of each packet, and %d of them end within their headers: capture whole packets (tcpdump without -s).",
		Korean:  "%s에는 패킷의 앞부분만 남아 있고, 그중 %d개는 헤더조차 다 담기지 않았다. 패킷 전체를 다시 캡처하라(tcpdump라면 -s 없이).",
	}
	cutFile = lang.Text{
		English: "%s ends in the middle of a packet; what comes before it counts. Let the capture end by Ctrl-C, and copy the file then.",
		Korean:  "%s: 파일이 패킷 중간에서 끊겨 있어 그 앞까지만 인정한다. Ctrl-C로 캡처를 끝낸 다음 파일을 복사하라.",
	}
	genuineFile = lang.Text{
		English: "%s was taken in your lab, on %s: %d packets.",
		Korean:  "%s: 이 랩에서 캡처한 파일이다(%s, 패킷 %d개).",
	}
	clientSide = lang.Text{English: "the client's side of the router", Korean: "라우터의 클라이언트 쪽"}
	serverSide = lang.Text{English: "the server's side of the router", Korean: "라우터의 서버 쪽"}
	bothOfThem = lang.Text{English: "both sides of the router", Korean: "라우터의 양쪽"}
	elsewhere  = lang.Text{English: "a link that the packets in question do not take", Korean: "문제의 패킷이 지나가지 않는 링크"}
)

// What a student is told of the answer.
var (
	notVerdict = lang.Text{
		English: "It is not %q. Look at what comes back to the client's first packet (a RST, an ICMP error, nothing), and if it is a SYN-ACK, at what comes back to the request.",
		Korean:  "%q 판정은 맞지 않는다. 클라이언트의 첫 패킷에 무엇이 돌아오는지(RST, ICMP 오류, 무응답), SYN-ACK가 돌아온다면 요청에는 무엇이 돌아오는지 보라.",
	}
	notPlace = lang.Text{
		English: "It is not the %s. The last vantage point that has seen a packet tells where it has gone: capture on both sides while the client tries.",
		Korean:  "%s가 아니다. 패킷이 마지막으로 관찰된 지점을 보면 어디에서 사라졌는지 알 수 있다. 클라이언트가 시도하는 동안 양쪽에서 캡처하라.",
	}
	noEvidence = lang.Text{
		English: "There is no capture that counts as evidence yet.",
		Korean:  "아직 증거로 인정할 수 있는 캡처가 없다.",
	}
	tooShort = lang.Text{
		English: "The capture ends too early: let it run until the client has given up, and a little longer.",
		Korean:  "캡처가 너무 일찍 끝났다. 클라이언트가 포기할 때까지, 그리고 조금 더 캡처하라.",
	}
	notShown = lang.Text{
		English: "Your captures do not show %q: capture an attempt from its first packet to its end, and what ICMP says of it (filter: \"tcp port 8080 or icmp\").",
		Korean:  "제출한 캡처로는 %q임을 알 수 없다. 시도 하나를 첫 패킷부터 끝까지, 관련된 ICMP와 함께 캡처하라(필터: \"tcp port 8080 or icmp\").",
	}
	clientOnly = lang.Text{
		English: "Your captures show what the client sees, and that is the same whoever is to blame. Capture on the server, too, while the client tries; " +
			"with a ping before and after, so that also a file without a SYN proves that it ran.",
		Korean: "제출한 캡처는 클라이언트가 본 것만 보여 주며, 그것은 원인이 어디에 있든 똑같다. 클라이언트가 시도하는 동안 서버에서도 캡처하라. " +
			"시도 전후에 ping을 보내면 SYN이 없는 파일도 그때 캡처가 돌고 있었음을 증명한다.",
	}
	serverOnly = lang.Text{
		English: "Your captures are from the server's side alone: capture on the client at the same time, to see what has become of the packets in between.",
		Korean:  "서버 쪽 캡처만 있다. 그사이에서 패킷이 어떻게 되었는지 보려면 같은 시간에 클라이언트에서도 캡처하라.",
	}
	notTogether = lang.Text{
		English: "Your captures do not show the same attempt from both sides: let both run before the client tries, and until it has given up, with a ping before and after.",
		Korean:  "양쪽 캡처에 같은 시도가 담겨 있지 않다. 클라이언트가 시도하기 전에 양쪽 캡처를 시작하고 포기할 때까지 계속하라. 시도 전후에는 ping을 보내라.",
	}
)

// placeNames are the places in a sentence.
var placeNames = map[HostPlace]lang.Text{
	Client: {English: "client", Korean: "클라이언트"},
	Router: {English: "router", Korean: "라우터"},
	Server: {English: "server", Korean: "서버"},
}

// notes are the remarks on a file.
func (e *evidence) notes() []Note {
	var list []Note
	if e.cut {
		list = append(list, note(cutFile, e.name))
	}
	switch e.state {
	case empty:
		return append(list, note(emptyFile, e.name))
	case silent:
		return append(list, note(silentFile, e.name))
	case foreign:
		return append(list, note(foreignFile, e.name))
	case edited:
		return append(list, note(editedFile, e.name, e.which.Frame, describe(e.which)))
	case shifted:
		return append(list, note(shiftedFile, e.name, e.which.Frame, describe(e.which), e.off.Round(sameTime)))
	case filtered:
		return append(list, note(filteredFile, e.name, e.missing, describe(e.which)))
	case short:
		return append(list, note(shortFile, e.name, e.snapped))
	}
	return append(list, note(genuineFile, e.name, e.taken(), e.total))
}

// taken says on which side of the router the file was taken.
func (e *evidence) taken() lang.Text {
	switch {
	case len(e.sides) == 0:
		return elsewhere
	case len(e.sides) == len(sides):
		return bothOfThem
	case e.sides[0] == Client:
		return clientSide
	}
	return serverSide
}

// describe names a packet as tcpdump does, in short.
func describe(p *wire.Packet) string {
	switch p.Kind {
	case wire.KindTCP:
		return fmt.Sprintf("%s > %s [%s]", p.SrcAddrPort(), p.DstAddrPort(), p.TCP.Flags)
	case wire.KindICMP:
		return fmt.Sprintf("%s > %s ICMP %s", p.Src, p.Dst, p.ICMP.Name())
	}
	return fmt.Sprintf("%s > %s %s", p.Src, p.Dst, p.Kind)
}
