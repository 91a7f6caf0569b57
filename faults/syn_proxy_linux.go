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
	synProxyTable = "synproxy"
	synProxyChain = "handshakes"
	synProxyUsage = "usage: tcplab host synproxy set [--port N,...], or synproxy remove"
)

// synProxy puts a SYN proxy in front of what is behind the router, or removes it.
var synProxy = tableVerb{table: synProxyTable, usage: synProxyUsage, word: "set", declare: func(flags *flag.FlagSet) setTable {
	ports := portNumbers{lab.Port}
	flags.Var(&ports, "port", "the service's ports")
	return func(_ *agent.Namespace, conn *nftables.Conn, rest []string) error {
		if len(rest) > 0 {
			return errSenseless
		}
		return screen(conn, ports)
	}
}}

// What the proxy offers in its SYN-ACKs. The size fits an Ethernet's MTU for both families. Timestamps are not offered: the proxy's acknowledgment of the
// server's SYN-ACK echoes a wrong one, and the server's kernel drops that (seen with Linux 6.18).
const (
	proxiedMSS   = 1440
	proxiedScale = 7
)

// screen is the rule set of nftables' documentation: a SYN is not tracked, so that it and what acknowledges the proxy's answer are the proxy's, and
// nothing that belongs to no connection gets past it.
func screen(conn *nftables.Conn, ports []int) error {
	table := replaceTable(conn, synProxyTable)
	untracked := beforeTracking(conn, table)
	handshakes := conn.AddChain(&nftables.Chain{Name: synProxyChain, Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter})
	for _, port := range ports {
		conn.AddRule(&nftables.Rule{Table: table, Chain: untracked, Exprs: append(append(toPort(port), flagsAre(flagSYN|flagACK, flagSYN)...), &expr.Notrack{})})
		unknown := append(toPort(port), connectionIs(expr.CtStateBitINVALID|expr.CtStateBitUNTRACKED)...)
		conn.AddRule(&nftables.Rule{Table: table, Chain: handshakes,
			Exprs:    append(unknown, &expr.Counter{}, &expr.SynProxy{Mss: proxiedMSS, Wscale: proxiedScale, SackPerm: true}),
			UserData: userdata.AppendString(nil, userdata.TypeComment, SYNProxyCounter)})
	}
	stray := append(protocolIs(unix.IPPROTO_TCP), connectionIs(expr.CtStateBitINVALID)...)
	conn.AddRule(&nftables.Rule{Table: table, Chain: handshakes, Exprs: append(stray, &expr.Verdict{Kind: expr.VerdictDrop})})
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("set a SYN proxy: %w (the kernel needs nf_tables, nf_conntrack and nft_synproxy)", err)
	}
	return nil
}

func init() {
	agent.Register("synproxy set|remove: a proxy that completes the handshake before it calls the server", synProxy.run)
	agent.RegisterCounters(packetsIn(synProxyChain))
}
