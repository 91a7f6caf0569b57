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
	limitUsage = "usage: tcplab host limit set --connections N|--per-minute N [--port N,...], or limit remove"
)

// limit puts a firewall in place that limits how many connections to a port may be open, or begin in a minute, or removes it.
var limit = tableVerb{table: limitTable, usage: limitUsage, word: "set", declare: func(flags *flag.FlagSet) setTable {
	ports := portNumbers{lab.Port}
	flags.Var(&ports, "port", "the service's ports, each with a limit of its own")
	connections := flags.Int("connections", 0, "how many may be open")
	perMinute := flags.Int("per-minute", 0, "how many may begin in a minute, one at a time")
	return func(_ *agent.Namespace, conn *nftables.Conn, rest []string) error {
		switch {
		case len(rest) > 0:
		case *connections > 0 && *perMinute == 0:
			return setLimit(conn, ports, LimitCounter, func(*nftables.Table, int) []expr.Any { return tooMany(uint32(*connections)) })
		case *perMinute > 0 && *connections == 0:
			return setLimit(conn, ports, RateCounter, func(t *nftables.Table, port int) []expr.Any { return tooOften(conn, t, port, uint64(*perMinute)) })
		}
		return errSenseless
	}
}}

// overLimit is the flag of a limit that matches what is above it (NFT_CONNLIMIT_F_INV).
const overLimit = 1

// tooMany refuses connections above so many that are open.
func tooMany(connections uint32) []expr.Any {
	return append(connectionIs(expr.CtStateBitNEW), &expr.Connlimit{Count: connections, Flags: overLimit}, &expr.Counter{}, &expr.Reject{Type: unix.NFT_REJECT_TCP_RST})
}

// tooOften drops SYNs above so many a minute, of which none are saved up. The first SYN counts twice: the limit meets it once before, as it would
// meet the SYN of somebody else who was quicker.
func tooOften(conn *nftables.Conn, table *nftables.Table, port int, perMinute uint64) []expr.Any {
	limit := conn.AddObj(&nftables.NamedObj{Table: table, Name: fmt.Sprintf("port-%d", port), Type: nftables.ObjTypeLimit,
		Obj: &expr.Limit{Type: expr.LimitTypePkts, Rate: perMinute, Unit: expr.LimitTimeMinute, Burst: 1, Over: true}}).(*nftables.NamedObj)
	meet := &expr.Objref{Type: int(limit.Type), Name: limit.Name}
	quicker := append(toPort(port), flagsAre(flagSYN|flagACK, flagSYN)...)
	conn.AddRule(&nftables.Rule{Table: table, Chain: limitChain(table), Exprs: append(append(quicker, first(1)...), meet)})
	return append(flagsAre(flagSYN|flagACK, flagSYN), meet, &expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop})
}

func limitChain(table *nftables.Table) *nftables.Chain {
	return &nftables.Chain{Name: limitTable, Table: table, Type: nftables.ChainTypeFilter, Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter}
}

// toPort matches what goes to a TCP port.
func toPort(port int) []expr.Any {
	return append(protocolIs(unix.IPPROTO_TCP), partDestination.load(), equals(bigEndian(uint16(port))))
}

// setLimit puts the limit in place, one for each port.
func setLimit(conn *nftables.Conn, ports []int, counter string, limit func(*nftables.Table, int) []expr.Any) error {
	table := replaceTable(conn, limitTable)
	chain := conn.AddChain(limitChain(table))
	for _, port := range ports {
		exprs := append(toPort(port), limit(table, port)...)
		conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: exprs, UserData: userdata.AppendString(nil, userdata.TypeComment, counter)})
	}
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("limit connections: %w (the kernel needs nf_tables, nf_conntrack, nft_connlimit and nft_limit)", err)
	}
	return nil
}

func init() {
	agent.Register("limit set|remove: a firewall that limits how many connections to a port may be open, or begin", limit.run)
	agent.RegisterCounters(packetsIn(limitTable))
}
