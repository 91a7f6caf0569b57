package agent

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/google/nftables/userdata"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/harness"
)

// allowListChain is the one chain of an allow list's table, by which the table is known to be one.
const allowListChain = "allow-list"

const allowListUsage = "usage: tcplab host allow-list set NAME --to INTERFACE | --from INTERFACE [--stateful] PERMISSION..., " +
	"where a permission is tcp/8080, udp/32768-60999, icmp/echo-request or icmp/echo-reply; or allow-list remove NAME"

// allowList puts an allow list in place, or removes it. A list is a table of its own, of both address families, which is
// replaced in one transaction: no packet sees half of it.
func allowList(_ context.Context, s Streams, args []string) error {
	if len(args) < 2 {
		return usagef(allowListUsage)
	}
	flags := flag.NewFlagSet("allow-list", flag.ContinueOnError)
	list := harness.AllowList{Name: args[1]}
	flags.StringVar(&list.To, "to", "", "interface by which packets leave")
	flags.StringVar(&list.From, "from", "", "interface by which packets come")
	flags.BoolVar(&list.Stateful, "stateful", false, "let replies pass")
	if err := parse(flags, args[2:]); err != nil {
		return err
	}
	list.Allow = strings.Join(flags.Args(), " ")
	conn, err := s.Namespace.nftables()
	if err != nil {
		return err
	}
	switch {
	case args[0] == "remove" && list.Allow == "":
		return removeTable(conn, list.Name)
	case args[0] == "set" && (list.To == "") != (list.From == ""):
		return setAllowList(s.Namespace, conn, list)
	}
	return usagef(allowListUsage)
}

func setAllowList(n *Namespace, conn *nftables.Conn, list harness.AllowList) error {
	passage, err := n.passage(list.To, list.From)
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
		add("replies", expr.VerdictAccept, connectionIs(expr.CtStateBitESTABLISHED|expr.CtStateBitRELATED)...)
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

// passage matches what leaves by one interface, or comes in by another; an empty name is not looked at.
func (n *Namespace) passage(to, from string) ([]expr.Any, error) {
	var list []expr.Any
	for _, side := range []struct {
		name string
		key  expr.MetaKey
	}{{to, expr.MetaKeyOIFNAME}, {from, expr.MetaKeyIIFNAME}} {
		if side.name == "" {
			continue
		}
		name, err := n.kernelName(side.name)
		if err != nil {
			return nil, err
		}
		list = append(list, &expr.Meta{Key: side.key, Register: 1},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: append([]byte(name), make([]byte, unix.IFNAMSIZ-len(name))...)})
	}
	return list, nil
}

// kernelName is the first name of an interface, which may be known by another one too: rules match that name alone.
func (n *Namespace) kernelName(name string) (string, error) {
	h, err := n.Netlink()
	if err != nil {
		return "", err
	}
	defer h.Close()
	link, err := h.LinkByName(name)
	if err != nil {
		return "", fmt.Errorf("interface %s: %w", name, err)
	}
	return link.Attrs().Name, nil
}

// connectionIs matches packets whose connection is in one of the states.
func connectionIs(states uint32) []expr.Any {
	return []expr.Any{
		&expr.Ct{Key: expr.CtKeySTATE, Register: 1},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4, Mask: native(states), Xor: native(0)},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: native(0)},
	}
}

// echoTypes are the types of ICMP and of ICMPv6.
var echoTypes = map[string][2]byte{"echo-request": {8, 128}, "echo-reply": {0, 129}}

// permitted returns what matches a permission, as one or more alternatives.
func permitted(permission string) ([][]expr.Any, error) {
	proto, what, _ := strings.Cut(permission, "/")
	if proto == "icmp" {
		types, ok := echoTypes[what]
		if !ok {
			return nil, usagef("no such permission: %q; %s", permission, allowListUsage)
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
		return nil, usagef("no such permission: %q; %s", permission, allowListUsage)
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
func addAllowListCounters(n *Namespace, into harness.Counters) error {
	return n.eachCommented(allowListChain, func(table, comment string, packets uint64) {
		into[harness.AllowList{Name: table}.CounterName(comment)] += packets
	})
}

// eachCommented calls do with the comment and the packets of each rule that has both, in the chains of that name.
func (n *Namespace) eachCommented(chain string, do func(table, comment string, packets uint64)) error {
	conn, err := n.nftables()
	if err != nil {
		return err
	}
	chains, err := conn.ListChainsOfTableFamily(nftables.TableFamilyINet)
	if err != nil {
		return fmt.Errorf("list firewall chains: %w", err)
	}
	for _, c := range chains {
		if c.Name != chain {
			continue
		}
		rules, err := conn.GetRules(c.Table, c)
		if err != nil {
			return fmt.Errorf("list firewall rules: %w", err)
		}
		for _, r := range rules {
			comment, _ := userdata.GetString(r.UserData, userdata.TypeComment)
			for _, e := range r.Exprs {
				if counter, ok := e.(*expr.Counter); ok && comment != "" {
					do(c.Table.Name, comment, counter.Packets)
				}
			}
		}
	}
	return nil
}
