package faults

import (
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
	limitTable = "limit" // and its chain
	limitUsage = "usage: tcplab host limit set --connections N [--port N,...], or limit remove"
)

// limit puts a firewall in place that limits how many connections to a port may be open, or removes it.
var limit = tableVerb{table: limitTable, usage: limitUsage, word: "set", declare: func(flags *flag.FlagSet) setTable {
	ports := portNumbers{lab.Port}
	flags.Var(&ports, "port", "the service's ports, each with a limit of its own")
	connections := flags.Int("connections", 0, "how many may be open")
	return func(_ *agent.Namespace, conn *nftables.Conn, rest []string) error {
		if *connections <= 0 || len(rest) > 0 {
			return errSenseless
		}
		return setLimit(conn, ports, uint32(*connections))
	}
}}

// overLimit is the flag of a limit that matches what is above it (NFT_CONNLIMIT_F_INV).
const overLimit = 1

func setLimit(conn *nftables.Conn, ports []int, connections uint32) error {
	table := replaceTable(conn, limitTable)
	chain := conn.AddChain(&nftables.Chain{Name: limitTable, Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter})
	for _, port := range ports {
		exprs := append(protocolIs(unix.IPPROTO_TCP), partDestination.load(), equals(bigEndian(uint16(port))))
		exprs = append(exprs, connectionIs(expr.CtStateBitNEW)...)
		exprs = append(exprs, &expr.Connlimit{Count: connections, Flags: overLimit}, &expr.Counter{}, &expr.Reject{Type: unix.NFT_REJECT_TCP_RST})
		conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: exprs, UserData: userdata.AppendString(nil, userdata.TypeComment, LimitCounter)})
	}
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("limit connections: %w (the kernel needs nf_tables, nf_conntrack and nft_connlimit)", err)
	}
	return nil
}

func addLimitCounters(n *agent.Namespace, into lab.Counters) error {
	return n.EachCommented(limitTable, func(_, comment string, packets uint64) { into[comment] += packets })
}

func init() {
	agent.Register("limit set|remove: a firewall that limits how many connections to a port may be open", limit.run)
	agent.RegisterCounters(addLimitCounters)
}
