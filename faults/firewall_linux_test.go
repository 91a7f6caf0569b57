package faults

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sys/unix"
)

// rules are all combinations that there can be.
func rules(f lab.Family) []Rule {
	var list []Rule
	for _, proto := range []string{"tcp", "udp", "icmp"} {
		for _, port := range []int{0, 8080} {
			for _, source := range []int{0, 53} {
				for _, data := range []bool{false, true} {
					for _, first := range []int{0, 2} {
						for _, reject := range append(rejections(f), "") {
							r := Rule{Chain: "FORWARD", Proto: proto, Port: port, SourcePort: source, Data: data, First: first, Reject: reject}
							if possible(f, r) == nil {
								list = append(list, r)
							}
						}
					}
				}
			}
		}
	}
	return list
}

func TestRuleIsReadBackAsItWasWritten(t *testing.T) {
	for _, f := range lab.Families {
		list := rules(f)
		assert.Greater(t, len(list), 100)
		for _, want := range list {
			got, _, ok := ruleOf(f, want.Chain, expressions(f, want))
			assert.True(t, ok, "%s %s", f, want)
			assert.Equal(t, want, got, "%s", f)
		}
	}
}

func TestFlagsOfARule(t *testing.T) {
	for _, names := range []string{"FIN", "SYN,ECE,CWR", "RST,ACK"} {
		want := Rule{Chain: "FORWARD", Proto: "tcp", SourcePort: lab.Port, Flags: names}
		require.NoError(t, possible(lab.IPv4, want))
		got, _, ok := ruleOf(lab.IPv4, want.Chain, expressions(lab.IPv4, want))
		assert.True(t, ok, names)
		assert.Equal(t, want, got)
		assert.Equal(t, "FORWARD -p tcp --sport 8080 --tcp-flags "+names+" "+names+" -j DROP", want.String())
	}
	for _, r := range []Rule{
		{Chain: "INPUT", Proto: "tcp", Flags: "END"}, {Chain: "INPUT", Proto: "tcp", Flags: "ECE,SYN"},
		{Chain: "INPUT", Proto: "tcp", Flags: "FIN", Data: true}, {Chain: "INPUT", Proto: "udp", Flags: "FIN"},
	} {
		assert.Error(t, possible(lab.IPv4, r), "%+v", r)
	}
}

func TestSizeOfAPacketInARule(t *testing.T) {
	want := Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Least: 1000, First: 1}
	got, _, ok := ruleOf(lab.IPv4, want.Chain, expressions(lab.IPv4, want))
	assert.True(t, ok)
	assert.Equal(t, want, got)
	assert.Equal(t, "FORWARD -p tcp --dport 8080 -m length --length 1000: (the first 1) -j DROP", want.String())
}

func TestClientHelloInARule(t *testing.T) {
	want := Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Hello: 1400}
	require.NoError(t, possible(lab.IPv4, want))
	got, _, ok := ruleOf(lab.IPv4, want.Chain, expressions(lab.IPv4, want))
	assert.True(t, ok)
	assert.Equal(t, want, got)
	assert.Equal(t, ownTable, tableOf(want), "iptables cannot list it")
	assert.Equal(t, "FORWARD -p tcp --dport 8080 (a ClientHello of 1400 bytes or more) -j DROP", want.String())
	assert.Contains(t, want.Command(lab.IPv6), "forward tcp dport 8080 @ih,0,16 0x1603 @ih,24,16 >= 1400 @ih,40,8 1 counter drop'")
	want.Proto = "udp"
	assert.ErrorContains(t, possible(lab.IPv4, want), "only TCP has flags, carries TLS")
}

func TestShareOfPacketsInARule(t *testing.T) {
	want := Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Every: 10}
	require.NoError(t, possible(lab.IPv4, want))
	got, _, ok := ruleOf(lab.IPv4, want.Chain, expressions(lab.IPv4, want))
	assert.True(t, ok)
	assert.Equal(t, want, got)
	assert.Equal(t, ownTable, tableOf(want), "iptables cannot list it")
	assert.Equal(t, "FORWARD -p tcp --dport 8080 -m statistic --mode nth --every 10 --packet 9 -j DROP", want.String())
	want.First = 1
	assert.ErrorContains(t, possible(lab.IPv4, want), "a rule is about the first packets, or about a share of all")
}

