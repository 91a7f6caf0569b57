package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

var _ = register(harness.Scenario{
	Name:        "name-leads-to-old-server",
	Cause:       diagnose.CauseClosedPort,
	Group:       "names",
	Place:       lab.Names,
	Experiences: []int{1, 11},
	Title: lang.Text{
		English: "The name still has the address of the old server: connection refused, while the new one is well and hears nothing",
		Korean:  "이름이 아직 옛 서버의 주소를 가리킨다: 새 서버는 멀쩡하고 아무것도 듣지 못하는데 연결은 거부된다",
	},
	Story: lang.Text{
		English: `The service has moved, and its DNS record still has the old address. Or the record is right, and an old answer is kept for as long as its TTL says (RFC 1035 section 3.2.1): in the name server, in the host's cache, in a Java process that keeps it for ever (networkaddress.cache.ttl), in /etc/hosts. The lookup works, and its address is that of a host where the service does not
run any more: its kernel refuses, or, where the host is gone, nothing answers (stopped-host). All but the address is as with a closed port. Compare the address that the client dials (dig NAME; getent hosts NAME, which looks into /etc/hosts first) with the address of the server, as ip address shows it there. The server's own capture is
empty, and its logs are empty, too. A client that asks another name server, or asks later, gets through.`,
		Korean: `서비스는 옮겼는데 DNS 레코드는 그대로다. 또는 레코드도 바꿨지만 옛 응답이 TTL만큼(RFC 1035 3.2.1절) 네임 서버에, 호스트의 캐시에, 영원히 캐시하는 Java 프로세스(networkaddress.cache.ttl)에, /etc/hosts에 남아 있다. 이름 조회는 성공하지만 그 주소는 더 이상 서비스가 돌지 않는 호스트의 것이다. 그 호스트의 커널은
연결을 거부하고, 호스트가 사라졌다면 아무 응답도 없다(stopped-host). 주소만 빼면 모든 것이 닫힌 포트의 장애와 같다. 클라이언트가 접속하는 주소와 서버의 주소를 비교해 본다. dig NAME, /etc/hosts를 먼저 보는 getent hosts NAME, 서버에서 실행한 ip address 명령이 알려 준다. 서버의 캡처는 비어 있고 로그도 비어 있다. 다른 네임 서버에 묻거나 나중에
묻는 사람은 접속된다.`,
	},
	Verdict:  "refused",
	Alike:    oldUnasked,
	Topology: lab.WithNamesAndSecond(),
	Fixtures: []harness.Fixture{nameServer},
	Client:   byName,
	Fault:    faults.MisnameService{Server: nameServer, LeadsTo: lab.Second},
	Want: harness.Want{
		Client: harness.ClientWant{Errno: "ECONNREFUSED", Stage: "connect"},
		Lookup: harness.LookupWant{Wire: onWayToNames(answeredQueryWire), Other: onWayToNames(emptyQueryWire)},
		Wire: map[string]string{
			"client":           refusedWire,
			"router:to-client": refusedWire,
			"router:to-server": refusedWire,
			"server":           nothingWire,
			"second":           refusedWire,
		},
		Counters: []harness.CounterWant{
			{Host: lab.Second, Counter: "TcpOutRsts", Exactly: 1},
			{Host: "client", Counter: "TcpAttemptFails", Exactly: 1},
		},
	},
})
