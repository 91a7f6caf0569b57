package scenarios

import (
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// What a name server answers at once: the one address that the name has, or that it has none of this family (NODATA, RFC 2308 section 2.2).
const (
	answeredQueryWire = `
+0       > dns
+any     < dns NOERROR answers 1
`
	emptyQueryWire = `
+0       > dns
+any     < dns NOERROR answers 0
`
)

var _ = register(harness.Scenario{
	Name:        "name-without-address",
	Group:       "names",
	Place:       lab.Names,
	Experiences: []int{11},
	Title: lang.Text{
		English: "The name exists and has no address (NODATA): the answer is in order and empty, and programs say that there is no such host",
		Korean:  "이름은 있지만 주소가 없다(NODATA): 응답은 정상인데 비어 있고, 프로그램은 그런 호스트가 없다고 말한다",
	},
	Story: lang.Text{
		English: `The name has records of other types only: a mail domain with MX and no A, a Kubernetes service whose pods are all unready, a record of one family where the client asks for the other, or a record that was deleted while something below the name is left. The name server answers NOERROR without a record, and puts the zone's
SOA beside (RFC 2308 section 2.2): the status is that of a good answer. Programs do not tell it from a name that does not exist: "no such host" (Go), "No address associated with hostname" or "Name or service not known", curl 6. No SYN leaves. dig NAME shows "status: NOERROR" and "ANSWER: 0", dig NAME ANY
what there is instead.`,
		Korean: `이름에 다른 타입의 레코드만 있다. MX만 있고 A가 없는 메일 도메인, 준비된 파드가 하나도 없는 쿠버네티스 서비스, 클라이언트가 묻는 것과 다른 주소 체계의 레코드, 또는 그 아래에 무언가가 남은 채 지워진 레코드가 그렇다. 네임 서버는 레코드 없이 NOERROR로 답하고 존의 SOA를 곁들인다
(RFC 2308 2.2절). 상태만 보면 정상 응답이다. 프로그램은 이것을 없는 이름과 구분하지 않고 "no such host"(Go), "No address associated with hostname"이나 "Name or service not known", curl 6이라고 말한다. SYN은 나가지 않는다. dig NAME은 "status: NOERROR"와 "ANSWER: 0"을 보여 주고,
dig NAME ANY는 대신 무엇이 있는지 보여 준다.`,
	},
	Verdict:  "ok",
	Topology: lab.WithNames(),
	Fixtures: []harness.Fixture{nameServer},
	Client:   byName,
	Fault:    faults.MisnameService{Server: nameServer},
	Want: harness.Want{
		Client:   harness.ClientWant{Code: lab.NoSuchHost, Stage: lab.StageLookup},
		Lookup:   harness.LookupWant{Wire: onWayToNames(emptyQueryWire), Other: onWayToNames(emptyQueryWire)},
		Wire:     nothingToServer,
		Counters: []harness.CounterWant{passedOn(2), nothingOpened},
	},
})
