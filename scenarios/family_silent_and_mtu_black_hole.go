package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// askedOnceWire: the first address is given up as soon as the second has answered, on a busy machine after a second SYN.
const askedOnceWire = `
+0      > S  seq 0 win !0 <mss $MSS,...>
? +any  > S  seq 0 win !0 <mss $MSS,...>
`

var _ = register(harness.Scenario{
	Name:        "family-silent-and-mtu-black-hole",
	Cause:       diagnose.CauseFirewallOnPath,
	Group:       "path",
	Place:       "router",
	Experiences: []int{9, 10},
	Title: lang.Text{
		English: "Two faults at once: one family of addresses is dropped, and the other one meets a black hole for large packets",
		Korean:  "두 가지 고장이 겹친다: 한쪽 주소 체계는 드롭되고, 다른 쪽은 큰 패킷의 블랙홀을 만난다",
	},
	Story: lang.Text{
		English: `IPv6 is dropped by a firewall whose rules were written for IPv4 alone, and the IPv4 path leads through a tunnel that takes smaller packets and says nothing. The client (RFC 8305) waits 250 ms, goes on to the other
address, connects, and its upload hangs. What is seen first is the silent SYN: harmless by itself, it costs 250 ms, and whoever mends it finds that the upload still hangs, or that it works, because the other path is
good. What stops the client is the second fault, and it has a picture of its own: small segments pass, full ones are sent again. Judge each address by itself, curl -4 and curl -6, and do not take the first symptom for the cause of the last. Here
the run's family is the one that is dropped.`,
		Korean: `IPv4용으로만 규칙을 작성한 방화벽이 IPv6 패킷을 드롭하고, IPv4 경로는 더 작은 패킷만 받으면서 아무 말도 하지 않는 터널을 지난다. 클라이언트(RFC 8305)는 250ms 동안 기다린 뒤 다른 주소로 넘어가 연결되지만 업로드가
멈춘다. 가장 먼저 보이는 것은 응답 없는 SYN이다. 그것만으로는 250ms 늦어질 뿐 해롭지 않다. 이것을 고쳐도 업로드가 여전히 멈추거나, 다른 경로가 멀쩡해서 성공하기도 한다. 클라이언트를 멈추게
하는 것은 두 번째 고장이고, 모습이 다르다. 작은 세그먼트는 지나가고 가득 찬 세그먼트는 거듭 재전송된다. 주소마다 따로 본다. curl -4 명령과 curl -6 명령이다. 처음 보인 증상을 마지막 증상의 원인으로
여기지 않는다. 이 시나리오에서는 실행한 쪽의 주소 체계가 드롭된다.`,
	},
	Verdict:  "no-answer",
	Second:   harness.Finding{Verdict: "mtu-blackhole", Cause: diagnose.CauseSmallMTU},
	Topology: lab.WithLine(),
	Fixtures: []harness.Fixture{faults.Line{}},
	Client:   agent.GoClient{Upload: bulk},
	Also: []harness.Address{{OtherFamily: true, Wire: map[string]string{
		"client":           tooLargeWire,
		"router:to-client": tooLargeWire,
		"router:to-server": tooLargeWire,
		"line:to-client":   tooLargeWire,
		"line:to-server":   onlySmallWire,
		"server":           onlySmallWire,
	}}},
	Timeout: harness.PatientTimeout, // as in mtu-black-hole
	Fault:   faults.Both{First: faults.FirewallRule{Host: "router", Rule: dropNew}, Second: smallLine},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           askedOnceWire,
			"router:to-client": askedOnceWire,
			"router:to-server": nothingWire,
			"line:to-client":   nothingWire,
			"line:to-server":   nothingWire,
			"server":           nothingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &dropNew, PacketsAt: "router:to-client", Packet: "> S"},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
		},
	},
})
