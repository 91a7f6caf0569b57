package faults

import (
	"flag"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/google/nftables/userdata"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sys/unix"
)

const (
	natTable    = "nat"
	natUnknown  = "unknown"  // the chain for what has no mapping
	natMappings = "mappings" // the chain that makes mappings
	natMemory   = "memory"   // the chain that limits how long they are remembered
)

const natUsage = "usage: tcplab host nat set --to INTERFACE [--unknown drop|reset] [--idle 2s] [--ports 0], or nat remove"

// nat puts source NAT in place, or removes it.
var nat = tableVerb{table: natTable, usage: natUsage, word: "set", declare: func(flags *flag.FlagSet) setTable {
	to := flags.String("to", "", "interface whose address the packets get that leave by it")
	rule := NAT{}
	flags.StringVar(&rule.Unknown, "unknown", "drop", "what becomes of packets without a mapping")
	flags.DurationVar(&rule.Idle, "idle", 0, "how long an established connection without a packet is remembered, in whole seconds")
	flags.IntVar(&rule.Ports, "ports", 0, "how many ports there are for connections, 0 for all")
	return func(n *agent.Namespace, conn *nftables.Conn, rest []string) error {
		known := rule.Unknown == "drop" || rule.Unknown == "reset"
		if *to == "" || !known || rule.Idle%time.Second != 0 || rule.Idle < 0 || rule.Ports < 0 || len(rest) > 0 {
			return errSenseless
		}
		return setNAT(n, conn, *to, rule)
	}
}}

func setNAT(n *agent.Namespace, conn *nftables.Conn, to string, rule NAT) error {
	leaving, err := n.Passage(to, "")
	if err != nil {
		return err
	}
	table := replaceTable(conn, natTable)
	mappings := conn.AddChain(&nftables.Chain{Name: natMappings, Table: table, Type: nftables.ChainTypeNAT,
		Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource})
	rules, err := translations(n, to, leaving, rule.Ports)
	if err != nil {
		return err
	}
	for _, exprs := range rules {
		conn.AddRule(&nftables.Rule{Table: table, Chain: mappings, Exprs: exprs})
	}

	unknown := conn.AddChain(&nftables.Chain{Name: natUnknown, Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter})
	exprs := append(protocolIs(unix.IPPROTO_TCP), connectionIs(expr.CtStateBitINVALID)...)
	exprs = append(exprs, &expr.Counter{})
	if rule.Unknown == "reset" {
		exprs = append(exprs, &expr.Reject{Type: unix.NFT_REJECT_TCP_RST})
	} else {
		exprs = append(exprs, &expr.Verdict{Kind: expr.VerdictDrop})
	}
	conn.AddRule(&nftables.Rule{Table: table, Chain: unknown, Exprs: exprs,
		UserData: userdata.AppendString(nil, userdata.TypeComment, NATUnknownCounter)})
	if rule.Idle > 0 {
		limitMemory(conn, table, rule.Idle)
	}
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("set NAT: %w (the kernel needs nf_tables, nf_nat and nf_conntrack_timeout)", err)
	}
	return n.LimitMemory(rule.Idle)
}

// translations are the rules for what leaves by an interface: its address and any port, or one of so many.
func translations(n *agent.Namespace, to string, leaving []expr.Any, ports int) ([][]expr.Any, error) {
	if ports == 0 {
		return [][]expr.Any{append(leaving, &expr.Masq{})}, nil
	}
	h, err := n.Netlink()
	if err != nil {
		return nil, err
	}
	defer h.Close()
	link, err := h.LinkByName(to)
	if err != nil {
		return nil, fmt.Errorf("interface %s: %w", to, err)
	}
	var rules [][]expr.Any
	for family, proto := range map[int]byte{unix.AF_INET: unix.NFPROTO_IPV4, unix.AF_INET6: unix.NFPROTO_IPV6} {
		addrs, err := h.AddrList(link, family)
		if err != nil {
			return nil, fmt.Errorf("list addresses: %w", err)
		}
		for _, a := range addrs {
			if a.IP.IsGlobalUnicast() {
				rules = append(rules, slices.Concat(leaving, fewPorts(proto, a.IP, ports)))
			}
		}
	}
	return rules, nil
}

