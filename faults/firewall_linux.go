package faults

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/google/nftables"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sys/unix"
)

// The rules stand where iptables (its nf_tables variant) keeps its own: table "filter" of families ip and ip6, chains
// named after the hook. So "iptables -S" lists them, with their counters, where it is installed. What it would not
// understand is in a table beside that: of a table with one such rule it lists nothing, and can add no rule either. As
// measured with iptables 1.8.9, it lists what we write for --sport, --dport, both at once and --tcp-flags PSH PSH, and
// calls the table "incompatible" over numgen (First, Every), meta (Least), what follows the header (Hello) and nft's own reject (its -j REJECT is an extension of x_tables,
// which not every kernel has).
const (
	filterTable = "filter"
	ownTable    = "tcplab"
)

func tableOf(r Rule) string {
	if r.First == 0 && r.Every == 0 && r.Least == 0 && r.Hello == 0 && r.Reject == "" {
		return filterTable
	}
	return ownTable
}

var hooks = map[string]*nftables.ChainHook{
	"INPUT":   nftables.ChainHookInput,
	"FORWARD": nftables.ChainHookForward,
	"OUTPUT":  nftables.ChainHookOutput,
}

var tableFamilies = map[lab.Family]nftables.TableFamily{
	lab.IPv4: nftables.TableFamilyIPv4,
	lab.IPv6: nftables.TableFamilyIPv6,
}

// firewall adds a rule that drops or rejects packets, or deletes it.
func firewall(_ context.Context, s agent.Streams, args []string) error {
	if len(args) == 0 {
		return agent.Usagef("usage: tcplab host firewall add|delete --family 4|6 --chain INPUT --proto tcp [--port N] [--reject tcp-reset]")
	}
	flags := flag.NewFlagSet("firewall", flag.ContinueOnError)
	family, rule := ruleFlags(flags)
	if err := agent.Parse(flags, args[1:]); err != nil {
		return err
	}
	f := lab.Family(*family)
	if err := possible(f, *rule); err != nil {
		return err
	}
	conn, err := s.Namespace.Nftables()
	if err != nil {
		return err
	}
	defer conn.CloseLasting()
	switch args[0] {
	case "add":
		return addRule(conn, f, *rule)
	case "delete":
		return deleteRule(conn, f, *rule)
	}
	return agent.Usagef("firewall: add or delete, not %q", args[0])
}

// ruleFlags are the flags that say what a rule is.
func ruleFlags(flags *flag.FlagSet) (family *int, rule *Rule) {
	family = flags.Int("family", 4, "4 or 6")
	rule = &Rule{}
	flags.StringVar(&rule.Chain, "chain", "INPUT", "INPUT, FORWARD or OUTPUT")
	flags.StringVar(&rule.Proto, "proto", "tcp", "tcp, udp or icmp")
	flags.IntVar(&rule.Port, "port", 0, "destination port, 0 for any")
	flags.IntVar(&rule.SourcePort, "source-port", 0, "source port, 0 for any")
	flags.BoolVar(&rule.Data, "data", false, "of TCP only segments with the flag PSH")
	flags.StringVar(&rule.Flags, "flags", "", "of TCP only segments with all of these flags, such as FIN or ECE,CWR")
	flags.IntVar(&rule.Least, "least", 0, "only packets of at least so many bytes, 0 for any")
	flags.IntVar(&rule.Hello, "hello", 0, "of TCP only the first segment of a TLS ClientHello of at least so many bytes, 0 for any segment")
	flags.IntVar(&rule.First, "first", 0, "only so many packets, 0 for all")
	flags.IntVar(&rule.Every, "every", 0, "only each so-manieth packet, as 10 for a tenth of them, 0 for all")
	flags.StringVar(&rule.Reject, "reject", "", "answer with tcp-reset, icmp-port-unreachable ...; empty: drop")
	return family, rule
}

