package lesson

import (
	"slices"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// Case is a fault that is hidden in a mystery, and what is true of it.
type Case struct {
	// Name is for teachers and tests; a student does not see it before the case is solved.
	Name  string
	Level int
	// Fault is injected into the lab of every mystery ([Case.Scenario]): it fits all of them, so that what stands in the
	// lab besides tells nothing.
	Fault harness.Fault
	// Pings says that the complaint is about ping, and not about the service.
	Pings bool
	// Verdicts are right: what a capture at the client shows, or one at the server.
	Verdicts []diagnose.Verdict
	// Where it happens.
	Where Place
	// Story is told when the case is solved.
	Story lang.Text
}

// Levels is the number of levels.
const Levels = 3

// group is the security group that stands in every lab.
var group = harness.SecurityGroup("tcp/8080 icmp/echo-request")

// service is a rule about what goes to the service.
func service(chain string) harness.Rule {
	return harness.Rule{Chain: chain, Proto: "tcp", Port: harness.Port}
}

func dropped(host Place, r harness.Rule) harness.Fault {
	return harness.FirewallRule{Host: string(host), Rule: r}
}

func rejected(host Place, r harness.Rule, with string) harness.Fault {
	r.Reject = with
	return harness.FirewallRule{Host: string(host), Rule: r}
}

// data is the rule for segments with data alone.
func data(r harness.Rule) harness.Rule {
	r.Data = true
	return r
}

// cases are all of them. Level 1 is refused or silent. On level 2 others than the server interfere, and what is blocked may be
// the way back, or ping. On level 3 "refused" and "reset" may be said by another, and connections fail that were established.
var cases = []Case{
	{Name: "closed-port", Level: 1, Fault: harness.StopService{}, Verdicts: verdicts(diagnose.Refused), Where: Server, Story: lang.Text{
		English: "Nobody listens on the port. The server's kernel answers each SYN with a RST: the host is up, its application is not. Start it, or ask why it has ended.",
		Korean:  "그 포트에서 리슨하는 프로세스가 없다. 서버의 커널이 SYN마다 RST로 응답한다. 호스트는 살아 있고 애플리케이션만 죽은 것이다. 애플리케이션을 다시 띄우고, 왜 종료되었는지 확인한다.",
	}},
	{Name: "server-firewall", Level: 1, Fault: dropped(Server, service("INPUT")), Verdicts: verdicts(diagnose.NoAnswer), Where: Server, Story: lang.Text{
		English: "The server's own firewall drops what comes to the port. A capture on the server shows each SYN, since packets are captured before the firewall sees them; \"iptables -S\" shows the rule.",
		Korean:  "서버 자신의 방화벽이 그 포트로 들어오는 패킷을 드롭한다. 패킷은 방화벽보다 먼저 캡처되므로 서버의 캡처에는 SYN이 모두 보인다. 규칙은 \"iptables -S\"로 확인한다.",
	}},
	{Name: "dead-host", Level: 1, Fault: harness.StopHost{Host: "server", LastHop: "router"}, Verdicts: verdicts(diagnose.NoAnswer), Where: Server, Story: lang.Text{
		English: "The server is switched off. The router passes each SYN on to it, and nothing comes back, neither for TCP nor for ping.",
		Korean:  "서버가 꺼져 있다. 라우터는 SYN을 모두 서버 쪽으로 전달하지만, TCP에도 ping에도 응답이 없다.",
	}},
	{Name: "security-group", Level: 1, Fault: harness.Revoke{List: group, Permission: "tcp/8080"}, Verdicts: verdicts(diagnose.NoAnswer), Where: Router, Story: lang.Text{
		English: "The security group does not let the port through. The SYN leaves the client and never reaches the server, which is healthy: a capture there holds the ping and no SYN.",
		Korean:  "보안 그룹이 그 포트를 허용하지 않는다. SYN은 클라이언트를 떠나지만 서버에 도착하지 않는다. 서버는 정상이며, 서버의 캡처에는 ping만 있고 SYN은 없다.",
	}},

	{Name: "server-rejects", Level: 2, Fault: rejected(Server, service("INPUT"), "icmp-port-unreachable"), Verdicts: verdicts(diagnose.Rejected), Where: Server, Story: lang.Text{
		English: "The server's firewall rejects with an ICMP error (port unreachable). The client hears \"connection refused\", though no RST was sent; the ICMP error is signed with the server's address.",
		Korean:  "서버의 방화벽이 ICMP 오류(port unreachable)로 거부한다. RST는 전송되지 않았지만 클라이언트에는 \"connection refused\"로 보인다. ICMP 오류의 출발지 주소가 서버의 주소다.",
	}},
	{Name: "router-rejects", Level: 2, Fault: rejected(Router, service("FORWARD"), "icmp-admin-prohibited"), Verdicts: verdicts(diagnose.Rejected), Where: Router, Story: lang.Text{
		English: "A router on the way rejects with an ICMP error (administratively prohibited). It is signed with the router's address, and the server has seen nothing.",
		Korean:  "중간의 라우터가 ICMP 오류(administratively prohibited)로 거부한다. ICMP 오류의 출발지 주소는 라우터의 주소이고, 서버에는 아무것도 도착하지 않았다.",
	}},
	{Name: "way-back", Level: 2, Fault: dropped(Router, harness.Rule{Chain: "FORWARD", Proto: "tcp", SourcePort: harness.Port}),
		Verdicts: verdicts(diagnose.NoAnswer, diagnose.SYNACKUnanswered), Where: Router, Story: lang.Text{
			English: "The way back is blocked, as by a network ACL without its return rule. The SYN reaches the server, which answers again and again; each SYN-ACK is lost on the router.",
			Korean:  "돌아오는 방향이 막혀 있다. 반환 규칙을 빠뜨린 네트워크 ACL과 같다. SYN은 서버에 도착하고 서버는 SYN-ACK를 거듭 보내지만, 모두 라우터에서 사라진다.",
		}},
	{Name: "no-route", Level: 2, Fault: harness.NoRoute{Host: "client"}, Verdicts: verdicts(diagnose.NotSent), Where: Client, Story: lang.Text{
		English: "The client has no default route: \"network is unreachable\" is said by its own kernel, and no packet leaves. \"ip route\" shows it; its own subnet still answers.",
		Korean:  "클라이언트에 기본 경로(default route)가 없다. \"network is unreachable\"은 클라이언트 자신의 커널이 낸 오류이며, 패킷은 하나도 나가지 않는다. \"ip route\"로 확인할 수 있고, 같은 서브넷은 여전히 응답한다.",
	}},
	{Name: "client-firewall", Level: 2, Fault: dropped(Client, service("OUTPUT")), Verdicts: verdicts(diagnose.NotSent), Where: Client, Story: lang.Text{
		English: "The client's own firewall drops what leaves for the port. The kernel retransmits its SYNs and the client times out, as if the server were silent, but no capture holds one: what OUTPUT drops does not get to the network card.",
		Korean:  "클라이언트 자신의 방화벽이 그 포트로 나가는 패킷을 드롭한다. 커널은 SYN을 재전송하고 클라이언트는 서버가 침묵하는 것처럼 타임아웃되지만, 어느 캡처에도 SYN이 없다. OUTPUT에서 드롭된 패킷은 네트워크 카드까지 가지 않는다.",
	}},
	{Name: "ping-blocked", Level: 2, Fault: harness.Revoke{List: group, Permission: "icmp/echo-request"}, Pings: true, Verdicts: verdicts(diagnose.NoAnswer), Where: Router, Story: lang.Text{
		English: "The security group does not let ICMP through. The host is up, and so is its service: a ping that fails proves nothing about either.",
		Korean:  "보안 그룹이 ICMP를 허용하지 않는다. 호스트도 서비스도 정상이다. ping 실패만으로는 어느 쪽도 판단할 수 없다.",
	}},

	{Name: "router-resets-syn", Level: 3, Fault: rejected(Router, service("FORWARD"), "tcp-reset"), Verdicts: verdicts(diagnose.Refused), Where: Router, Story: lang.Text{
		English: "Something on the way answers the SYN with a RST in the server's name. For the client it is a closed port; the server's capture holds no SYN at all.",
		Korean:  "중간의 장비가 서버의 이름으로 SYN에 RST를 보낸다. 클라이언트에는 닫힌 포트와 똑같이 보이지만, 서버의 캡처에는 SYN이 아예 없다.",
	}},
	{Name: "service-hangs", Level: 3, Fault: harness.HangService{}, Verdicts: verdicts(diagnose.NoReply), Where: Server, Story: lang.Text{
		English: "The service hangs. The server's kernel completes the handshake and acknowledges the request; the application never reads it. A timeout, but not one of connecting.",
		Korean:  "서비스가 멈춰(hang) 있다. 서버의 커널은 핸드셰이크를 완료하고 요청에 ACK까지 보내지만, 애플리케이션이 요청을 읽지 않는다. 타임아웃이지만 연결 단계의 타임아웃이 아니다.",
	}},
	{Name: "router-resets-request", Level: 3, Fault: rejected(Router, data(service("FORWARD")), "tcp-reset"), Verdicts: verdicts(diagnose.ResetByServer), Where: Router, Story: lang.Text{
		English: "Something on the way, such as a WAF, resets the connection when the request comes by. The RST bears the server's address, and the server has not sent it: its side of the connection is still open.",
		Korean:  "WAF처럼 중간에 있는 장비가 요청이 지나갈 때 연결을 리셋한다. RST의 출발지는 서버 주소지만 서버가 보낸 것이 아니며, 서버 쪽 연결은 아직 열려 있다.",
	}},
	{Name: "server-resets-request", Level: 3, Fault: rejected(Server, data(service("INPUT")), "tcp-reset"), Verdicts: verdicts(diagnose.ResetByServer), Where: Server, Story: lang.Text{
		English: "The server itself resets the connection when the request arrives: a capture there shows the request coming in and the RST going out.",
		Korean:  "요청이 도착하면 서버 스스로 연결을 리셋한다. 서버의 캡처에 요청이 들어오고 RST가 나가는 것이 보인다.",
	}},
	{Name: "request-lost", Level: 3, Fault: dropped(Router, data(service("FORWARD"))), Verdicts: verdicts(diagnose.Blackhole), Where: Router, Story: lang.Text{
		English: "The handshake passes, and the request is lost on the router: the client retransmits it again and again, and the server's capture holds the handshake alone.",
		Korean:  "핸드셰이크는 통과하지만 요청은 라우터에서 사라진다. 클라이언트는 요청을 계속 재전송하고, 서버의 캡처에는 핸드셰이크만 있다.",
	}},
	{Name: "request-dropped", Level: 3, Fault: dropped(Server, data(service("INPUT"))), Verdicts: verdicts(diagnose.Blackhole), Where: Server, Story: lang.Text{
		English: "The request and its retransmissions arrive on the server, whose firewall drops them after the handshake: its capture shows them, and no acknowledgment.",
		Korean:  "요청과 그 재전송은 서버에 도착하지만, 핸드셰이크 이후의 패킷을 서버의 방화벽이 드롭한다. 서버의 캡처에 요청은 보이지만 ACK는 없다.",
	}},
}

// Cases returns all of them, by level.
func Cases() []Case { return slices.Clone(cases) }

func verdicts(list ...diagnose.Verdict) []diagnose.Verdict { return list }

// topic is what the complaint is about.
func (c Case) topic() topic {
	if c.Pings {
		return topic(diagnose.ICMP)
	}
	return topic(diagnose.TCP)
}
