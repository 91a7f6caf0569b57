package scenarios

// Lesson is one thing that practitioners learn the hard way about connections that fail, and what shows it here.
type Lesson struct {
	// Says is the experience in one or two sentences.
	Says string
	// Scenarios show it, in the order in which to look at them.
	Scenarios []string
	// Commands show it where a scenario alone does not.
	Commands []string
}

// Lessons are in the order in which one meets them.
func Lessons() []Lesson {
	return []Lesson{
		{
			Says: "Nobody listens on the port: the host is up, the application is down. The SYN is answered by RST at once, and the client gives up at once: " +
				"curl fails, the browser shows `ERR_CONNECTION_REFUSED`. A firewall can make them say the same, on the server or on the way to it, while the application is well.",
			Scenarios: []string{"closed-port", "firewall-reject", "router-resets"},
			Commands:  []string{"tcplab run closed-port --client curl", "tcplab run closed-port --client chromium"},
		},
		{
			Says:      "The server is dead (its instance is stopped): no RST comes. The SYN is sent again after 1 s, and then at intervals that double, for a long time.",
			Scenarios: []string{"stopped-host", "kernel-gives-up", "kernel-gives-up-by-default", "syn-linear-timeouts"},
		},
		{
			Says: "A service cannot wait so long: it sets a connect timeout, usually 3 s, which covers the first retransmission after 1 s. " +
				"Which timeout survives what is in [timeouts.md](timeouts.md).",
			Scenarios: []string{"lost-syn-once", "lost-syn-twice", "kernel-gives-up"},
		},
		{
			Says:      "Look at the host before the application: `ping` and `traceroute`, which are ICMP. 0 % loss means that the host is alive.",
			Scenarios: []string{"ping-healthy", "closed-port"},
			Commands:  []string{"tcplab run closed-port --client ping", "tcplab run stopped-host --client traceroute-icmp"},
		},
		{
			Says: "ping fails for three reasons: the client itself is offline (does a well-known host answer?), a security group drops ICMP (does TCP answer?), " +
				"or the server is dead.",
			Scenarios: []string{"client-offline", "client-without-route", "icmp-blocked", "ping-dead-host"},
		},
		{
			Says:      "A security group is an allow list and drops ICMP by default. Once a rule for ICMP is added, ping works: the scenario adds it while the lab runs.",
			Scenarios: []string{"icmp-blocked"},
		},
		{
			Says: "SYN retransmissions although the server is healthy: was the packet filtered before it arrived? `tcpdump tcp port 8080 -w file` on the server tells: " +
				"if the file holds nothing, it never arrived. The way there by hand is in [by-hand.md](by-hand.md).",
			Scenarios: []string{"security-group-drop", "firewall-drop", "nacl-return-blocked"},
		},
		{
			Says:      "The capture is copied to one's own machine and opened in Wireshark.",
			Scenarios: []string{"firewall-drop"},
			Commands:  []string{"tcplab fetch server:/tmp/server.pcap", "tcplab diagnose --server server.pcap client.pcap"},
		},
		{
			Says:      "The security group blocks port 8080: SYN retransmissions, at the client exactly as with a dead server.",
			Scenarios: []string{"security-group-drop", "stopped-host"},
		},
		{
			Says: "Between client and server lie NAT, load balancers and switches, and what guards them: security groups, network ACLs, firewalls that reject, web application firewalls. " +
				"Each fails in a way of its own.",
			Scenarios: []string{"nat", "nat-forgets", "nat-forgets-reset", "load-balancer-no-backend", "load-balancer-resets", "load-balancer-idle-timeout",
				"stale-arp-entry", "router-reject", "router-resets", "security-group-drop", "nacl-return-blocked", "waf-blocks", "waf-resets"},
		},
		{
			Says:      "There are many more cases, and the list grows with experience: a new one is one new file in `scenarios/`.",
			Scenarios: []string{"service-hangs", "healthy"},
			Commands:  []string{"tcplab list"},
		},
	}
}
