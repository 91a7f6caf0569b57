package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "stale-arp-entry",
	Cause:       diagnose.CausePathBroken,
	Group:       "silent",
	Place:       "router",
	Experiences: []int{10},
	Title: lang.Text{
		English: "A stale ARP entry, or a switch with the wrong port: frames go to a hardware address that nobody has",
		Korean:  "오래된 ARP 엔트리, 또는 포트를 잘못 학습한 스위치: 프레임이 어느 장비에도 없는 MAC 주소로 간다",
	},
	Story: lang.Text{
		English: `The server has got another network card, or an address has moved to another machine, and the last router still has the old hardware
address (or the switch has learned it on the wrong port). The router sends each SYN as it should, in a frame that nobody takes. The server is up
and its capture is empty, as behind a security group. What tells is the router's neighbour table (ip neigh), held against the hardware address that
the server has (ip link); or the destination address of the frames (tcpdump -e) on the router's side to the server.`,
		Korean: `서버의 네트워크 카드가 바뀌었거나 주소가 다른 장비로 옮겨 갔는데, 마지막 라우터는 아직 예전 MAC 주소를 갖고 있다(또는
스위치가 이를 엉뚱한 포트에서 학습했다). 라우터는 모든 SYN을 제대로 보내지만, 그 프레임을 받는 쪽이 없다. 서버는 살아
있고 캡처는 비어 있어, 보안 그룹 뒤에 있을 때와 같다. 구별하려면 라우터의 이웃 테이블(ip neigh)을 서버의 실제 MAC
주소(ip link)와 대조하거나, 라우터의 서버 쪽에서 프레임의 목적지 주소(tcpdump -e)를 확인한다.`,
	},
	Verdict: "no-answer",
	Timeout: harness.PatientTimeout,
	Alike:   deadFrames,
	Fault:   faults.StaleNeighbour{Host: "router", Of: "server"},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": unansweredWire,
			"server":           nothingWire,
		},
		// The server is on, and its TCP has seen nothing.
		Counters: []harness.CounterWant{synRetransmissions, {Host: "server", Counter: "TcpInSegs", Exactly: 0}},
	},
})
