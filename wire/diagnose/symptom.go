package diagnose

// Tone is what a symptom says: the colour of its packets, whatever shows them.
type Tone int

// The tones.
const (
	Denial  Tone = iota // somebody says no
	Silence             // nobody says anything
	Limit               // something is too small, or full
	Remark              // no failure, and worth knowing
)

// Symptom is a kind of packet that verdicts rest on, as Wireshark and tshark select it in any capture.
type Symptom struct {
	// Name is short enough for a button.
	Name string
	Tone Tone
	// Filter is a display filter without commas and quotes. A filter that refers to other packets does so by Wireshark's own analysis.
	Filter string
	// Whole says that the filter is true only when the whole capture has been read: a later packet may refute it.
	Whole bool
	// Verdicts are those that rest on such packets.
	Verdicts []Verdict
}

// Parts of filters. The bits of tcp.completeness are the parts of a connection that the capture has shown: 1 a SYN, 2 a SYN-ACK, 16 a FIN.
const (
	unanswered = "(tcp.completeness & 1 && !(tcp.completeness & 2))"
	// again is a segment that was sent again, and not the same one at the next interface of the same capture, which Wireshark takes for
	// a retransmission, too: that comes sooner.
	again  = "tcp.analysis.retransmission && tcp.analysis.rto >= 0.005"
	tooBig = "(icmp.type == 3 && icmp.code == 4) || icmpv6.type == 2"
)

// Symptoms are all of them. Where a packet has several, the first is what it is shown as.
func Symptoms() []Symptom {
	return []Symptom{
		{"refused", Denial, "tcp.flags.reset == 1 && " + unanswered, false, []Verdict{Refused}},
		{"too big", Limit, tooBig, false, []Verdict{MTUBlackhole}},
		{"rejected by ICMP", Denial, "icmp.type == 3 || icmp.type == 11 || icmp.type == 12 || icmpv6.type == 1 || icmpv6.type == 3 || icmpv6.type == 4", false,
			[]Verdict{Rejected}},
		// a RST after a FIN merely tidies up
		{"reset", Denial, "tcp.flags.reset == 1 && !(tcp.completeness & 16) && !" + unanswered, false, []Verdict{ResetByServer, ResetByClient}},
		{"DNS error", Denial, "dns.flags.rcode > 0", false, []Verdict{NoSuchName, ServerFailure, QueryRefused, QueryError}},
		{"DNS answer cut off", Limit, "dns.flags.truncated == 1", false, []Verdict{Truncated}},
		{"SYN again", Silence, "tcp.flags.syn == 1 && tcp.flags.ack == 0 && " + again, false, []Verdict{NoAnswer}},
		{"SYN-ACK again", Silence, "tcp.flags.syn == 1 && tcp.flags.ack == 1 && " + again, false, []Verdict{SYNACKUnanswered}},
		{"zero window", Limit, "tcp.analysis.zero_window || tcp.analysis.zero_window_probe || tcp.analysis.zero_window_probe_ack", false, []Verdict{ZeroWindow}},
		{"data again", Silence, "tcp.flags.syn == 0 && " + again, false, []Verdict{Blackhole, MTUBlackhole}},
		{"closed without an answer", Denial, "tcp.flags.fin == 1 && tcp.completeness & 1 && tcp.seq == 1 && tcp.ack > 1", false, []Verdict{ClosedEarly}},
		{"end after silence", Silence, "(tcp.flags.fin == 1 || tcp.flags.reset == 1) && tcp.time_delta >= 2", false, []Verdict{NoReply}},
		{"ping without a reply", Silence, "icmp.resp_not_found || icmpv6.resp_not_found", true, []Verdict{NoAnswer, Blackhole}},
		{"query without an answer", Silence, "dns.flags.response == 0 && !dns.response_in && udp.port == 53 && !icmp && !icmpv6", true, []Verdict{NoAnswer}},
		{"keep-alive", Remark, "tcp.analysis.keep_alive || tcp.analysis.keep_alive_ack", false, nil},
	}
}
