package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// challengedWire: the SYN is answered by an ACK of the older connection (RFC 9293 section 3.10.7.4, RFC 5961 section 4), which the client
// resets; the SYN is sent again, and what follows is a connection like any other.
const challengedWire = `
+0       > S
+0..0.25 < .
+any     > R
+any     > S
+0..0.25 < S. ack 1
+any     > .  seq 1 ack 1
+any     > P. seq 1 ack 1
...
+any     < P. seq 1 len !0
...
never    < R*
`

var _ = register(harness.Scenario{
	Name:        "client-forgets",
	Group:       "idle",
	Place:       "client",
	Experiences: []int{3},
	Title: lang.Text{
		English: "The client was restarted and takes an old port again: the server still has the old connection, and a RST clears it away",
		Korean:  "클라이언트가 다시 시작해 예전 포트를 다시 쓴다: 서버에는 옛 연결이 남아 있고, RST가 그것을 치운다",
	},
	Story: lang.Text{
		English: `The client's host lost its power, or its container was replaced, and no FIN told the server: there the old connections are still ESTABLISHED (half-open, RFC 9293 section 3.5.1). Sooner or
later the client takes one of those ports again. The server answers the SYN with an ACK, and not with a SYN-ACK: the ACK has the old connection's numbers (RFC 5961 section 4). The client's kernel
knows nothing of them and sends a RST, the server drops the old connection, and the SYN is sent again: at once by Linux since 4.20, after 1 s by older kernels and others. The client only feels
that it takes longer. With a firewall in between that drops the ACK or the RST, it does not work at all (client-forgets-behind-firewall).`,
		Korean: `클라이언트 호스트의 전원이 나갔거나 컨테이너가 교체되었고, FIN은 서버에 전해지지 않았다. 서버에서는 옛 연결이 아직 ESTABLISHED 상태다(half-open, RFC 9293 3.5.1절). 언젠가 클라이언트는
그 포트 가운데 하나를 다시 쓴다. 서버는 SYN에 SYN-ACK이 아니라 ACK으로 응답하는데, 이 ACK에는 옛 연결의 번호가 들어 있다(RFC 5961 4절). 클라이언트의 커널은 그런 연결을 모르므로 RST를
보내고, 서버는 옛 연결을 버리며, SYN은 다시 나간다. Linux는 4.20부터 곧바로 다시 보내고, 더 오래된 커널이나 다른 시스템은 1초 뒤에 보낸다. 클라이언트는 조금 오래 걸린다고 느낄 뿐이다. 중간의 방화벽이 이 ACK이나
RST를 드롭하면 아예 연결되지 않는다(client-forgets-behind-firewall).`,
	},
	Verdict:   "ok",
	Topology:  faults.FewPorts(),
	Unnoticed: harness.IsPatient,
	Fault:     faults.ClientForgets{},
	Want: harness.Want{
		Wire: map[string]string{
			"client":           challengedWire,
			"router:to-client": challengedWire,
			"router:to-server": challengedWire,
			"server":           challengedWire,
		},
		Counters: []harness.CounterWant{
			{Host: "client", Counter: "TcpExtTCPSynRetrans", Exactly: 1},
			{Host: "server", Counter: "TcpExtTCPChallengeACK", Exactly: 1},
		},
	},
})

// resetDroppedWire: each SYN that is answered is answered by an ACK, and each such ACK by a RST that never arrives.
const resetDroppedWire = `
+0       > S
+0..0.25 < .
+any     > R
+any     > S
...
never    < S*
never    > P*
never    < R*
`

// resetLackingWire: behind the firewall it is a SYN again and again, and an ACK.
const resetLackingWire = `
+0       > S
+0..0.25 < .
+any     > S
...
never    < S*
never    * R*
`

var dropResets = faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Flags: "RST"}

var _ = register(harness.Scenario{
	Name:        "client-forgets-behind-firewall",
	Cause:       diagnose.CauseResetFiltered,
	Group:       "silent",
	Place:       "router",
	Experiences: []int{11},
	Title: lang.Text{
		English: "A restarted client takes an old port again, and a firewall drops the RST that would clear it: the port is dead, and others work",
		Korean:  "다시 시작한 클라이언트가 예전 포트를 다시 쓰는데 방화벽이 옛 연결을 치울 RST를 드롭한다: 그 포트만 안 되고 다른 포트는 된다",
	},
	Story: lang.Text{
		English: `As client-forgets, but a firewall in between follows connections and drops what belongs to none: here the RST by which the client would clear away what the server still has; elsewhere the server's ACK. The
server answers each SYN by an ACK of the old connection, and never by a SYN-ACK, as long as that connection lives: without a keep-alive for ever. The client times out, from this port only, so that it seems to fail
at random, some ports of many. Its capture shows what the client's program does not: something answers, and it is not a SYN-ACK. On the server, ss -tn shows the connection that the client does not have, and
ss -K ends it; keep-alive on the server, and a firewall that lets a RST pass, keep it from coming back.`,
		Korean: `client-forgets와 같지만, 중간의 방화벽이 연결을 추적하며 어느 연결에도 속하지 않는 것을 드롭한다. 여기서는 서버에 남은 옛 연결을 치울 클라이언트의 RST가 드롭되고, 다른 곳에서는 서버의 ACK이 드롭된다. 서버는
옛 연결이 살아 있는 한 SYN마다 옛 연결의 ACK으로 응답하고 SYN-ACK은 보내지 않는다. keepalive를 쓰지 않으면 영원히 그렇다. 클라이언트는 이 포트에서만 타임아웃되므로, 많은 포트 가운데 몇 개가 무작위로 실패하는 것처럼 보인다. 클라이언트의 캡처는 프로그램이 알려
주지 않는 것을 보여 준다. 응답이 오기는 오는데 SYN-ACK이 아니다. 서버에서 ss -tn 명령을 쓰면 클라이언트에는 없는 연결이 보이고, ss -K 명령으로 끝낼 수 있다. 서버의 keepalive와 RST를
통과시키는 방화벽이 재발을 막는다.`,
	},
	Verdict:  "no-answer",
	Topology: faults.FewPorts(),
	Timeout:  harness.PatientTimeout,
	Fault:    faults.Both{First: faults.ClientForgets{}, Second: faults.FirewallRule{Host: lab.RouterHost, Rule: dropResets}},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "connect"},
		Wire: map[string]string{
			"client":           resetDroppedWire,
			"router:to-client": resetDroppedWire,
			"router:to-server": resetLackingWire,
			"server":           resetLackingWire,
		},
		Counters: []harness.CounterWant{
			{Host: "router", Rule: &dropResets, PacketsAt: "router:to-client", Packet: "> R*"},
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 0},
		},
	},
})
