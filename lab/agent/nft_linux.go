package agent

import (
	"fmt"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/google/nftables/userdata"
	"golang.org/x/sys/unix"
)

// Nftables speaks with nf_tables in the namespace, over one socket: the caller ends it with CloseLasting.
func (n *Namespace) Nftables() (conn *nftables.Conn, err error) {
	err = n.Use(func(fd int) error {
		conn, err = nftables.New(nftables.WithNetNSFd(max(fd, 0)), nftables.AsLasting()) // 0 stands for the process's own
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("speak with nf_tables: %w", err)
	}
	return conn, nil
}

// Passage matches what leaves by one interface, or comes in by another; an empty name is not looked at.
func (n *Namespace) Passage(to, from string) ([]expr.Any, error) {
	var list []expr.Any
	for _, side := range []struct {
		name string
		key  expr.MetaKey
	}{{to, expr.MetaKeyOIFNAME}, {from, expr.MetaKeyIIFNAME}} {
		if side.name == "" {
			continue
		}
		name, err := n.KernelName(side.name)
		if err != nil {
			return nil, err
		}
		list = append(list, &expr.Meta{Key: side.key, Register: 1},
			&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: append([]byte(name), make([]byte, unix.IFNAMSIZ-len(name))...)})
	}
	return list, nil
}

// KernelName is the first name of an interface, which may be known by another one too: rules match that name alone.
func (n *Namespace) KernelName(name string) (string, error) {
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

// EachCommented calls do with the comment and the packets of each rule that has both, in the chains of that name for packets of IP.
func (n *Namespace) EachCommented(chain string, do func(table, comment string, packets uint64)) error {
	return n.EachCommentedIn(nftables.TableFamilyINet, chain, do)
}

// EachCommentedIn does what EachCommented does, for the chains of another family, such as ARP.
func (n *Namespace) EachCommentedIn(family nftables.TableFamily, chain string, do func(table, comment string, packets uint64)) error {
	conn, err := n.Nftables()
	if err != nil {
		return err
	}
	defer conn.CloseLasting()
	chains, err := conn.ListChainsOfTableFamily(family)
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

// ProbeFirewall reports why the namespace can have no firewall rule.
func (n *Namespace) ProbeFirewall() error {
	conn, err := n.Nftables()
	if err != nil {
		return err
	}
	defer conn.CloseLasting()
	table := conn.AddTable(&nftables.Table{Name: "tcplab-probe", Family: nftables.TableFamilyINet})
	chain := conn.AddChain(&nftables.Chain{Name: "input", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookInput, Priority: nftables.ChainPriorityFilter})
	conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: []expr.Any{&expr.Counter{}, &expr.Verdict{Kind: expr.VerdictDrop}}})
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("add a firewall rule: %w (the kernel needs nf_tables)", err)
	}
	conn.DelTable(table)
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("remove a firewall table: %w", err)
	}
	return nil
}
