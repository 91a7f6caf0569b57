package faults

import (
	"encoding/binary"
	"flag"
	"fmt"
	"net/netip"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/google/nftables/userdata"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sys/unix"
)

const rewriteTable = "rewrite" // and its chain

const rewriteUsage = "usage: tcplab host rewrite set [--proto tcp|udp] [--port N,...] source|number ADDRESS..., or rewrite remove"

// rewrite rewrites packets of one direction, or stops to do so.
var rewrite = tableVerb{table: rewriteTable, usage: rewriteUsage, word: "set", declare: func(flags *flag.FlagSet) setTable {
	ports := portNumbers{lab.Port}
	flags.Var(&ports, "port", "the service's ports")
	proto := flags.String("proto", lab.ProtoTCP, "tcp or udp")
	return func(_ *agent.Namespace, conn *nftables.Conn, rest []string) error {
		if len(rest) < 2 || serviceProtocols[*proto] == 0 {
			return errSenseless
		}
		return setRewrite(conn, Rewrite{Rewriting(rest[0])}, endsOf(*proto, ports), rest[1:])
	}
}}

func setRewrite(conn *nftables.Conn, f Rewrite, services []serviceEnd, own []string) error {
	hook, rules := nftables.ChainHookForward, [][]expr.Any{}
	switch f.What {
	case RewriteNumber:
		for _, service := range services {
			rules = append(rules, newNumber(service.port))
		}
	case RewriteSource:
		hook = nftables.ChainHookPostrouting
		for _, text := range own {
			addr, err := netip.ParseAddr(text)
			if err != nil {
				return agent.Usagef("%s", err)
			}
			for _, service := range services {
				rules = append(rules, newSource(service, addr))
			}
		}
	default:
		return errSenseless
	}
	table := replaceTable(conn, rewriteTable)
	chain := conn.AddChain(&nftables.Chain{Name: rewriteTable, Table: table, Type: nftables.ChainTypeFilter, Hooknum: hook, Priority: nftables.ChainPriorityMangle})
	for _, exprs := range rules {
		conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: exprs,
			UserData: userdata.AppendString(nil, userdata.TypeComment, f.CounterName(lab.IPv4))})
	}
	if err := conn.Flush(); err != nil {
		return fmt.Errorf("rewrite packets: %w (the kernel needs nf_tables)", err)
	}
	return nil
}

// Where fields begin in the headers of TCP (RFC 9293 section 3.1) and of IPv4 (RFC 791).
const (
	tcpNumber, tcpChecksum = 4, 16
	ip4Checksum            = 10
)

// foreignNumber is the sequence number that all SYNs are given.
const foreignNumber = 0x5eed5eed

// newNumber gives each SYN to a port the number.
func newNumber(port int) []expr.Any {
	exprs := append(protocolIs(unix.IPPROTO_TCP), partDestination.load(), equals(bigEndian(uint16(port))),
		partFlags.load(), &expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 1, Mask: []byte{flagSYN | flagACK}, Xor: []byte{0}}, equals([]byte{flagSYN}))
	return append(exprs, &expr.Counter{},
		&expr.Immediate{Register: 1, Data: binary.BigEndian.AppendUint32(nil, foreignNumber)},
		&expr.Payload{OperationType: expr.PayloadWrite, SourceRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: tcpNumber, Len: 4,
			CsumType: expr.CsumTypeInet, CsumOffset: tcpChecksum})
}

// newSource gives what comes from a port another source address of its family.
func newSource(service serviceEnd, addr netip.Addr) []expr.Any {
	family, write := byte(unix.NFPROTO_IPV4), &expr.Payload{Offset: 12, Len: 4, CsumType: expr.CsumTypeInet, CsumOffset: ip4Checksum}
	if addr.Is6() {
		family, write = unix.NFPROTO_IPV6, &expr.Payload{Offset: 8, Len: 16}
	}
	write.OperationType, write.SourceRegister, write.Base = expr.PayloadWrite, 1, expr.PayloadBaseNetworkHeader
	write.CsumFlags = unix.NFT_PAYLOAD_L4CSUM_PSEUDOHDR // the checksums of TCP and UDP cover the addresses, too
	exprs := append([]expr.Any{&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1}, equals([]byte{family})}, protocolIs(service.proto)...)
	return append(exprs, partSource.load(), equals(bigEndian(uint16(service.port))), &expr.Counter{},
		&expr.Immediate{Register: 1, Data: addr.AsSlice()}, write)
}

func init() {
	agent.Register("rewrite set|remove: rewrite the source address of answers, or the sequence number of SYNs, in one direction only", rewrite.run)
	agent.RegisterCounters(packetsIn(rewriteTable))
}
