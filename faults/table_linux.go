package faults

import (
	"context"
	"errors"
	"flag"

	"github.com/google/nftables"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// tableVerb is a verb whose whole effect is one table of nftables. It sets the table in one transaction, so that no packet sees half of
// it, or removes it.
type tableVerb struct {
	table string // and the verb's name
	usage string
	// word is the argument that sets the table; the one that removes it is "remove".
	word string
	// declare adds the flags, and returns what sets the table by them and by the arguments behind them.
	declare func(flags *flag.FlagSet) setTable
}

// setTable sets a table, in a host's network. It returns errSenseless for arguments that do not go together.
type setTable func(n *agent.Namespace, conn *nftables.Conn, rest []string) error

var errSenseless = errors.New("the arguments do not go together")

func (v tableVerb) run(_ context.Context, s agent.Streams, args []string) error {
	if len(args) == 0 {
		return agent.Usagef("%s", v.usage)
	}
	flags := flag.NewFlagSet(v.table, flag.ContinueOnError)
	set := v.declare(flags)
	if err := agent.Parse(flags, args[1:]); err != nil {
		return err
	}
	isRemove := args[0] == "remove" && len(args) == 1
	if !isRemove && args[0] != v.word {
		return agent.Usagef("%s", v.usage)
	}
	conn, err := s.Namespace.Nftables()
	if err != nil {
		return err
	}
	defer conn.CloseLasting()
	if isRemove {
		return removeTable(conn, v.table)
	}
	if err = set(s.Namespace, conn, flags.Args()); errors.Is(err, errSenseless) {
		return agent.Usagef("%s", v.usage)
	}
	return err
}

// packetsIn adds the packets of each rule in a chain that has a comment, which is the counter's name.
func packetsIn(chain string) func(*agent.Namespace, lab.Counters) error {
	return func(n *agent.Namespace, into lab.Counters) error {
		return n.EachCommented(chain, func(_, comment string, packets uint64) { into[comment] += packets })
	}
}

// beforeTracking adds the chain in which a rule can keep packets from being tracked as parts of a connection.
func beforeTracking(conn *nftables.Conn, table *nftables.Table) *nftables.Chain {
	return conn.AddChain(&nftables.Chain{Name: "untracked", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityRaw})
}
