package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// The lab of the failures of names: a name server beside the way, and a client that asks it.
var (
	nameServer = faults.NameServer{Host: lab.Names}
	byName     = agent.GoClient{ByName: true}
)

// onWayToNames is what each vantage point between the client and its name server must see.
func onWayToNames(wire string) map[string]string {
	return map[string]string{"client": wire, "router:to-client": wire, "router:to-names": wire, "names": wire}
}

// nothingToServer: the client finds no address, and so sends no SYN.
var nothingToServer = map[string]string{"client": nothingWire, "router:to-client": nothingWire, "router:to-server": nothingWire, "server": nothingWire}

// What kernels count: the router passes each query on, and so many answers, and the client begins no connection.
func passedOn(answers int) harness.CounterWant {
	return harness.CounterWant{Host: "router", Counter: "IpForwDatagrams", PacketsAt: "client", Packet: "> dns", Exactly: answers}
}

var nothingOpened = harness.CounterWant{Host: "client", Counter: "TcpActiveOpens", Exactly: 0}

// noSuchNameWire: the name server knows that there is no such name, and says so at once (RFC 8020).
const noSuchNameWire = `
+0       > dns
+any     < dns NXDOMAIN answers 0
`

var _ = register(harness.Scenario{
	Name:        "name-unknown",
	Cause:       diagnose.CauseMisspelt,
	Group:       "names",
	Place:       lab.Names,
	Experiences: []int{11},
	Title: lang.Text{
		English: "The name server says that there is no such name: the client fails at once, and sends no SYN",
		Korean:  "네임 서버가 그런 이름은 없다고 답한다: 클라이언트는 곧바로 실패하고 SYN을 보내지 않는다",
	},
	Story: lang.Text{
		English: `A typing error, a record that was deleted or was never made, a domain that has expired, or a name of another environment's zone. The client asks its name server for both
kinds of addresses (A and AAAA, RFC 3596) and is told NXDOMAIN twice (RFC 1035 section 4.1.1, RFC 8020): nothing exists at that name, of whatever type. No SYN leaves, so a capture of the service's port is empty, and the server and the
firewalls before it have no part in it. Programs say "no such host", "Name or service not known", "could not resolve host" (curl 6), ERR_NAME_NOT_RESOLVED. The answer may be kept, too (RFC 2308): after the record is made, it can
take as long as the zone's SOA says until everybody sees it. An answer without addresses (name-without-address) is told to programs in the same words; only the packets tell the two apart. dig NAME shows the status; dig @SERVER NAME asks the zone's own server.`,
		Korean: `오타, 지워졌거나 만든 적이 없는 레코드, 만료된 도메인, 다른 환경의 존에 있는 이름이 원인이다. 클라이언트는 네임 서버에 두 종류의 주소(A와 AAAA, RFC 3596)를 묻고 두 번 모두
NXDOMAIN 응답을 받는다(RFC 1035 4.1.1절, RFC 8020). 그 이름에는 어떤 타입의 레코드도 없다는 뜻이다. SYN이 나가지 않으므로 서비스 포트의 캡처는 비어 있고, 서버와 그 앞의 방화벽은 아무 관계가 없다. 프로그램은
"no such host", "Name or service not known", "could not resolve host"(curl 6), ERR_NAME_NOT_RESOLVED라고 말한다. 이 응답도 캐시된다(RFC 2308). 레코드를 만든 뒤에도 모두에게 보이기까지 존의 SOA에 적힌 시간만큼
걸릴 수 있다. 주소가 없는 응답(name-without-address)도 프로그램에는 같은 말로 전해지며, 패킷만이 둘을 구분한다. dig NAME은 상태를 보여 주고, dig @SERVER NAME은 존의 서버에 직접 묻는다.`,
	},
	Verdict:  "no-such-name",
	Topology: lab.WithNames(),
	Fixtures: []harness.Fixture{nameServer},
	Client:   byName,
	Fault:    faults.MisnameService{Server: nameServer, Behaviour: lab.DenyName},
	Want: harness.Want{
		Client:   harness.ClientWant{Code: lab.NoSuchHost, Stage: lab.StageLookup},
		Lookup:   harness.LookupWant{Wire: onWayToNames(noSuchNameWire), Other: onWayToNames(noSuchNameWire)},
		Wire:     nothingToServer,
		Counters: []harness.CounterWant{passedOn(2), nothingOpened},
	},
})
