package faults

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/google/nftables/userdata"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sys/unix"
)

// allowListChain is the one chain of an allow list's table, by which the table is known to be one.
const allowListChain = "allow-list"

const allowListUsage = "usage: tcplab host allow-list set NAME --to INTERFACE | --from INTERFACE [--stateful] PERMISSION..., " +
	"where a permission is tcp/8080, udp/32768-60999, icmp/echo-request or icmp/echo-reply; or allow-list remove NAME"

// allowList puts an allow list in place, or removes it. A list is a table of its own, of both address families, which is
// replaced in one transaction: no packet sees half of it.
func allowList(_ context.Context, s agent.Streams, args []string) error {
	if len(args) < 2 {
		return agent.Usagef(allowListUsage)
	}
	flags := flag.NewFlagSet("allow-list", flag.ContinueOnError)
	list := AllowList{Name: args[1]}
	flags.StringVar(&list.To, "to", "", "interface by which packets leave")
	flags.StringVar(&list.From, "from", "", "interface by which packets come")
	flags.BoolVar(&list.Stateful, "stateful", false, "let replies pass")
	if err := agent.Parse(flags, args[2:]); err != nil {
		return err
	}
	list.Allow = strings.Join(flags.Args(), " ")
	conn, err := s.Namespace.Nftables()
	if err != nil {
		return err
	}
	defer conn.CloseLasting()
	switch {
	case args[0] == "remove" && list.Allow == "":
		return removeTable(conn, list.Name)
	case args[0] == "set" && (list.To == "") != (list.From == ""):
		return setAllowList(s.Namespace, conn, list)
	}
	return agent.Usagef(allowListUsage)
}

func setAllowList(n *agent.Namespace, conn *nftables.Conn, list AllowList) error {
	passage, err := n.Passage(list.To, list.From)
	if err != nil {
		return err
	}
	table := replaceTable(conn, list.Name)
	chain := conn.AddChain(&nftables.Chain{Name: allowListChain, Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter})
	add := func(comment string, kind expr.VerdictKind, match ...expr.Any) {
		exprs := append(append(passage[:len(passage):len(passage)], match...), &expr.Counter{}, &expr.Verdict{Kind: kind})
		conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: exprs,
			UserData: userdata.AppendString(nil, userdata.TypeComment, comment)})
	}
	if list.Stateful {
		// Replies alone: a connection that stands ends with the permission for it, as at a cloud's group that lets in anybody.
		add("replies", expr.VerdictAccept, append(connectionIs(expr.CtStateBitESTABLISHED), inReply()...)...)
		add("errors", expr.VerdictAccept, connectionIs(expr.CtStateBitRELATED)...)
	}
	for _, permission := range list.Permissions() {
		matches, err := permitted(permission)
		if err != nil {
			return err
		}
		for _, m := range matches {
			add(permission, expr.VerdictAccept, m...)
		}
	}
	add("drop", expr.VerdictDrop)
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("set allow list %s: %w (the kernel needs nf_tables and nf_conntrack)", list.Name, err)
	}
	return nil
}

// replaceTable begins a table anew. In a transaction, adding first makes it certain that there is one to delete.
func replaceTable(conn *nftables.Conn, name string) *nftables.Table {
	table := &nftables.Table{Name: name, Family: nftables.TableFamilyINet}
	conn.AddTable(table)
	conn.DelTable(table)
	return conn.AddTable(table)
}

func removeTable(conn *nftables.Conn, name string) error {
	conn.DelTable(&nftables.Table{Name: name, Family: nftables.TableFamilyINet})
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("remove table %s: %w", name, err)
	}
	return nil
}

// connectionIs matches packets whose connection is in one of the states.
func connectionIs(states uint32) []expr.Any {
	return []expr.Any{
		&expr.Ct{Key: expr.CtKeySTATE, Register: 1},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4, Mask: native(states), Xor: native(0)},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: native(0)},
	}
}

// inReply matches packets in the direction of the answers of their connection.
func inReply() []expr.Any {
	const reply = 1 // IP_CT_DIR_REPLY
	return []expr.Any{&expr.Ct{Key: expr.CtKeyDIRECTION, Register: 1}, equals([]byte{reply})}
}

// echoTypes are the types of ICMP and of ICMPv6.
var echoTypes = map[string][2]byte{"echo-request": {8, 128}, "echo-reply": {0, 129}}

// permitted returns what matches a permission, as one or more alternatives.
func permitted(permission string) ([][]expr.Any, error) {
	proto, what, _ := strings.Cut(permission, "/")
	if proto == "icmp" {
		types, ok := echoTypes[what]
		if !ok {
			return nil, agent.Usagef("no such permission: %q; %s", permission, allowListUsage)
		}
		field := func(value byte) []expr.Any {
			return []expr.Any{&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 0, Len: 1},
				&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{value}}}
		}
		return [][]expr.Any{append(protocolIs(unix.IPPROTO_ICMP), field(types[0])...),
			append(protocolIs(unix.IPPROTO_ICMPV6), field(types[1])...)}, nil
	}
	number, known := map[string]byte{"tcp": unix.IPPROTO_TCP, "udp": unix.IPPROTO_UDP}[proto]
	low, high, ranged := strings.Cut(what, "-")
	if !ranged {
		high = low
	}
	first, err := strconv.ParseUint(low, 10, 16)
	last, err2 := strconv.ParseUint(high, 10, 16)
	if !known || err != nil || err2 != nil || first > last {
		return nil, agent.Usagef("no such permission: %q; %s", permission, allowListUsage)
	}
	return [][]expr.Any{append(protocolIs(number), destinationPort(uint16(first), uint16(last))...)}, nil
}

func protocolIs(number byte) []expr.Any {
	return []expr.Any{&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1}, &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{number}}}
}

// destinationPort matches bytes 2 and 3 of the transport header.
func destinationPort(first, last uint16) []expr.Any {
	load := &expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2}
	if first == last {
		return []expr.Any{load, &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: bigEndian(first)}}
	}
	return []expr.Any{load, &expr.Range{Op: expr.CmpOpEq, Register: 1, FromData: bigEndian(first), ToData: bigEndian(last)}}
}

// addAllowListCounters adds the packets that each permission has let through, and those that none has.
func addAllowListCounters(n *agent.Namespace, into lab.Counters) error {
	return n.EachCommented(allowListChain, func(table, comment string, packets uint64) {
		into[AllowList{Name: table}.CounterName(comment)] += packets
	})
}

func init() {
	agent.Register("allow-list set|remove NAME ...: let through what is permitted, and nothing else", allowList)
	agent.RegisterCounters(addAllowListCounters)
}