func TestRuleThatIsNotOurs(t *testing.T) {
	drop := &expr.Verdict{Kind: expr.VerdictDrop}
	network := &expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: 2, Len: 2}
	ports := &expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 0, Len: 4}
	for name, beyond := range map[string][]expr.Any{
		"a field of another header":    {network, equals([]byte{1, 2})},
		"both ports at once":           {ports, equals([]byte{1, 2, 3, 4})},
		"half of a port":               {partSource.load(), equals([]byte{1})},
		"one of two flags":             {partFlags.load(), &expr.Bitwise{Mask: []byte{3}, Xor: []byte{0}}, equals([]byte{2})},
		"flags of another header":      {network, &expr.Bitwise{Mask: []byte{8}, Xor: []byte{0}}, equals([]byte{8})},
		"another key":                  {&expr.Meta{Key: expr.MetaKeyMARK, Register: 1}, equals([]byte{unix.IPPROTO_TCP})},
		"what has nothing to do there": {&expr.Ct{Key: expr.CtKeySTATE, Register: 1}},
	} {
		exprs := expressions(lab.IPv4, Rule{Proto: "tcp"})
		_, _, ok := ruleOf(lab.IPv4, "INPUT", append(append(exprs[:2:2], beyond...), drop))
		assert.False(t, ok, name)
	}
	for name, exprs := range map[string][]expr.Any{
		"nothing": nil, "everything": {drop}, "no end": expressions(lab.IPv4, Rule{Proto: "tcp"})[:3],
		"an answer of another kind": {&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1}, equals([]byte{unix.IPPROTO_TCP}), &expr.Reject{Code: 0}},
	} {
		_, _, ok := ruleOf(lab.IPv4, "INPUT", exprs)
		assert.False(t, ok, name)
	}
}

// TestTheKernelKeepsOurRules writes every rule into a kernel and reads it back. iptables, where it is installed, still
// lists its tables then, and in them those that we say are there, by the words of their names.
func TestTheKernelKeepsOurRules(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("a network namespace of its own takes root")
	}
	for _, f := range lab.Families {
		ns, err := agent.NewNamespace()
		require.NoError(t, err)
		defer ns.Close()
		conn, err := ns.Nftables()
		require.NoError(t, err)
		defer conn.CloseLasting()
		var listed []string
		for _, r := range rules(f) {
			require.NoError(t, addRule(conn, f, r))
			if tableOf(r) == filterTable {
				listed = append(listed, r.String())
			}
		}
		assert.ElementsMatch(t, rules(f), rulesIn(t, ns))
		assert.Equal(t, listed, listing(t, ns, f))
		const deleted = 10 // of each is known now that it is read back
		for _, r := range rules(f)[:deleted] {
			require.NoError(t, deleteRule(conn, f, r))
		}
		assert.ElementsMatch(t, rules(f)[deleted:], rulesIn(t, ns))
	}
}

func rulesIn(t *testing.T, ns *agent.Namespace) (list []Rule) {
	t.Helper()
	conn, err := ns.Nftables()
	require.NoError(t, err)
	defer conn.CloseLasting()
	require.NoError(t, eachRule(conn, func(_ lab.Family, r Rule, _ uint64, _ *nftables.Rule) error {
		list = append(list, r)
		return nil
	}))
	return list
}

// listing is what "iptables -S FORWARD" prints, without the options that are implied.
func listing(t *testing.T, ns *agent.Namespace, f lab.Family) (list []string) {
	t.Helper()
	program := map[lab.Family]string{lab.IPv4: "iptables", lab.IPv6: "ip6tables"}[f]
	if _, err := exec.LookPath(program); err != nil {
		t.Skip(err)
	}
	var out []byte
	require.NoError(t, ns.Do(func() (err error) {
		out, err = exec.Command(program, "-S", "FORWARD").CombinedOutput()
		return err
	}), "%s", out)
	implied := strings.NewReplacer("-m tcp ", "", "-m udp ", "", "ipv6-icmp", "icmp")
	for line := range strings.Lines(string(out)) {
		if rule, ok := strings.CutPrefix(strings.TrimSpace(line), "-A "); ok {
			list = append(list, implied.Replace(rule))
		}
	}
	return list
}
