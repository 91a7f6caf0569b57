package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var bothNames = faults.NameServer{Host: lab.Names, BothFamilies: true}

var _ = register(harness.Scenario{
	Name:        "name-half-answered",
	Cause:       diagnose.CauseNameServerStuck,
	Group:       "names",
	Place:       lab.Names,
	Experiences: []int{11},
	Title: lang.Text{
		English: "Questions for one family of addresses (AAAA) are never answered: each connection waits, and then succeeds by the other",
		Korean:  "한쪽 주소 체계(AAAA)에 대한 질문에는 답이 오지 않는다: 연결마다 기다린 뒤 다른 쪽 주소로 성공한다",
	},
	Story: lang.Text{
		English: `A program asks for both families, A and AAAA, and needs the answers to both before it connects. Something on the way drops one of the questions, or the name server does not know what to say to it and says nothing, in place of the empty answer that RFC 4074 section 3 asks for: an old load balancer that answers for names, a home
router, a firewall that thinks AAAA odd, a device that forgets the first of two questions from one port (resolv.conf(5), single-request-reopen). The resolver asks again until it gives that half up, and then connects by the other at once: every new connection is late by all of its timeouts, 10 s where nothing else is said (2 s in this lab), and none fails.
ping -4 and curl -4 are fast, because they ask for A alone: that is the check. With IPv6 this lab does it the other way round.`,
		Korean: `프로그램은 A와 AAAA, 두 주소 체계를 모두 묻고, 둘 다 답을 받아야 연결을 시작한다. 경로의 무언가가 한쪽 질문을 드롭하거나, 네임 서버가 뭐라고 답할지 몰라 침묵한다. RFC 4074 3절이 요구하는 빈 응답조차 보내지 않는 것이다. 이름에 답해 주는 낡은 로드 밸런서, 가정용 공유기, AAAA를 이상하게 여기는
방화벽, 한 포트에서 온 두 질문 중 하나를 잊는 장비(resolv.conf(5)의 single-request-reopen)가 그렇다. 리졸버는 그쪽을 포기할 때까지 다시 묻고, 그다음에야 다른 쪽 주소로 곧바로 연결한다. 새 연결마다 타임아웃 전체(따로 적지 않으면 10초, 이 랩에서는 2초)만큼 늦지만 실패하는 것은 없다. ping -4와
curl -4는 A만 묻기 때문에 빠르다. 이것으로 확인할 수 있다. IPv6에서는 이 랩이 반대로 한다.`,
	},
	Verdict:  "no-answer",
	Topology: lab.WithNames(),
	Fixtures: []harness.Fixture{bothNames},
	Client:   byName,
	Fault:    faults.MisnameService{Server: bothNames, Half: true},
	Want: harness.Want{
		Lookup: harness.LookupWant{Unanswered: harness.EveryTry, Wire: onWayToNames(answeredQueryWire), Other: onWayToNames(unansweredQueryWire)},
		Wire:   servedEverywhere,
		Counters: []harness.CounterWant{
			{Host: lab.Names, Counter: "UdpInDatagrams", AtLeast: 3},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
		},
	},
})
