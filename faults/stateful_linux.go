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
	statefulTable   = "stateful"
	statefulInvalid = "invalid" // the chain for what does not fit a connection
	statefulUsage   = "usage: tcplab host stateful bypassed [--port N,...], or stateful remove"
)

// stateful puts a stateful firewall that does not see the answers in place, or removes it.
var stateful = tableVerb{table: statefulTable, usage: statefulUsage, word: "bypassed", declare: func(flags *flag.FlagSet) setTable {
	ports := portNumbers{lab.Port}
	flags.Var(&ports, "port", "the service's ports")
	return func(_ *agent.Namespace, conn *nftables.Conn, rest []string) error {
		if len(rest) > 0 {
			return errSenseless
		}
		return bypass(conn, ports)
	}
}}

func bypass(conn *nftables.Conn, ports []int) error {
	table := replaceTable(conn, statefulTable)
	untracked := beforeTracking(conn, table)
	for _, port := range ports {
		conn.AddRule(&nftables.Rule{Table: table, Chain: untracked,
			Exprs: append(protocolIs(unix.IPPROTO_TCP), partSource.load(), equals(bigEndian(uint16(port))), &expr.Notrack{})})
	}
	invalid := conn.AddChain(&nftables.Chain{Name: statefulInvalid, Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter})
	exprs := append(protocolIs(unix.IPPROTO_TCP), connectionIs(expr.CtStateBitINVALID)...)
	conn.AddRule(&nftables.Rule{Table: table, Chain: invalid, Exprs: append(exprs, &expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop}),
		UserData: userdata.AppendString(nil, userdata.TypeComment, Bypassed{}.CounterName(lab.IPv4))})
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("set a stateful firewall: %w (the kernel needs nf_tables and nf_conntrack)", err)
	}
	return nil
}

func init() {
	agent.Register("stateful bypassed|remove: a stateful firewall that does not see the answers", stateful.run)
	agent.RegisterCounters(packetsIn(statefulInvalid))
}
