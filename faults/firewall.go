package faults

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// Rule is a packet filter rule that drops or rejects what it matches.
type Rule struct {
	// Chain is the hook where the rule stands: INPUT, FORWARD or OUTPUT.
	Chain string `json:"chain"`
	// Proto is "tcp", "udp" or "icmp" (ICMPv6 on IPv6).
	Proto string `json:"proto"`
	// Port is the destination port, SourcePort that of the sender; 0 for any.
	Port       int `json:"port,omitempty"`
	SourcePort int `json:"source_port,omitempty"`
	// Data says that of TCP only segments with the flag PSH match: those that carry the end of what was written. The
	// handshake has none.
	Data bool `json:"data,omitempty"`
	// Flags are flags of TCP that a segment must have all of, as iptables names them: "FIN", "ECE,CWR"; empty: any.
	Flags string `json:"flags,omitempty"`
	// Least is the size in bytes, with the IP header, of the smallest packet that matches; 0: any.
	Least int `json:"least,omitempty"`
	// Hello is the length in bytes of the shortest ClientHello, as TLS's record says it (RFC 8446 section 5.1), whose first segment matches; 0: the
	// rule does not look at what segments carry.
	Hello int `json:"hello,omitempty"`
	// First is how many packets it concerns, those that match it first; 0 for all.
	First int `json:"first,omitempty"`
	// Every is which of the packets that match it concerns: with 10 the tenth, the twentieth and so on; 0 for all. It is a share of the
	// packets, and the same ones in each run. A rule has no First beside it.
	Every int `json:"every,omitempty"`
	// Reject is what the rule answers with, as iptables names it: "tcp-reset", or "icmp-port-unreachable",
	// "icmp-host-unreachable", "icmp-host-prohibited" or "icmp-admin-prohibited" and on IPv6 what ICMPv6 has for it (RFC
	// 4443 section 3.1; it has nothing for "icmp-host-prohibited"). Empty: it drops without a word.
	Reject string `json:"reject,omitempty"`
}

// String is the rule in iptables' notation: "INPUT -p tcp --dport 8080 -j DROP".
func (r Rule) String() string { return r.Words().English }

// Words are those of String in each language: options of iptables, and in words what it has none for.
func (r Rule) Words() lang.Text {
	return lang.Text{English: r.text(lang.English), Korean: r.text(lang.Korean)}
}

var (
	ofHello = lang.Text{English: " (a ClientHello of %d bytes or more)", Korean: " (%d바이트 이상의 ClientHello)"}
	ofFirst = lang.Text{English: " (the first %d)", Korean: " (처음 %d개)"}
)

func (r Rule) text(tag lang.Tag) string {
	var s strings.Builder
	s.WriteString(r.Chain + " -p " + r.Proto)
	if r.SourcePort != 0 {
		s.WriteString(" --sport " + strconv.Itoa(r.SourcePort))
	}
	if r.Port != 0 {
		s.WriteString(" --dport " + strconv.Itoa(r.Port))
	}
	if r.Data {
		s.WriteString(" --tcp-flags PSH PSH")
	}
	if r.Flags != "" {
		s.WriteString(" --tcp-flags " + r.Flags + " " + r.Flags)
	}
	if r.Least != 0 {
		fmt.Fprintf(&s, " -m length --length %d:", r.Least)
	}
	if r.Hello != 0 {
		s.WriteString(ofHello.Format(tag, r.Hello))
	}
	if r.First != 0 {
		s.WriteString(ofFirst.Format(tag, r.First))
	}
	if r.Every != 0 {
		fmt.Fprintf(&s, " -m statistic --mode nth --every %d --packet %d", r.Every, r.Every-1)
	}
	if r.Reject == "" {
		return s.String() + " -j DROP"
	}
	return s.String() + " -j REJECT --reject-with " + r.Reject
}

// names6 are ip6tables' own names for what iptables(8) calls otherwise.
var names6 = strings.NewReplacer(
	"-p icmp", "-p icmpv6",
	"icmp-port-unreachable", "icmp6-port-unreachable",
	"icmp-host-unreachable", "icmp6-addr-unreachable",
	"icmp-admin-prohibited", "icmp6-adm-prohibited",
)

// Command is the command that inserts the rule by hand: iptables', or nft's where iptables cannot count packets or compare what they carry, or
// needs an extension for it (statistic) that not every kernel has.
func (r Rule) Command(f lab.Family) string {
	if r.First != 0 || r.Every != 0 || r.Hello != 0 {
		return r.nftCommand()
	}
	if f == lab.IPv6 {
		return "ip6tables -I " + names6.Replace(r.String())
	}
	return "iptables -I " + r.String()
}

