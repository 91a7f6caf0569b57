package scenarios

import (
	"fmt"
	"strings"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// lostSYN is a connection whose first SYNs are lost on the way, and which is established by the next.
func lostSYN(name string, title, story lang.Text, lost int) harness.Scenario {
	rule := faults.Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Flags: "SYN", First: lost}
	before := servedAfter(lost) // behind the router there was only the last SYN
	return harness.Scenario{
		Name: name, Group: "path", Place: "router", Experiences: []int{3}, Title: title, Story: story,
		Verdict: "ok",
		Timeout: harness.PatientTimeout,
		Fault:   faults.FirewallRule{Host: "router", Rule: rule},
		Want: harness.Want{
			Client: harness.ClientWant{Retransmissions: lost},
			Wire: map[string]string{
				"client":           before,
				"router:to-client": before,
				"router:to-server": servedWire,
				"server":           servedWire,
			},
			Counters: []harness.CounterWant{
				{Host: "client", Counter: "TcpExtTCPSynRetrans", Exactly: lost},
				{Host: "router", Rule: &rule, Exactly: lost},
			},
		},
	}
}

// servedAfter is a connection that works after so many SYNs have been lost.
func servedAfter(lost int) string {
	const syn = "> S seq 0 win !0 <mss $MSS,...>\n"
	return strings.Replace(servedWire, "\n+0      > S  seq 0 win !0 <mss $MSS,...>\n", "\n+0 "+syn+strings.Repeat("+rto "+syn, lost), -1)
}

// lostSYNStory is the lesson of both.
var lostSYNStory = lang.Text{
	English: `%s lost on the way, as on a line that drops a packet now and then. Nothing is broken; the
client's kernel waits for its retransmission timer, 1 s at first and twice as long each time (RFC 6298), and the connection is
established after %s. A connect timeout of 3 s survives one lost SYN, and a timeout of 1 s survives none; one that is to survive
two must be longer than 3 s.`,
	Korean: `%s 도중에 유실된다. 이따금 패킷을 하나씩 잃는 회선에서 일어나는 일이다. 고장 난 곳은 없다.
클라이언트의 커널은 재전송 타이머가 만료되기를 기다린다. 타이머는 처음에 1초이고 그 뒤로 매번 두 배가 된다(RFC 6298).
연결은 %s 만에 맺어진다. 연결 타임아웃이 3초면 SYN 하나가 유실돼도 견디고, 1초면 하나도 견디지 못한다. 두 개가
유실돼도 견디려면 3초보다 길어야 한다.`,
}

// lostSYNs is the story for so many SYNs, and the time that they cost.
func lostSYNs(syns, after lang.Text) lang.Text {
	return lang.Text{
		English: fmt.Sprintf(lostSYNStory.English, syns.English, after.English),
		Korean:  fmt.Sprintf(lostSYNStory.Korean, syns.Korean, after.Korean),
	}
}

var (
	_ = register(lostSYN("lost-syn-once",
		lang.Text{
			English: "The first SYN is lost: connecting takes 1 s, and works",
			Korean:  "첫 SYN이 유실된다: 연결에 1초가 걸리지만 성공한다",
		},
		lostSYNs(lang.Text{English: "The first SYN is", Korean: "첫 SYN이"}, lang.Text{English: "1 s", Korean: "1초"}), 1))
	_ = register(lostSYN("lost-syn-twice",
		lang.Text{
			English: "The first two SYNs are lost: connecting takes 3 s, and works for a client that waits so long",
			Korean:  "처음 SYN 두 개가 유실된다: 연결에 3초가 걸리지만, 그만큼 기다리면 성공한다",
		},
		lostSYNs(lang.Text{English: "The first two SYNs are", Korean: "처음 SYN 두 개가"}, lang.Text{English: "3 s", Korean: "3초"}), 2))
)
