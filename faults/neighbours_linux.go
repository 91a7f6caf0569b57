package faults

import (
	"context"
	"flag"
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/google/nftables/userdata"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sys/unix"
)

const (
	neighbourTable       = "neighbour-filter" // and its chain for what comes in
	neighbourChainOut    = "neighbour-filter-out"
	neighbourFilterUsage = "usage: tcplab host neighbour-filter set|remove --family 4|6"
)

// asking is how a family asks for hardware addresses: the tables in which its packets are seen, the hooks of these, and what matches the packets.
type asking struct {
	table   nftables.TableFamily
	in, out nftables.ChainHook
	match   []expr.Any
}

var askings = map[lab.Family]asking{
	lab.IPv4: {nftables.TableFamilyARP, 0, 1, nil}, // NF_ARP_IN and NF_ARP_OUT of linux/netfilter_arp.h; there is nothing but ARP
	lab.IPv6: {nftables.TableFamilyINet, *nftables.ChainHookInput, *nftables.ChainHookOutput, protocolIs(unix.IPPROTO_ICMPV6)},
}

// neighbourFilter drops how a host's neighbours and the host ask for each other's hardware address, or stops to do so.
func neighbourFilter(_ context.Context, s agent.Streams, args []string) error {
	if len(args) == 0 || args[0] != "set" && args[0] != "remove" {
		return agent.Usagef(neighbourFilterUsage)
	}
	flags := flag.NewFlagSet(neighbourTable, flag.ContinueOnError)
	family := flags.Int("family", 0, "4 or 6")
	if err := agent.Parse(flags, args[1:]); err != nil {
		return err
	}
	a, known := askings[lab.Family(*family)]
	if !known || flags.NArg() > 0 {
		return agent.Usagef(neighbourFilterUsage)
	}
	conn, err := s.Namespace.Nftables()
	if err != nil {
		return err
	}
	defer conn.CloseLasting()
	table := &nftables.Table{Name: neighbourTable, Family: a.table}
	conn.AddTable(table)
	conn.DelTable(table) // and with it what is left of one before
	if args[0] == "set" {
		a.drop(conn, conn.AddTable(table))
	}
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("%s table %s: %w (the kernel needs nf_tables, for IPv4 with ARP)", args[0], neighbourTable, err)
	}
	return nil
}

// drop adds the rules. What goes out is dropped, too, because the neighbours learn the host's hardware address from its own questions.
func (a asking) drop(conn *nftables.Conn, table *nftables.Table) {
	for _, c := range []struct {
		name    string
		hook    nftables.ChainHook
		comment []byte
	}{{neighbourTable, a.in, userdata.AppendString(nil, userdata.TypeComment, neighbourCounter)}, {neighbourChainOut, a.out, nil}} {
		chain := conn.AddChain(&nftables.Chain{Name: c.name, Table: table, Type: nftables.ChainTypeFilter, Hooknum: &c.hook, Priority: nftables.ChainPriorityFilter})
		exprs := append(append([]expr.Any{}, a.match...), &expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop})
		conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: exprs, UserData: c.comment})
	}
}

func addNeighbourCounters(n *agent.Namespace, into lab.Counters) error {
	for _, a := range askings {
		if err := n.EachCommentedIn(a.table, neighbourTable, func(_, comment string, packets uint64) { into[comment] += packets }); err != nil {
			return err
		}
	}
	return nil
}

func init() {
	agent.Register("neighbour-filter set|remove: a firewall that drops the questions for hardware addresses", neighbourFilter)
	agent.RegisterCounters(addNeighbourCounters)
}
