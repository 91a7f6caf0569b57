package agent

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/harness"
)

// The rules stand where iptables (its nf_tables variant) keeps its own: table "filter" of families ip and ip6, chains
// named after the hook. So "iptables -S" lists them, with their counters, where it is installed. What it would not
// understand is in a table beside that.
const (
	filterTable = "filter"
	ownTable    = "tcplab"
)

func tableOf(r harness.Rule) string {
	if r.First == 0 {
		return filterTable
	}
	return ownTable
}

var hooks = map[string]*nftables.ChainHook{
	"INPUT":   nftables.ChainHookInput,
	"FORWARD": nftables.ChainHookForward,
	"OUTPUT":  nftables.ChainHookOutput,
}

var tableFamilies = map[harness.Family]nftables.TableFamily{
	harness.IPv4: nftables.TableFamilyIPv4,
	harness.IPv6: nftables.TableFamilyIPv6,
}

// firewall adds a rule that drops packets, or deletes it.
func firewall(_ context.Context, s Streams, args []string) error {
	if len(args) == 0 {
		return usagef("usage: tcplab host firewall add|delete --family 4|6 --chain INPUT --proto tcp [--port N]")
	}
	flags := flag.NewFlagSet("firewall", flag.ContinueOnError)
	family := flags.Int("family", 4, "4 or 6")
	rule := harness.Rule{}
	flags.StringVar(&rule.Chain, "chain", "INPUT", "INPUT, FORWARD or OUTPUT")
	flags.StringVar(&rule.Proto, "proto", "tcp", "tcp, udp or icmp")
	flags.IntVar(&rule.Port, "port", 0, "destination port, 0 for any")
	flags.IntVar(&rule.First, "first", 0, "drop only so many packets, 0 for all")
	if err := parse(flags, args[1:]); err != nil {
		return err
	}
	f := harness.Family(*family)
	if _, ok := tableFamilies[f]; !ok || hooks[rule.Chain] == nil || len(protocols(f)[rule.Proto]) == 0 {
		return usagef("no such rule: family %d, %s", *family, rule)
	}
	conn, err := s.Namespace.nftables()
	if err != nil {
		return err
	}
	switch args[0] {
	case "add":
		return addRule(conn, f, rule)
	case "delete":
		return deleteRule(conn, f, rule)
	}
	return usagef("firewall: add or delete, not %q", args[0])
}

func (n *Namespace) nftables() (*nftables.Conn, error) {
	if n.file == nil {
		return nftables.New()
	}
	return nftables.New(nftables.WithNetNSFd(n.Fd()))
}

func addRule(conn *nftables.Conn, f harness.Family, r harness.Rule) error {
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

func deleteRule(conn *nftables.Conn, f harness.Family, r harness.Rule) error {
	found := 0
	err := eachRule(conn, func(family harness.Family, have harness.Rule, _ uint64, handle *nftables.Rule) error {
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
func addRuleCounters(n *Namespace, into harness.Counters) error {
	conn, err := n.nftables()
	if err != nil {
		return err
	}
	return eachRule(conn, func(f harness.Family, r harness.Rule, packets uint64, _ *nftables.Rule) error {
		into[r.CounterName(f)] += packets
		return nil
	})
}

// eachRule calls do for every rule of the kind that this package writes.
func eachRule(conn *nftables.Conn, do func(harness.Family, harness.Rule, uint64, *nftables.Rule) error) error {
	for _, f := range harness.Families {
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

// native is a number as a register of the kernel's holds it, bigEndian as the header of a packet does.
func native(n uint32) []byte    { return binary.NativeEndian.AppendUint32(nil, n) }
func bigEndian(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }

// protocols are the IP protocol numbers by name.
func protocols(f harness.Family) map[string][]byte {
	icmp := []byte{unix.IPPROTO_ICMP}
	if f == harness.IPv6 {
		icmp = []byte{unix.IPPROTO_ICMPV6}
	}
	return map[string][]byte{"tcp": {unix.IPPROTO_TCP}, "udp": {unix.IPPROTO_UDP}, "icmp": icmp}
}

// expressions is the rule as the kernel wants it, the same that iptables writes: compare the protocol, compare the
// destination port (bytes 2 and 3 of the transport header), count, drop.
func expressions(f harness.Family, r harness.Rule) []expr.Any {
	list := []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: protocols(f)[r.Proto]},
	}
	if r.Port != 0 {
		list = append(list,
			&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: bigEndian(uint16(r.Port))})
	}
	if r.First != 0 {
		list = append(list, first(r.First)...)
	}
	return append(list, &expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop})
}

// first matches that many packets and then no more: the number that is given to each, from 0 on, is less. It wraps
// around, but not in the life of a lab.
func first(n int) []expr.Any {
	return []expr.Any{
		&expr.Numgen{Register: 1, Modulus: 1 << 31, Type: unix.NFT_NG_INCREMENTAL},
		&expr.Byteorder{SourceRegister: 1, DestRegister: 1, Op: expr.ByteorderHton, Len: 4, Size: 4},
		&expr.Cmp{Op: expr.CmpOpLt, Register: 1, Data: binary.BigEndian.AppendUint32(nil, uint32(n))},
	}
}

// ruleOf reads back what expressions wrote, and the number of packets that the rule has matched.
func ruleOf(f harness.Family, chain string, exprs []expr.Any) (r harness.Rule, packets uint64, ok bool) {
	r.Chain = chain
	for _, e := range exprs {
		switch e := e.(type) {
		case *expr.Cmp:
			switch len(e.Data) {
			case 2:
				r.Port = int(binary.BigEndian.Uint16(e.Data))
				continue
			case 4:
				r.First = int(binary.BigEndian.Uint32(e.Data))
				continue
			}
			for name, number := range protocols(f) {
				if string(number) == string(e.Data) {
					r.Proto = name
				}
			}
		case *expr.Counter:
			packets = e.Packets
		case *expr.Verdict:
			ok = e.Kind == expr.VerdictDrop
		}
	}
	return r, packets, ok && r.Proto != ""
}

// ProbeFirewall reports why the namespace can have no firewall rule.
func (n *Namespace) ProbeFirewall() error {
	conn, err := n.nftables()
	if err != nil {
		return err
	}
	rule := harness.Rule{Chain: "INPUT", Proto: "tcp", Port: harness.Port}
	if err := addRule(conn, harness.IPv4, rule); err != nil {
		return err
	}
	return deleteRule(conn, harness.IPv4, rule)
}