// nftCommand makes a table of both families with the rule in it. Of the packets that match, it drops all, the first ones, or every
// so-manieth, as numgen counts them.
func (r Rule) nftCommand() string {
	var match []string
	for _, m := range []struct {
		text  string
		value int
	}{{"%s sport %d", r.SourcePort}, {"%s dport %d", r.Port}} {
		if m.value != 0 {
			match = append(match, fmt.Sprintf(m.text, r.Proto, m.value))
		}
	}
	if r.Data {
		match = append(match, "tcp flags & psh == psh")
	}
	if r.Flags != "" {
		flags := strings.ToLower(strings.ReplaceAll(r.Flags, ",", "|"))
		match = append(match, fmt.Sprintf("tcp flags & (%s) == (%s)", flags, flags))
	}
	if r.Least != 0 {
		match = append(match, fmt.Sprintf("meta length >= %d", r.Least))
	}
	if r.Hello != 0 { // @ih is what follows TCP's header, from bit so-and-so on, so many bits of it
		match = append(match, fmt.Sprintf("@ih,0,16 0x1603 @ih,24,16 >= %d @ih,40,8 1", r.Hello))
	}
	if r.Every != 0 {
		match = append(match, fmt.Sprintf("numgen inc mod %d == %d", r.Every, r.Every-1))
	} else if r.First != 0 {
		match = append(match, fmt.Sprintf("numgen inc mod %d < %d", nftModulus, r.First))
	}
	hook := strings.ToLower(r.Chain)
	return fmt.Sprintf("nft 'add table inet by-hand; add chain inet by-hand %s { type filter hook %s priority 0; }; add rule inet by-hand %s %s counter drop'",
		hook, hook, hook, strings.Join(match, " "))
}

// nftModulus is where nft's count of packets begins anew, which is not in the life of a lab.
const nftModulus = 1 << 31

// CounterName is the rule's name among the [lab.Counters] of its host and family.
func (r Rule) CounterName(f lab.Family) string { return "firewall " + f.String() + " " + r.String() }

// FirewallVerb adds the rule (action "add") or deletes it ("delete") for one family. A rule that drops, without First, Every, Least and Hello,
// is written to the tables of iptables, so that "iptables -S" lists it where iptables is installed.
func FirewallVerb(action string, f lab.Family, r Rule) []string {
	argv := lab.Verb("firewall", action, "--family", strconv.Itoa(int(f)), "--chain", r.Chain, "--proto", r.Proto,
		"--port", strconv.Itoa(r.Port), "--source-port", strconv.Itoa(r.SourcePort), "--first", strconv.Itoa(r.First),
		"--every", strconv.Itoa(r.Every), "--least", strconv.Itoa(r.Least), "--hello", strconv.Itoa(r.Hello),
		"--flags", r.Flags, "--reject", r.Reject)
	if r.Data {
		argv = append(argv, "--data")
	}
	return argv
}

// FirewallRule is a rule in a host's firewall that drops packets without a word, or rejects them.
type FirewallRule struct {
	Host string
	Rule Rule
}

func (f FirewallRule) String() string { return f.Words().English }

// Words are those of String in each language.
func (f FirewallRule) Words() lang.Text {
	return lang.Text{
		English: "firewall rule on the %s: %s",
		Korean:  "%s의 방화벽 규칙: %s",
	}.With(hostWords(f.Host), f.Rule.Words())
}

// in are the rules as they are written in a lab: one for each port of the service, by its protocol, where the plan means the service.
func (r Rule) in(b *lab.Bench) []Rule {
	if r.Port != lab.Port && r.SourcePort != lab.Port {
		return []Rule{r}
	}
	var list []Rule
	for _, port := range b.Service.Numbers() {
		mine := r
		mine.Proto = b.Service.Transport()
		if r.Port == lab.Port {
			mine.Port = port
		}
		if r.SourcePort == lab.Port {
			mine.SourcePort = port
		}
		list = append(list, mine)
	}
	return list
}

// each does something with each rule as it is written in the lab.
func (f FirewallRule) each(ctx context.Context, b *lab.Bench, action string) error {
	for _, r := range f.Rule.in(b) {
		if err := b.Do(ctx, f.Host, FirewallVerb(action, b.Family, r)); err != nil {
			return err
		}
	}
	return nil
}

// Inject adds the rule.
func (f FirewallRule) Inject(ctx context.Context, b *lab.Bench) error { return f.each(ctx, b, "add") }

// Verify reads the rule's counter: the rule must be there.
func (f FirewallRule) Verify(ctx context.Context, b *lab.Bench) error {
	counters := lab.Counters{}
	if err := b.Query(ctx, f.Host, agent.CountersVerb(), &counters); err != nil {
		return err
	}
	for _, r := range f.Rule.in(b) {
		if _, ok := counters[r.CounterName(b.Family)]; !ok {
			return fmt.Errorf("host %s has no firewall rule %s for %s", f.Host, r, b.Family)
		}
	}
	return nil
}

// Heal deletes the rule.
func (f FirewallRule) Heal(ctx context.Context, b *lab.Bench) error { return f.each(ctx, b, "delete") }

// NewOnly implements harness.NewOnly: a rule for SYNs is about the beginning of a connection.
func (f FirewallRule) NewOnly() bool { return strings.Contains(f.Rule.Flags, "SYN") }

// ByHand implements harness.ByHand.
func (f FirewallRule) ByHand(family lab.Family) []string {
	return []string{fmt.Sprintf("tcplab exec %s %s", f.Host, f.Rule.Command(family))}
}
