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

const cutTable = "cut" // and its chain

// The marks of a connection; one that has none has mark 0.
const (
	markNone      = 0
	markCut       = 1
	markAnswered  = 2
	markRequested = 5 // 3 and 4 are those of rules that wait for an instant
)

const cutUsage = "usage: tcplab host cut set [--proto tcp|udp] [--port N,...] --from request|reply|second-request|after-request|window-closed [--back] [--reject] [--packets N], or cut remove"

// cut breaks connections at a segment of theirs, or stops to do so.
var cut = tableVerb{table: cutTable, usage: cutUsage, word: "set", declare: func(flags *flag.FlagSet) setTable {
	from := flags.String("from", "", "the segment from which on packets are dropped: request, reply, second-request, after-request or window-closed")
	ports := portNumbers{lab.Port}
	flags.Var(&ports, "port", "the service's ports")
	proto := flags.String("proto", lab.ProtoTCP, "tcp or udp")
	c := Cut{}
	flags.BoolVar(&c.Back, "back", false, "drop only what comes from the server")
	flags.BoolVar(&c.Reject, "reject", false, "answer with ICMP")
	flags.IntVar(&c.Packets, "packets", 0, "only so many packets, 0 for all")
	return func(_ *agent.Namespace, conn *nftables.Conn, rest []string) error {
		c.From = Moment(*from)
		if marking(c.From, serviceEnd{}) == nil || serviceProtocols[*proto] == 0 || c.Packets < 0 || len(rest) > 0 {
			return errSenseless
		}
		return setCut(conn, c, endsOf(*proto, ports))
	}
}}

// serviceEnd is a port of the service, with the number of its protocol.
type serviceEnd struct {
	proto byte
	port  int
}

var serviceProtocols = map[string]byte{lab.ProtoTCP: unix.IPPROTO_TCP, lab.ProtoUDP: unix.IPPROTO_UDP}

func endsOf(proto string, ports []int) []serviceEnd {
	var list []serviceEnd
	for _, port := range ports {
		list = append(list, serviceEnd{serviceProtocols[proto], port})
	}
	return list
}

func setCut(conn *nftables.Conn, c Cut, services []serviceEnd) error {
	table := replaceTable(conn, cutTable)
	chain := conn.AddChain(&nftables.Chain{Name: cutTable, Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter})
	for _, service := range services {
		for _, exprs := range marking(c.From, service) {
			conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: exprs})
		}
	}
	for _, service := range services {
		conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: cutting(c, service),
			UserData: userdata.AppendString(nil, userdata.TypeComment, c.CounterName(lab.IPv4))})
		if !c.Back {
			break // what goes to any of the ports, and what comes from it, is matched by the first
		}
	}
	if last := lastToPass(c.From); last != nil {
		for _, service := range services { // behind the cutting rules, so that this segment still passes
			conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: marks(append(fromService(service), last...), markCut)})
		}
	}
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("cut connections: %w (the kernel needs nf_tables and nf_conntrack with marks)", err)
	}
	return nil
}

// lastToPass matches the service's segment that is the last one to pass; nil where the moment's own segment is dropped.
func lastToPass(m Moment) []expr.Any {
	switch m {
	case AfterRequest:
		return marked(markRequested)
	case WindowClosed: // a RST has no window
		return append(flagsAre(flagRST, 0), partWindow.load(), equals(bigEndian(0)))
	}
	return nil
}

// marking are the rules that put the mark "cut" on a connection at its moment; nil for one that there is not.
func marking(m Moment, service serviceEnd) [][]expr.Any {
	switch m {
	case AtRequest:
		return [][]expr.Any{mark(partDestination, service, markNone, markCut)}
	case AtReply:
		return [][]expr.Any{mark(partSource, service, markNone, markCut)}
	case AtSecondRequest:
		return [][]expr.Any{mark(partSource, service, markNone, markAnswered), mark(partDestination, service, markAnswered, markCut)}
	case AfterRequest:
		return [][]expr.Any{mark(partDestination, service, markNone, markRequested)}
	case WindowClosed:
		return [][]expr.Any{}
	}
	return nil
}

// mark changes the mark of a connection at a segment with data, or at a datagram, that has the service's port in that part of its header.
func mark(port part, service serviceEnd, from, to uint32) []expr.Any {
	exprs := append(protocolIs(service.proto), port.load(), equals(bigEndian(uint16(service.port))))
	if service.proto == unix.IPPROTO_TCP {
		exprs = append(exprs, partFlags.load(), &expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 1, Mask: []byte{flagPSH}, Xor: []byte{0}}, equals([]byte{flagPSH}))
	}
	return marks(append(exprs, marked(from)...), to)
}

// fromService matches what comes from it.
func fromService(service serviceEnd) []expr.Any {
	return append(protocolIs(service.proto), partSource.load(), equals(bigEndian(uint16(service.port))))
}

// marked matches the packets of a connection with that mark.
func marked(with uint32) []expr.Any {
	return []expr.Any{&expr.Ct{Key: expr.CtKeyMARK, Register: 1}, equals(native(with))}
}

// cutting is the rule for what is marked.
func cutting(c Cut, service serviceEnd) []expr.Any {
	exprs := append(protocolIs(service.proto), marked(markCut)...)
	if c.Back {
		exprs = append(exprs, partSource.load(), equals(bigEndian(uint16(service.port))))
	}
	if c.Packets > 0 {
		exprs = append(exprs, first(c.Packets)...)
	}
	exprs = append(exprs, &expr.Counter{})
	if c.Reject {
		return append(exprs, &expr.Reject{Type: unix.NFT_REJECT_ICMPX_UNREACH, Code: unix.NFT_REJECT_ICMPX_ADMIN_PROHIBITED})
	}
	return append(exprs, &expr.Verdict{Kind: expr.VerdictDrop})
}

func init() {
	agent.Register("cut set|remove: drop or reject what comes on a connection from one of its segments on", cut.run)
	agent.RegisterCounters(packetsIn(cutTable))
}
