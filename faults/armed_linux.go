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
	armedTable = "armed"
	armedChain = "armed" // the chain of the rule
	firedSet   = "fired" // has the service's first port in it once the instant has come
)

// watchChains see each packet after the rule has let it pass, wherever it is on its way.
var watchChains = map[string]*nftables.ChainHook{"watch-in": nftables.ChainHookInput, "watch-out": nftables.ChainHookOutput,
	"watch-forward": nftables.ChainHookForward}

const armedUsage = "usage: tcplab host armed set --at connected|request-sent|request-acked|replied --service PORT,... RULE, with the flags of \"firewall\", or armed remove"

// armed lets a rule wait for an instant, or removes it.
var armed = tableVerb{table: armedTable, usage: armedUsage, word: "set", declare: func(flags *flag.FlagSet) setTable {
	family, rule := ruleFlags(flags)
	at := flags.String("at", "", "the instant")
	services := portNumbers{lab.Port}
	flags.Var(&services, "service", "the service's ports")
	return func(_ *agent.Namespace, conn *nftables.Conn, rest []string) error {
		watch, f := watching(lab.Instant(*at), services), lab.Family(*family)
		if watch == nil || len(rest) > 0 {
			return errSenseless
		}
		if err := possible(f, *rule); err != nil {
			return err
		}
		return setArmed(conn, f, *rule, services, watch)
	}
}}

// atPort is the rule for another port of the service, where it is about the first.
func (r Rule) atPort(first, port int) Rule {
	if r.Port == first {
		r.Port = port
	}
	if r.SourcePort == first {
		r.SourcePort = port
	}
	return r
}

func setArmed(conn *nftables.Conn, f lab.Family, r Rule, services []int, watch func(fired ...expr.Any) [][]expr.Any) error {
	table := replaceTable(conn, armedTable)
	// The only set of the batch: the library would number it by a count that is not for several labs at once.
	set := &nftables.Set{Table: table, ID: 1, Name: firedSet, KeyType: nftables.TypeInetService, Dynamic: true}
	if err := conn.AddSet(set, nil); err != nil {
		return fmt.Errorf("arm rule %s: %w", r, err)
	}
	key := &expr.Immediate{Register: 1, Data: bigEndian(uint16(services[0]))}
	chain := conn.AddChain(&nftables.Chain{Name: armedChain, Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: hooks[r.Chain], Priority: nftables.ChainPriorityFilter})
	for _, port := range services {
		holds := []expr.Any{key, &expr.Lookup{SourceRegister: 1, SetName: set.Name, SetID: set.ID}}
		conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: append(holds, expressions(f, r.atPort(services[0], port))...),
			UserData: userdata.AppendString(nil, userdata.TypeComment, ArmedCounter)})
		if r.atPort(services[0], 0) == r {
			break // it is about no port of the service
		}
	}
	after := *nftables.ChainPriorityFilter + 1
	for name, hook := range watchChains {
		watcher := conn.AddChain(&nftables.Chain{Name: name, Table: table, Type: nftables.ChainTypeFilter, Hooknum: hook, Priority: &after})
		for _, exprs := range watch(&expr.Counter{}, key, &expr.Dynset{SrcRegKey: 1, SetName: set.Name, SetID: set.ID, Operation: unix.NFT_DYNSET_OP_ADD}) {
			conn.AddRule(&nftables.Rule{Table: table, Chain: watcher, Exprs: exprs,
				UserData: userdata.AppendString(nil, userdata.TypeComment, commentOf(exprs))})
		}
	}
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("arm rule %s: %w (the kernel needs nf_tables with dynamic sets, and nf_conntrack with marks)", r, err)
	}
	return nil
}

// commentOf tells the rules that bring the instant about from those that only follow a connection.
func commentOf(exprs []expr.Any) string {
	if _, fires := exprs[len(exprs)-1].(*expr.Dynset); fires {
		return InstantCounter
	}
	return ""
}

// The marks of a connection: its client has sent a SYN, or data.
const (
	markBegun = 3
	markAsked = 4
)

// marks puts a mark on the connections of what is matched.
func marks(matched []expr.Any, with uint32) []expr.Any {
	return append(matched, &expr.Immediate{Register: 1, Data: native(with)}, &expr.Ct{Key: expr.CtKeyMARK, Register: 1, SourceRegister: true})
}

// watching returns the rules that wait for an instant, given what to do when it has come; nil where there is no such instant. A rule that
// looks for what comes second stands first, so that one packet is not taken for both.
func watching(at lab.Instant, services []int) func(fired ...expr.Any) [][]expr.Any {
	if watchingPort(at, 0) == nil {
		return nil
	}
	return func(fired ...expr.Any) (all [][]expr.Any) {
		for _, service := range services {
			all = append(all, watchingPort(at, service)(fired...)...)
		}
		return all
	}
}

// watchingPort are those rules for one port.
func watchingPort(at lab.Instant, service int) func(fired ...expr.Any) [][]expr.Any {
	asked := marks(flagged(partDestination, service, flagPSH, flagPSH), markAsked)
	begun := marks(flagged(partDestination, service, flagSYN|flagACK, flagSYN), markBegun)
	switch at {
	case lab.Connected:
		return func(fired ...expr.Any) [][]expr.Any {
			acked := flagged(partDestination, service, flagSYN|flagRST|flagACK, flagACK)
			return [][]expr.Any{append(append(acked, marked(markBegun)...), fired...), begun}
		}
	case lab.RequestSent:
		return func(fired ...expr.Any) [][]expr.Any {
			return [][]expr.Any{append(flagged(partDestination, service, flagPSH, flagPSH), fired...)}
		}
	case lab.RequestAcked:
		return func(fired ...expr.Any) [][]expr.Any {
			return [][]expr.Any{append(append(flagged(partSource, service, flagSYN|flagRST, 0), marked(markAsked)...), fired...), asked}
		}
	case lab.Replied:
		return func(fired ...expr.Any) [][]expr.Any {
			return [][]expr.Any{append(append(flagged(partSource, service, flagPSH, flagPSH), marked(markAsked)...), fired...), asked}
		}
	}
	return nil
}

// RFC 9293 section 3.1
const (
	flagSYN = 0x02
	flagRST = 0x04
	flagACK = 0x10
)

// flagged matches segments that have the service's port in that part of their header, and of some flags these and no others.
func flagged(port part, service int, of, want byte) []expr.Any {
	return append(append(protocolIs(unix.IPPROTO_TCP), port.load(), equals(bigEndian(uint16(service)))), flagsAre(of, want)...)
}

// flagsAre matches segments that have of some flags these and no others.
func flagsAre(of, want byte) []expr.Any {
	return []expr.Any{partFlags.load(), &expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 1, Mask: []byte{of}, Xor: []byte{0}}, equals([]byte{want})}
}

func addArmedCounters(n *agent.Namespace, into lab.Counters) error {
	add := func(_, comment string, packets uint64) { into[comment] += packets }
	if err := n.EachCommented(armedChain, add); err != nil {
		return err
	}
	for name := range watchChains {
		if err := n.EachCommented(name, add); err != nil {
			return err
		}
	}
	return nil
}

func init() {
	agent.Register("armed set|remove: a rule that holds from an instant of a connection on", armed.run)
	agent.RegisterCounters(addArmedCounters)
}
