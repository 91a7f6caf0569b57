package diagnose

import "strings"

// Guidance is what one thinks of, and does next, about a verdict when a capture has excluded nothing.
type Guidance struct {
	// Place is where a second capture, the server's, says that the attempt was lost; nil without one.
	Place *Place
	// Rivals and Next are as those of a [Diagnosis]; in the commands, SERVER, CLIENT, PORT, SENDER and KNOWN-HOST stand for
	// what a diagnosis would name.
	Rivals []Rival
	Next   []Step
}

// Guide returns the guidance about a verdict: first from the client's capture alone, then for each place that a capture on
// the server can find and that makes a difference.
func Guide(s Subject, v Verdict) []Guidance {
	f := guide(s, v)
	rivals, next := f.at(nil)
	list := []Guidance{{nil, rivals, next}}
	for _, loss := range []Loss{LostBeforeServer, LostAtServer, LostBeforeClient, ForgedBetween, LostNowhere} {
		p := &Place{Lost: loss, Found: loss == LostNowhere}
		if f.isAbout(placesOf(p)) {
			rivals, next := f.at(p)
			list = append(list, Guidance{p, rivals, next})
		}
	}
	return list
}

// isAbout reports whether a cause or a step is bound to the places.
func (f *filled) isAbout(known places) bool {
	for _, c := range f.rivals {
		if c.at&known != 0 {
			return true
		}
	}
	return false
}

// guide is the advice about a verdict with names in place of addresses.
func guide(s Subject, v Verdict) filled {
	chosen := advices[v]
	switch s {
	case DNS:
		chosen = lookupAdvices[v]
	case ICMP:
		chosen = map[Verdict]advice{NoAnswer: echoSilence, Rejected: echoByFirewalls, Blackhole: echoBlackhole, OneSided: echoOneSided}[v]
	}
	return filled{advice: chosen, words: strings.NewReplacer("{client}", "CLIENT", "{server}", "SERVER", "{bracketed}", "SERVER", "{port}", "PORT",
		"{sender}", "SENDER", "{known}", "KNOWN-HOST", "{size}", "1472", "{family}", "-4", "{iptables}", "iptables", "{icmp}", "icmp",
		"{ignore}", "net.ipv4.icmp_echo_ignore_all", "{solicitation}", "arp host SERVER", "{name}", "NAME", "{type}", "A")}
}

// Verdicts are those of which the cause is a rival, in the order of a connection's life.
func (c Cause) Verdicts() []Verdict {
	var list []Verdict
	for _, v := range Verdicts() {
		if guidesTo(TCP, v, c) || guidesTo(ICMP, v, c) || guidesTo(DNS, v, c) {
			list = append(list, v)
		}
	}
	return list
}

func guidesTo(s Subject, v Verdict, c Cause) bool {
	f := guide(s, v)
	for _, candidate := range f.rivals {
		if candidate.cause == c {
			return true
		}
	}
	return false
}