// fewPorts gives TCP of a family an address, and one of so many ports.
func fewPorts(proto byte, addr net.IP, ports int) []expr.Any {
	raw := []byte(addr.To16())
	if proto == unix.NFPROTO_IPV4 {
		raw = addr.To4()
	}
	exprs := append([]expr.Any{&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1}, equals([]byte{proto})}, protocolIs(unix.IPPROTO_TCP)...)
	return append(exprs,
		&expr.Immediate{Register: 1, Data: raw}, &expr.Immediate{Register: 2, Data: bigEndian(NATPorts)},
		&expr.Immediate{Register: 3, Data: bigEndian(uint16(NATPorts + ports - 1))},
		&expr.NAT{Type: expr.NATTypeSourceNAT, Family: uint32(proto), RegAddrMin: 1, RegProtoMin: 2, RegProtoMax: 3, Specified: true})
}

// timeoutDefaults is held while package nftables works on a timeout: it has the kernel's defaults in a map of its own, into
// which it writes, for objects on their way to the kernel and from it alike (expr/ct.go of v0.3.0).
var timeoutDefaults sync.Mutex

// limitMemory gives the connections that begin from now on another timeout for their time in the state ESTABLISHED.
func limitMemory(conn *nftables.Conn, table *nftables.Table, idle time.Duration) {
	chain := conn.AddChain(&nftables.Chain{Name: natMemory, Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityFilter})
	timeoutDefaults.Lock()
	defer timeoutDefaults.Unlock()
	for name, l3 := range map[string]byte{"idle4": unix.NFPROTO_IPV4, "idle6": unix.NFPROTO_IPV6} {
		conn.AddObj(&nftables.NamedObj{Table: table, Name: name, Type: nftables.ObjTypeCtTimeout, Obj: &expr.CtTimeout{
			L3Proto: uint16(l3), L4Proto: unix.IPPROTO_TCP,
			Policy: expr.CtStatePolicyTimeout{expr.CtStateTCPESTABLISHED: uint32(idle / time.Second)},
		}})
		exprs := append([]expr.Any{&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{l3}}}, protocolIs(unix.IPPROTO_TCP)...)
		conn.AddRule(&nftables.Rule{Table: table, Chain: chain,
			Exprs: append(exprs, &expr.Objref{Type: int(nftables.ObjTypeCtTimeout), Name: name})})
	}
}

// addNATCounters adds the packets that had no mapping, and for how many seconds the NAT remembers.
func addNATCounters(n *agent.Namespace, into lab.Counters) error {
	found := false
	err := n.EachCommented(natUnknown, func(_, comment string, packets uint64) {
		into[comment] += packets
		found = true
	})
	if err != nil || !found {
		return err
	}
	conn, err := n.Nftables()
	if err != nil {
		return err
	}
	defer conn.CloseLasting()
	timeoutDefaults.Lock()
	defer timeoutDefaults.Unlock()
	objects, err := conn.GetNamedObjects(&nftables.Table{Name: natTable, Family: nftables.TableFamilyINet})
	if err != nil {
		return fmt.Errorf("list the NAT's timeouts: %w", err)
	}
	for _, o := range objects {
		named, ok := o.(*nftables.NamedObj)
		if !ok {
			continue
		}
		if timeout, ok := named.Obj.(*expr.CtTimeout); ok {
			into[NATIdleCounter] = uint64(timeout.Policy[expr.CtStateTCPESTABLISHED])
		}
	}
	longest, err := n.LongestMemory()
	if longest > 0 {
		into[NATMemoryCounter] = uint64(longest / time.Second)
	}
	return err
}

func init() {
	agent.Register("nat set|remove: hide what leaves by an interface behind its address", nat.run)
	agent.RegisterCounters(addNATCounters)
}
