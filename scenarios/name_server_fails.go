package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// failedQueryWire: the name server says that it has failed, and the resolver asks once more at once.
const failedQueryWire = `
+0       > dns
+any     < dns SERVFAIL answers 0
+any     > dns
+any     < dns SERVFAIL answers 0
`

var _ = register(harness.Scenario{
	Name:        "name-server-fails",
	Cause:       diagnose.CauseZoneUnreachable,
	Group:       "names",
	Place:       lab.Names,
	Experiences: []int{11},
	Title: lang.Text{
		English: "The name server answers that it has failed (SERVFAIL): it cannot reach those whom it asks, or cannot believe them",
		Korean:  "네임 서버가 실패했다고 답한다(SERVFAIL): 자신이 물어볼 서버에 닿지 못하거나 그 응답을 믿을 수 없다",
	},
	Story: lang.Text{
		English: `The name server is there and answers at once, but it could not find out: the servers of the zone do not answer it, its own way out is cut, a zone file has an error, or the signatures of the zone have expired (DNSSEC, RFC 4035 section 5.5). SERVFAIL (RFC 1035 section 4.1.1) says nothing of the name: it may well
exist. Resolvers ask again at once, or ask the next server, and tell programs "server misbehaving" (Go), "Temporary failure in name resolution" (EAI_AGAIN), curl 6. What fails is one zone; names of others resolve. dig +cd NAME asks without the check of signatures: where that has an answer, DNSSEC is the cause;
dig +trace NAME goes the way from the root.`,
		Korean: `네임 서버는 살아 있고 곧바로 답하지만 알아낼 수가 없었다. 존의 서버들이 응답하지 않거나, 네임 서버 자신의 외부 경로가 끊겼거나, 존 파일에 오류가 있거나, 존의 서명이 만료된 경우다(DNSSEC, RFC 4035 5.5절). SERVFAIL(RFC 1035 4.1.1절)은 이름에 대해 아무것도 말해 주지 않는다. 그 이름은 멀쩡히 있을 수 있다.
리졸버는 곧바로 다시 묻거나 다음 서버에 묻고, 프로그램에는 "server misbehaving"(Go), "Temporary failure in name resolution"(EAI_AGAIN), curl 6으로 전한다. 실패하는 것은 존 하나이며 다른 존의 이름은 조회된다. dig +cd NAME은 서명을 검사하지 않고 묻는다. 이때 답이 오면 DNSSEC이 원인이다. dig +trace NAME은
루트부터 차례로 따라간다.`,
	},
	Verdict:  "server-failure",
	Topology: lab.WithNames(),
	Fixtures: []harness.Fixture{nameServer},
	Client:   byName,
	Fault:    faults.MisnameService{Server: nameServer, Behaviour: lab.FailNames},
	Want: harness.Want{
		Client:   harness.ClientWant{Code: lab.Misbehaving, Stage: lab.StageLookup},
		Lookup:   harness.LookupWant{Wire: onWayToNames(failedQueryWire), Other: onWayToNames(failedQueryWire)},
		Wire:     nothingToServer,
		Counters: []harness.CounterWant{passedOn(4), nothingOpened},
	},
})
