package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// deniedQueryWire: the name server says that it does not answer this client, and the resolver asks once more at once.
const deniedQueryWire = `
+0       > dns
+any     < dns REFUSED answers 0
+any     > dns
+any     < dns REFUSED answers 0
`

var _ = register(harness.Scenario{
	Name:        "name-server-denies",
	Cause:       diagnose.CauseNotServed,
	Group:       "names",
	Place:       lab.Names,
	Experiences: []int{11},
	Title: lang.Text{
		English: "The name server answers that it does not serve this client (REFUSED)",
		Korean:  "네임 서버가 이 클라이언트에게는 답하지 않겠다고 한다(REFUSED)",
	},
	Story: lang.Text{
		English: `The name server has a list of networks that may ask it, and the client's is not on it (allow-query, allow-recursion of BIND, access-control of Unbound); or it serves its own zones only and is asked for another's name, as an authoritative server in /etc/resolv.conf is. The answer is
REFUSED (RFC 1035 section 4.1.1), at once. Programs say the same as of SERVFAIL, "server misbehaving" or "Temporary failure in name resolution": only the packets, or dig, tell the two apart. REFUSED in an answer is the name server's word; "connection refused" is the kernel's where no name server
listens (name-server-refuses). From a network that may ask, the same question is answered: that is the next check.`,
		Korean: `네임 서버에는 질의를 받아 줄 네트워크의 목록이 있고, 클라이언트의 네트워크가 거기에 없다(BIND의 allow-query와 allow-recursion, Unbound의 access-control). 또는 자기 존만 서비스하는 권한 서버가 /etc/resolv.conf에 적혀 있어 다른 존의 이름을 묻게 된 경우다. 응답은
REFUSED(RFC 1035 4.1.1절)이며 곧바로 온다. 프로그램은 SERVFAIL 때와 똑같이 "server misbehaving"이나 "Temporary failure in name resolution"이라고 말하므로, 패킷이나 dig만이 둘을 구분해 준다. 응답 속의 REFUSED는 네임 서버가 한 말이고, "connection refused"는 리슨하는 네임 서버가 없을 때
커널이 하는 말이다(name-server-refuses). 허용된 네트워크에서 물으면 같은 질문에 답이 온다. 다음에 확인할 것이 바로 그것이다.`,
	},
	Verdict:  "query-refused",
	Topology: lab.WithNames(),
	Fixtures: []harness.Fixture{nameServer},
	Client:   byName,
	Fault:    faults.MisnameService{Server: nameServer, Behaviour: lab.RefuseNames},
	Want: harness.Want{
		Client:   harness.ClientWant{Code: lab.Misbehaving, Stage: lab.StageLookup},
		Lookup:   harness.LookupWant{Wire: onWayToNames(deniedQueryWire), Other: onWayToNames(deniedQueryWire)},
		Wire:     nothingToServer,
		Counters: []harness.CounterWant{passedOn(4), nothingOpened},
	},
})
