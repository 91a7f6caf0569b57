package scenarios

import (
	"github.com/tcplab/tcplab/clients"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// offline is a client that can send nothing: its own kernel says so at once.
func offline(name string, cause diagnose.Cause, title, story lang.Text, fault harness.Fault) harness.Scenario {
	unreachable := harness.Want{
		Client: harness.ClientWant{Errno: "ENETUNREACH", Stage: "connect"},
		Wire: map[string]string{
			"client":           nothingWire,
			"router:to-client": nothingWire,
			"router:to-server": nothingWire,
			"server":           nothingWire,
		},
	}
	ping := unreachable
	ping.Counters = []harness.CounterWant{
		{Host: "client", Counter: "IcmpOutEchos", Exactly: 0},
		{Host: "router", Counter: "IpForwDatagrams", Exactly: 0},
	}
	return harness.Scenario{
		Name: name, Cause: cause, Group: "local", Place: "client", Experiences: []int{5}, Title: title, Story: story,
		Alike:    noPacketLeaves,
		Verdict:  "not-sent",
		Topology: lab.WithWellKnown(),
		Client:   clients.Ping{},
		Fault:    fault,
		Want:     ping,
		Checks: []harness.Check{
			{Name: wellKnownAnswers.Name, Question: wellKnownAnswers.Question, Client: clients.Ping{}, Target: lab.WellKnown, Want: unreachable},
			{Name: tcpWorks.Name, Question: tcpWorks.Question, Want: unreachable},
		},
	}
}

var (
	_ = register(offline("client-offline", diagnose.CauseOffline,
		lang.Text{
			English: "ping fails because the client itself is offline: its link is down",
			Korean:  "클라이언트 자신이 오프라인이라 ping이 실패한다: 링크가 내려가 있다",
		},
		lang.Text{
			English: `The client's own link is down, and its routes went with it. Its kernel refuses to send: "Network is unreachable", at once, for ping
and TCP alike, to the server and to a well-known host. No packet is in any capture. So the first question when ping fails: does a host answer
that everybody knows to be up?`,
			Korean: `클라이언트 자신의 링크가 내려가 있고, 라우팅 경로도 함께 사라졌다. 커널은 전송 자체를 거부한다. ping이든 TCP든, 서버로
보내든 잘 알려진 호스트로 보내든 곧바로 "Network is unreachable"이 나온다. 어느 캡처에도 패킷이 없다. 그래서 ping이
실패할 때 가장 먼저 확인할 것은 이것이다. 누구나 아는, 확실히 살아 있는 호스트는 응답하는가?`,
		},
		faults.LinkDown{Host: "client", Interface: "eth0"}))
	_ = register(solved(offline("client-without-route", diagnose.CauseMissingRoute,
		lang.Text{
			English: "ping fails because the client has no default route: it reaches its own subnet and nothing else",
			Korean:  "클라이언트에 기본 경로(default route)가 없어 ping이 실패한다: 자기 서브넷까지만 닿는다",
		},
		lang.Text{
			English: `The link is up and the client has its address, but no route beyond its subnet: the lease has run out, a VPN has taken the default
route along, a network script has failed half-way. "Network is unreachable" at once, and no packet in any capture.`,
			Korean: `링크는 올라와 있고 클라이언트에 주소도 있지만, 서브넷 밖으로 나가는 경로가 없다. DHCP 임대가 만료됐거나, VPN이 기본
경로까지 가져가 버렸거나, 네트워크 스크립트가 중간에 실패한 경우다. 곧바로 "Network is unreachable"이 나오고, 어느
캡처에도 패킷이 없다.`,
		},
		faults.NoRoute{Host: "client"}), harness.Exercise{
		Name: "no-route", Level: 2,
		Solution: lang.Text{
			English: "The client has no default route: \"network is unreachable\" is said by its own kernel, and no packet leaves. \"ip route\" shows it; its own subnet still answers.",
			Korean:  "클라이언트에 기본 경로(default route)가 없다. \"network is unreachable\"은 클라이언트 자신의 커널이 낸 오류이며, 패킷은 하나도 나가지 않는다. \"ip route\"로 확인할 수 있고, 같은 서브넷은 여전히 응답한다.",
		},
	}))
)

// solved is a scenario as an exercise.
func solved(s harness.Scenario, e harness.Exercise) harness.Scenario {
	s.Exercise = &e
	return s
}
