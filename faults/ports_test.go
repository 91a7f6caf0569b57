package faults

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tcplab/tcplab/lab"
)

// A plan is about each port of the service, by its protocol, and about nothing else.
func TestPlansForOtherPorts(t *testing.T) {
	udp := &lab.Bench{Service: lab.Service{Proto: lab.ProtoUDP, Port: 53, Own: &lab.OwnServer{Also: []int{5353}}}}
	drop := Rule{Chain: "INPUT", Proto: "tcp", Port: lab.Port}
	var got []string
	for _, r := range drop.in(udp) {
		got = append(got, r.String())
	}
	assert.Equal(t, []string{"INPUT -p udp --dport 53 -j DROP", "INPUT -p udp --dport 5353 -j DROP"}, got)
	other := Rule{Chain: "INPUT", Proto: "tcp", Port: 22}
	assert.Equal(t, []Rule{other}, other.in(udp))
	list := SecurityGroup("tcp/8080 icmp/echo-request tcp/32768-60999").in(udp)
	assert.Equal(t, "udp/53 udp/5353 icmp/echo-request udp/32768-60999", list.Allow)
	tcp := &lab.Bench{Service: lab.Service{}}
	assert.Equal(t, []Rule{drop}, drop.in(tcp))
}

func TestUnfitForUDP(t *testing.T) {
	tests := map[string]FirewallRule{
		"":         {Rule: Rule{Proto: "tcp", Port: lab.Port, Reject: "icmp-port-unreachable"}},
		aboutRST:   {Rule: Rule{Proto: "tcp", Port: lab.Port, Reject: "tcp-reset"}},
		aboutFlags: {Rule: Rule{Proto: "tcp", Port: lab.Port, Flags: "SYN"}},
	}
	for want, rule := range tests {
		assert.Equal(t, want, rule.UnfitForUDP())
	}
	assert.Equal(t, aboutSegments, Degrade{To: Line{Damage: true}}.UnfitForUDP())
	assert.Empty(t, Degrade{To: Line{Delay: 1}}.UnfitForUDP())
	assert.Equal(t, aboutWindow, Both{HangService{}, Cut{From: WindowClosed}}.UnfitForUDP())
}

func TestPortNumbers(t *testing.T) {
	var p portNumbers
	assert.NoError(t, p.Set("6379,26379"))
	assert.Equal(t, "6379,26379", p.String())
	for _, bad := range []string{"", "0", "65536", "x", "80,"} {
		assert.ErrorContains(t, p.Set(bad), "a port is a number from 1 to 65535", bad)
	}
}

// By hand, what iptables cannot say is nft's, in one word of the shell.
func TestRulesThatCountPacketsByHand(t *testing.T) {
	rule := Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Flags: "SYN", First: 2}
	want := "nft 'add table inet by-hand; add chain inet by-hand forward { type filter hook forward priority 0; }; " +
		"add rule inet by-hand forward tcp dport 8080 tcp flags & (syn) == (syn) numgen inc mod 2147483648 < 2 counter drop'"
	assert.Equal(t, want, rule.Command(lab.IPv4))
	assert.Equal(t, want, rule.Command(lab.IPv6))

	rule = Rule{Chain: "FORWARD", Proto: "tcp", Port: lab.Port, Every: 10}
	assert.Contains(t, rule.Command(lab.IPv4), "forward tcp dport 8080 numgen inc mod 10 == 9 counter drop'")
}
