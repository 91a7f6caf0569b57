package scenarios

import (
	"time"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// dropForward is a firewall on the way.
var dropForward = faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port}

// fewRetries is Routed with a client whose kernel gives up after two retransmissions: at 7 s.
func fewRetries() lab.Topology {
	return lab.Routed().With("client", "net.ipv4.tcp_syn_retries", "2")
}

// givingUp is a client that waits for as long as its kernel does.
func givingUp(name string, title, story lang.Text) harness.Scenario {
	return harness.Scenario{
		Name:  name,
		Title: title,
		Cause: diagnose.CauseFirewallOnPath,
		Group: "silent", Place: "router",
		Story:   story,
		Alike:   routerDropsSYN,
		Verdict: "no-answer",
		TCPOnly: "with UDP no kernel sends a datagram again, and none gives up",
		Fault:   faults.FirewallRule{Host: "router", Rule: dropForward},
		Want: harness.Want{
			Client: harness.ClientWant{Errno: "ETIMEDOUT", GiveUp: true},
			Wire: map[string]string{
				"client":           unansweredWire,
				"router:to-client": unansweredWire,
				"router:to-server": nothingWire,
				"server":           nothingWire,
			},
			Counters: []harness.CounterWant{
				synRetransmissions,
				{Host: "client", Counter: "TcpExtTCPTimeouts", PacketsAt: "client", Packet: "> S"},
				{Host: "router", Rule: &dropForward, PacketsAt: "router:to-client", Packet: "> S"},
			},
		},
	}
}

var _ = func() struct{} {
	s := givingUp("kernel-gives-up",
		lang.Text{
			English: "A client without a timeout of its own: the kernel gives up after tcp_syn_retries (here 2)",
			Korean:  "자체 타임아웃이 없는 클라이언트: 커널이 tcp_syn_retries(여기서는 2)만큼 재시도한 뒤 포기한다",
		},
		lang.Text{
			English: `The SYN is dropped on its way, and the client sets no timeout. Its kernel sends the SYN again tcp_syn_retries times, waits
once more for twice as long, and gives up: connect fails with ETIMEDOUT, "connection timed out". Here with 2 retries, after 7 s; how long it
takes by default shows kernel-gives-up-by-default.`,
			Korean: `SYN이 도중에 드롭되고, 클라이언트는 타임아웃을 설정하지 않았다. 클라이언트의 커널은 tcp_syn_retries에 정해진 횟수만큼
SYN을 재전송하고, 두 배로 늘어난 시간을 한 번 더 기다린 뒤 포기한다. connect는 ETIMEDOUT("connection timed out")으로
실패한다. 여기서는 재시도가 2회이고 7초가 걸린다. 기본값으로 걸리는 시간은 kernel-gives-up-by-default에서 볼 수 있다.`,
		})
	s.Experiences = []int{2, 3}
	s.Topology, s.Timeout = fewRetries(), 30*time.Second
	return register(s)
}()

var _ = func() struct{} {
	s := givingUp("kernel-gives-up-by-default",
		lang.Text{
			English: "The same with the kernel's default of 6 retries: over two minutes",
			Korean:  "자체 타임아웃이 없는 클라이언트, 재시도는 커널 기본값인 6회: 2분 넘게 걸린다",
		},
		lang.Text{
			English: `Six retransmissions, after 1, 3, 7, 15, 31 and 63 s, and ETIMEDOUT after 127 s: for as long hangs a client that sets no
timeout, and whoever waits for it. No service can wait that long; a connect timeout of 3 s covers the first retransmission.`,
			Korean: `1, 3, 7, 15, 31, 63초에 모두 여섯 번 재전송하고, 127초에 ETIMEDOUT이 난다. 타임아웃을 설정하지 않은 클라이언트는
그동안 멈춰 있고, 그 클라이언트를 기다리는 쪽도 마찬가지다. 이렇게 오래 기다릴 수 있는 서비스는 없다. 연결 타임아웃을
3초로 두면 첫 번째 재전송까지는 기다릴 수 있다.`,
		})
	s.Experiences = []int{2}
	s.Long, s.Timeout = true, 3*time.Minute
	return register(s)
}()
