package diagnose

import (
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// fewSamples is how many of the first requests an exchange is known by, where addresses are translated.
const fewSamples = 4

// missingEcho is for an echo exchange that the server's capture does not hold.
func (j *JoinedSides) missingEcho(s *Seen) {
	switch {
	case s.packets[server] > 0:
		j.say(lang.Text{English: "the server's capture does not hold this ping: another time, another interface, a filter, or something answers in its place",
			Korean: "서버의 캡처에 이 ping이 없다: 다른 때, 다른 인터페이스, 필터, 또는 무언가가 대신 응답한다"})
	case s.echo.Requests == 0:
		j.say(lang.Text{English: "no packet left for the server", Korean: "서버로 나간 패킷이 없다"})
	case s.rejected:
		j.Loss = LostBeforeServer
		j.say(lang.Text{English: "no request reached the server: what sent the ICMP error stopped them", Korean: "서버에 닿은 요청이 없다: ICMP 오류를 보낸 쪽이 막았다"})
	default:
		j.lost(client, wire.Passage{Near: s.echo.Requests}, lang.Text{English: "%s left the client, and none reached the server's network card",
			Korean: "%s, 클라이언트에서 나갔지만 하나도 서버의 네트워크 카드에 닿지 않았다"},
			echoRequests(s.echo.Requests))
	}
}

// compareEcho says where requests and replies were lost, from what both sides saw.
func (j *JoinedSides) compareEcho(c, s *Seen) {
	requests := wire.Passage{Near: c.packets[client], Far: s.packets[client], Unanswered: s.packets[server] == 0}
	replies := wire.Passage{Near: s.packets[server], Far: c.packets[server]}
	switch unheard := c.echo.Lost + c.echo.Pending + c.echo.Rejected; {
	case replies.Whereabouts() == wire.BegunBetween:
		j.lost(server, replies, lang.Text{English: "the server sent no reply: what the client got was sent by something on the way",
			Korean: "서버는 응답을 보내지 않았다: 클라이언트가 받은 것은 경로상의 무언가가 보냈다"})
	case requests.Whereabouts() == wire.LostAtEnd:
		j.lost(client, requests, lang.Text{English: "%s reached the server's network card, and no reply left it",
			Korean: "%s, 서버의 네트워크 카드에 닿았지만 응답이 나가지 않았다"}, echoRequests(requests.Far))
	case replies.Far == 0:
		j.lost(server, replies, lang.Text{English: "%s left the server, and none reached the client",
			Korean: "%s, 서버에서 나갔지만 하나도 클라이언트에 닿지 않았다"}, echoReplies(replies.Near))
	case unheard == 0 && c.echo.Requests != s.echo.Requests:
		j.say(lang.Text{English: "every echo request that the client's capture holds was answered", Korean: "클라이언트의 캡처에 있는 에코 요청은 모두 응답을 받았다"})
	case replies.Whereabouts() == wire.LostBetween:
		j.lost(server, replies, lang.Text{English: "of %d echo replies that the server sent, %d reached the client",
			Korean: "서버가 보낸 에코 응답 %d개 가운데 %d개가 클라이언트에 닿았다"}, replies.Near, replies.Far)
	case requests.Whereabouts() == wire.LostBetween:
		j.lost(client, requests, lang.Text{English: "of %d echo requests that the client sent, %d reached the server",
			Korean: "클라이언트가 보낸 에코 요청 %d개 가운데 %d개가 서버에 닿았다"}, requests.Near, requests.Far)
	case requests.Far > replies.Near:
		requests.Unanswered = true // some of them
		j.lost(client, requests, lang.Text{English: "of %d echo requests that reached the server, it answered %d",
			Korean: "서버에 닿은 에코 요청 %d개 가운데 %d개에 서버가 응답했다"}, requests.Far, replies.Near)
	default:
		j.say(lang.Text{English: "both sides saw the same", Korean: "양쪽이 본 것이 같다"})
	}
}
