package scenarios

import "github.com/tcplab/tcplab/harness"

// A network ACL is stateless: the way back needs a rule of its own, to the ports from which clients ask
// (net.ipv4.ip_local_port_range, 32768-60999).
const clientPorts = "tcp/32768-60999"

var aclIn, aclOut = harness.NetworkACL("tcp/8080 icmp/echo-request", clientPorts+" icmp/echo-reply")

// The server answers each SYN that comes, and sends its answer again by itself. What of it comes first is not certain.
const synackUnansweredWire = `
+0       > S  seq 0 win !0 <mss $MSS,...>
+0..0.25 < S. seq 0 ack 1 win !0 <mss $MSS,...>
...
never    > .
never    * R*
`

var _ = register(harness.Scenario{
	Name:  "nacl-return-blocked",
	Title: "A stateless network ACL without its return rule: the server answers, the client never hears it",
	Story: `The network ACL of the server's subnet allows TCP 8080 in, and whoever wrote it has forgotten the way out. A security group knows
which packets are replies; a network ACL knows no connections and needs a rule for the ports that clients ask from. The SYN reaches the server,
which answers with SYN-ACK, again and again; each is dropped on its way back. At the client it looks exactly as a firewall that drops: SYNs at
0, 1, 3 and 7 s, then its own timeout. Only a capture on the server shows that it has answered.`,
	Verdict:       "no-answer",
	ServerVerdict: "synack-unanswered",
	Timeout:       harness.PatientTimeout,
	Fixtures:      []harness.Fixture{aclIn, aclOut},
	Fault:         harness.Revoke{List: aclOut, Permission: clientPorts},
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true},
		Wire: map[string]string{
			"client":           unansweredWire,
			"router:to-client": unansweredWire,
			"router:to-server": synackUnansweredWire,
			"server":           synackUnansweredWire,
		},
		Counters: []harness.CounterWant{synRetransmissions, dropsAt(aclOut, "router:to-server", "< S.")},
	},
})
