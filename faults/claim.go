package faults

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// DuplicateAddress gives the server's addresses to the twin as well (lab.OneLAN), which announces them: a copied virtual machine, a
// static address that DHCP has given away, both halves of a cluster that believe to be the active one.
type DuplicateAddress struct{}

func (d DuplicateAddress) String() string { return d.Words().English }

// Words are those of String in each language.
func (DuplicateAddress) Words() lang.Text {
	return lang.Text{
		English: "the twin, a second machine on the network, has the server's address and announces it",
		Korean:  "같은 네트워크의 다른 장비(twin)가 서버의 주소를 쓰며 이를 알린다",
	}
}

// Inject lets the client learn the server's hardware address, as one that has spoken with it; what it does not know, no
// announcement changes. Then the twin takes the addresses, and says so. The server has a permanent entry for the client meanwhile,
// because it would ask for the client's hardware address some seconds later (net.ipv4.neigh.*.delay_first_probe_time), and the client
// learns from such a question, too: it would go back to the server.
func (f DuplicateAddress) Inject(ctx context.Context, b *lab.Bench) error {
	if err := neighbours(ctx, b, lab.ServerHost, "pin", lab.ClientHost); err != nil {
		return err
	}
	var o lab.Outcome
	if err := b.Query(ctx, lab.ClientHost, agent.DialVerb(b.Target(), lab.DefaultTimeout), &o); err != nil {
		return err
	}
	return b.Do(ctx, lab.Twin, claimVerb("add", b))
}

// claimVerb adds the server's addresses to the twin and announces them ("add"), or removes them ("remove").
func claimVerb(action string, b *lab.Bench) []string {
	argv := lab.Verb("claim", action, b.Topology.EndsOf(lab.Twin)[0].Interface)
	for _, e := range b.Topology.EndsOf(lab.ServerHost) {
		for _, p := range e.Addrs {
			argv = append(argv, p.String())
		}
	}
	return argv
}

// Verify reads the client's neighbour table, in which the twin must stand for the server. A packet on the link takes a moment.
func (f DuplicateAddress) Verify(ctx context.Context, b *lab.Bench) error {
	err := f.verify(ctx, b)
	for start := time.Now(); err != nil && time.Since(start) < announcing; {
		err = f.verify(ctx, b)
	}
	return err
}

// announcing bounds how long an announcement takes to be heard on a busy machine.
const announcing = 3 * time.Second

func (f DuplicateAddress) verify(ctx context.Context, b *lab.Bench) error {
	var table []lab.Neighbour
	if err := b.Query(ctx, lab.ClientHost, agent.NeighboursVerb(), &table); err != nil {
		return err
	}
	addr, twin := b.Target().Addr(), b.Topology.EndsOf(lab.Twin)[0].MAC().String()
	if !slices.ContainsFunc(table, func(n lab.Neighbour) bool { return n.Addr == addr && n.MAC == twin }) {
		return fmt.Errorf("host %s does not take %s for %s", lab.ClientHost, twin, addr)
	}
	return nil
}

// Heal takes the addresses from the twin, and lets the client ask anew who has them.
func (f DuplicateAddress) Heal(ctx context.Context, b *lab.Bench) error {
	return errors.Join(b.Do(ctx, lab.Twin, claimVerb("remove", b)),
		neighbours(ctx, b, lab.ClientHost, "forget", lab.ServerHost),
		neighbours(ctx, b, lab.ServerHost, "forget", lab.ClientHost))
}
