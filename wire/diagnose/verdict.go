package diagnose

// Verdict is the name of what happened; the names are stable.
type Verdict string

// The verdicts.
const (
	OK               Verdict = "ok"                // handshake, orderly close in both directions; echo requests answered
	Open             Verdict = "open"              // established, no end in the capture
	Refused          Verdict = "refused"           // SYN answered by RST
	Rejected         Verdict = "rejected"          // SYN, echo request or query answered by an ICMP error that quotes it
	NoAnswer         Verdict = "no-answer"         // SYN and its retransmissions, echo requests, or queries: nothing comes back
	NoNeighbour      Verdict = "no-neighbour"      // ARP or ND for the next hop unanswered, nothing is sent to it
	NotSent          Verdict = "not-sent"          // nothing leaves the client, its errno tells; never of a capture
	SYNACKUnanswered Verdict = "synack-unanswered" // the SYN-ACK is retransmitted, the handshake never completes
	ResetByServer    Verdict = "reset-by-server"   // established, then RST from that side
	ResetByClient    Verdict = "reset-by-client"
	NoReply          Verdict = "no-reply"       // request acknowledged by the kernel, no data from the application
	ClosedEarly      Verdict = "closed-early"   // the server closes without, or in the middle of, an answer
	HalfClosed       Verdict = "half-closed"    // FIN from one side only
	Blackhole        Verdict = "blackhole"      // established, then data retransmitted, or echo requests, without an answer
	MTUBlackhole     Verdict = "mtu-blackhole"  // small segments pass, full-sized ones do not
	ZeroWindow       Verdict = "zero-window"    // the receiver's window stays 0
	NoSuchName       Verdict = "no-such-name"   // a name server answers that the name does not exist (NXDOMAIN)
	ServerFailure    Verdict = "server-failure" // a name server answers that it failed (SERVFAIL)
	QueryRefused     Verdict = "query-refused"  // a name server refuses to answer (REFUSED)
	QueryError       Verdict = "query-error"    // a name server answers with another error (FORMERR, NOTIMP)
	Truncated        Verdict = "truncated"      // a name server's answer was cut off, and nobody asks by TCP
	OneSided         Verdict = "one-sided"      // only one direction was captured
	Midstream        Verdict = "midstream"      // the SYN is not in the capture
)

// Verdicts are all of them, in the order of a connection's life.
func Verdicts() []Verdict {
	return []Verdict{OK, Open, Refused, Rejected, NoAnswer, NoNeighbour, NotSent, SYNACKUnanswered, ResetByServer,
		ResetByClient, NoReply, ClosedEarly, HalfClosed, Blackhole, MTUBlackhole, ZeroWindow, NoSuchName, ServerFailure, QueryRefused, QueryError, Truncated, OneSided, Midstream}
}

// Subject is what the verdict is about: lookups, or else connections, and others as well.
func (v Verdict) Subject() Subject {
	switch v {
	case NoSuchName, ServerFailure, QueryRefused, QueryError, Truncated:
		return DNS
	}
	return TCP
}

// Failed reports whether the verdict means that something went wrong. A capture that shows too little of a connection
// proves no failure.
func (v Verdict) Failed() bool {
	switch v {
	case OK, Open, OneSided, Midstream, HalfClosed, "":
		return false
	}
	return true
}