// possible reports what of a rule there cannot be.
func possible(f lab.Family, r Rule) error {
	if _, ok := tableFamilies[f]; !ok || hooks[r.Chain] == nil || len(protocols(f)[r.Proto]) == 0 {
		return agent.Usagef("no such rule: family %d, %s", f, r)
	}
	if r.Proto == "icmp" && (r.Port != 0 || r.SourcePort != 0) {
		return agent.Usagef("ICMP has no ports: %s", r)
	}
	if r.Proto != "tcp" && (r.Data || r.Flags != "" || r.Hello != 0 || r.Reject == tcpReset) {
		return agent.Usagef("only TCP has flags, carries TLS, and can be reset: %s", r)
	}
	if r.Data && r.Flags != "" || r.Flags != "" && flagNames(flagBits(r.Flags)) != r.Flags {
		return agent.Usagef("no such flags: %s (they are %s, in this order)", r, strings.Join(tcpFlags, ","))
	}
	if r.Every < 0 || r.Every > 0 && r.First != 0 {
		return agent.Usagef("a rule is about the first packets, or about a share of all: %s", r)
	}
	if _, ok := rejection(f, r.Reject); !ok && r.Reject != "" {
		return agent.Usagef("%s cannot be rejected with %q, only with %s", f, r.Reject, strings.Join(rejections(f), ", "))
	}
	return nil
}

func addRule(conn *nftables.Conn, f lab.Family, r Rule) error {
	table := conn.AddTable(&nftables.Table{Name: tableOf(r), Family: tableFamilies[f]})
	policy := nftables.ChainPolicyAccept
	chain := conn.AddChain(&nftables.Chain{Name: r.Chain, Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: hooks[r.Chain], Priority: nftables.ChainPriorityFilter, Policy: &policy})
	conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: expressions(f, r)})
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("add rule %s: %w (the kernel needs nf_tables)", r, err)
	}
	return nil
}

func deleteRule(conn *nftables.Conn, f lab.Family, r Rule) error {
	found := 0
	err := eachRule(conn, func(family lab.Family, have Rule, _ uint64, handle *nftables.Rule) error {
		if family != f || have != r {
			return nil
		}
		found++
		return conn.DelRule(handle)
	})
	if err != nil {
		return err
	}
	if found == 0 {
		return fmt.Errorf("there is no rule %s", r)
	}
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("delete rule %s: %w", r, err)
	}
	return nil
}

// addRuleCounters adds the packets that each rule has matched.
func addRuleCounters(n *agent.Namespace, into lab.Counters) error {
	conn, err := n.Nftables()
	if err != nil {
		return err
	}
	defer conn.CloseLasting()
	return eachRule(conn, func(f lab.Family, r Rule, packets uint64, _ *nftables.Rule) error {
		into[r.CounterName(f)] += packets
		return nil
	})
}

// eachRule calls do for every rule of the kind that this package writes.
func eachRule(conn *nftables.Conn, do func(lab.Family, Rule, uint64, *nftables.Rule) error) error {
	for _, f := range lab.Families {
		chains, err := conn.ListChainsOfTableFamily(tableFamilies[f])
		if errors.Is(err, unix.ENOENT) {
			continue
		}
		if err != nil {
			return fmt.Errorf("list firewall chains: %w", err)
		}
		for _, chain := range chains {
			if chain.Table.Name != filterTable && chain.Table.Name != ownTable || hooks[chain.Name] == nil {
				continue
			}
			rules, err := conn.GetRules(chain.Table, chain)
			if err != nil {
				return fmt.Errorf("list firewall rules: %w", err)
			}
			for _, rule := range rules {
				r, packets, ok := ruleOf(f, chain.Name, rule.Exprs)
				if !ok {
					continue
				}
				if err := do(f, r, packets, rule); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func init() {
	agent.Register("firewall add|delete [flags]: add or delete a rule that drops or rejects packets", firewall)
	agent.RegisterCounters(addRuleCounters)
}
