package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var dropNamesByTCP = faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.NamePort}

// The answer does not fit (TC), and the SYN by which the client would ask again is dropped; after its timeout the resolver begins anew. The
// SYN may have been sent again just before that. A SYN does not say which of the two questions it is to ask, so that the connections of the two
// may be taken for each other: then the last retransmission of one comes after the other was asked again.
const (
	cutWire = `
+0       > dns
+any     < dns NOERROR tc answers 0
+0..0.25 > S
? +any   > S
+any     > dns
? +any   > S
+any     < dns NOERROR tc answers 0
+0..0.25 > S
? +any   > S
`
	cutBehindWire = `
+0       > dns
+any     < dns NOERROR tc answers 0
+timeout > dns
+any     < dns NOERROR tc answers 0
`
)

var cutOnWay = map[string]string{"client": cutWire, "router:to-client": cutWire, "router:to-names": cutBehindWire, "names": cutBehindWire}

var largeNames = faults.NameServer{Host: lab.Names, Truncates: true}

var _ = register(harness.Scenario{
	Name:          "name-answer-too-large",
	Cause:         diagnose.CauseFirewallOnPath,
	Group:         "names",
	Place:         "router",
	Experiences:   []int{7, 11},
	ServerVerdict: "truncated",
	Title: lang.Text{
		English: "The name's answer is too large for a datagram, and a firewall drops TCP to port 53: some names resolve, this one does not",
		Korean:  "이름에 대한 응답이 데이터그램 하나에 들어가지 않는데 방화벽이 TCP 53번 포트를 드롭한다: 다른 이름은 되는데 이 이름만 안 된다",
	},
	Story: lang.Text{
		English: `The answer has many addresses, or signatures (DNSSEC), and does not fit into a datagram. The name server sends what there is room for and sets the flag TC; the resolver asks again by TCP (RFC 7766 section 5). A firewall on the way lets UDP port 53 through and not TCP, as if DNS were UDP alone: the SYN is dropped, and the lookup fails after the
resolver's timeouts, although each query was answered at once. It begins when a record grows: one address more, one key more, and names with short answers still resolve. Go says "dial tcp ...:53: i/o timeout", which names the cause; most others say "Temporary failure in name resolution". dig +notcp +ignore NAME shows the flag
"tc", dig +tcp NAME hangs.`,
		Korean: `주소가 많거나 서명(DNSSEC)이 붙어 응답이 데이터그램 하나에 들어가지 않는다. 네임 서버는 들어가는 만큼만 보내고 TC 플래그를 세우며, 리졸버는 TCP로 다시 묻는다(RFC 7766 5절). 경로의 방화벽은 DNS가 UDP뿐인 것처럼 UDP 53번 포트만 통과시키고 TCP는 막는다. SYN은 드롭되고, 질의마다 곧바로 답이
왔는데도 이름 조회는 리졸버의 타임아웃이 지나 실패한다. 레코드가 커지면서 시작된다. 주소가 하나 늘거나 키가 하나 늘면 그렇게 되고, 응답이 짧은 다른 이름은 여전히 조회된다. Go는 "dial tcp ...:53: i/o timeout"이라고 원인을 그대로 말해 주지만, 대부분은 "Temporary failure in name resolution"이라고만
한다. dig +notcp +ignore NAME은 "tc" 플래그를 보여 주고, dig +tcp NAME은 멈춰 있는다.`,
	},
	Verdict:  "no-answer",
	Topology: lab.WithNames(),
	Fixtures: []harness.Fixture{largeNames},
	Client:   byName,
	Fault:    faults.FirewallRule{Host: "router", Rule: dropNamesByTCP},
	Want: harness.Want{
		Client: harness.ClientWant{Code: lab.LookupTimeout, Stage: lab.StageLookup},
		Lookup: harness.LookupWant{Unanswered: harness.EveryTry, Wire: cutOnWay, Other: cutOnWay},
		Wire:   nothingToServer,
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &dropNamesByTCP, PacketsAt: "router:to-client", Packet: "> S"},
		},
	},
})
