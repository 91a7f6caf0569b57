package lab

import (
	"encoding/json"
	"net/netip"
	"time"
)

// ServiceName is the name of the service under test, for those who ask a name server; "example" is for documentation (RFC 2606).
const ServiceName = "service.example"

// OtherName is the name of a second site on the same server.
const OtherName = "other.example"

// NamePort is the port of name servers, by UDP and by TCP (RFC 1035 section 4.2).
const NamePort = 53

// NameService is a name server's program, as a value: it knows one name.
type NameService struct {
	// Addrs are the addresses of [ServiceName].
	Addrs []netip.Addr `json:"addrs"`
	// Behaviour is what it does with a question; empty stands for [AnswerNames].
	Behaviour NameBehaviour `json:"behaviour,omitempty"`
}

// NameBehaviour is what a name server does with a question.
type NameBehaviour string

// The behaviours of a name server.
const (
	// AnswerNames answers with the addresses of the family that is asked for. Where there is none, the answer is empty (NODATA, RFC 2308
	// section 2.2), and of another name it says that it does not exist (NXDOMAIN).
	AnswerNames NameBehaviour = "answer"
	// DenyName says that there is no such name (NXDOMAIN, RFC 8020).
	DenyName NameBehaviour = "no-such-name"
	// FailNames says that the server has failed (SERVFAIL), as one does that cannot reach those it would have to ask, or whose proof of
	// an answer does not hold (DNSSEC).
	FailNames NameBehaviour = "fail"
	// RefuseNames says that it does not answer this client (REFUSED), as one does for clients of other networks.
	RefuseNames NameBehaviour = "refuse"
	// TruncateNames answers by UDP that the answer is too large for that (the flag TC, RFC 7766), and in full by TCP.
	TruncateNames NameBehaviour = "truncate"
	// AnswerIPv4 answers questions for IPv4 addresses (A), and says nothing to those for IPv6 addresses (AAAA); AnswerIPv6 is the same the
	// other way round.
	AnswerIPv4 NameBehaviour = "answer-ipv4"
	AnswerIPv6 NameBehaviour = "answer-ipv6"
)

// Command is the verb that is the name server, and the line that it reads first from its standard input.
func (s NameService) Command() (argv []string, told string) {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings and addresses
	}
	return Verb("name-server"), string(text) + "\n"
}

// QueryVerb asks a name server one question, which has so long for its answer, and prints a [NameAnswer].
func QueryVerb(server netip.Addr, f Family, patience time.Duration) []string {
	return Verb("query", "--timeout", patience.String(), server.String(), QuestionOf(f), ServiceName)
}

// QuestionOf is the type of the question for an address of a family: "A" or "AAAA".
func QuestionOf(f Family) string {
	if f == IPv6 {
		return "AAAA"
	}
	return "A"
}

// NameAnswer is what a name server has answered.
type NameAnswer struct {
	// Code is the response code by its name (RFC 1035 section 4.1.1), "NOERROR" or "NXDOMAIN"; empty where no answer came.
	Code string `json:"code,omitempty"`
	// Addrs are the addresses in the answer.
	Addrs []netip.Addr `json:"addrs,omitempty"`
	// Truncated says that the flag TC was set.
	Truncated bool `json:"truncated,omitempty"`
	// Error is why no answer came; Errno is the kernel's error, and Timeout says that nothing came.
	Error   string `json:"error,omitempty"`
	Errno   string `json:"errno,omitempty"`
	Timeout bool   `json:"timeout,omitempty"`
}

// The response codes by their names (RFC 1035 section 4.1.1, and RFC 8499 section 3).
const (
	NoError  = "NOERROR"
	ServFail = "SERVFAIL"
	NXDomain = "NXDOMAIN"
	Refused  = "REFUSED"
)
