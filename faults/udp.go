package faults

// Why a fault is not for a service on a UDP port, each as the end of "not for UDP: ".
const (
	replacesServer = "it puts a server of tcplab's that misbehaves in the place of yours"
	aboutFlags     = "it is about segments of TCP with certain flags, and a datagram has none"
	aboutRST       = "it resets connections, and UDP has neither connections nor a RST"
	aboutQueue     = "it is about connections that nobody accepts, and UDP has none"
	aboutHeld      = "it is about connections that are open, and UDP has none"
	aboutNumbers   = "it is about sequence numbers, and a datagram has none"
	aboutWindow    = "it is about a window that closes, and UDP has none"
	aboutHandshake = "it is about a handshake of which a firewall sees one half, and UDP has none"
	aboutSegments  = "it damages segments of TCP"
	aboutProxy     = "it has a proxy for TCP on the way"
)

// The faults and fixtures that say whether they are for datagrams, too (harness.ForUDP).

// UnfitForUDP implements harness.ForUDP.
func (f FirewallRule) UnfitForUDP() string {
	switch {
	case f.Rule.Data || f.Rule.Flags != "":
		return aboutFlags
	case f.Rule.Reject == "tcp-reset":
		return aboutRST
	}
	return ""
}

// UnfitForUDP implements harness.ForUDP.
func (StopService) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (HangService) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (StopHost) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (LinkDown) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (SmallMTU) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (NoRoute) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (StaleNeighbour) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (BlockNeighbours) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (Misroute) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (Loop) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (DuplicateAddress) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (AllowList) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (Revoke) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (NAT) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (ForgetIdle) UnfitForUDP() string { return "" }

// UnfitForUDP implements harness.ForUDP.
func (c Cut) UnfitForUDP() string {
	if c.From == WindowClosed {
		return aboutWindow
	}
	return ""
}

// UnfitForUDP implements harness.ForUDP.
func (l Line) UnfitForUDP() string {
	if l.Damage {
		return aboutSegments
	}
	return ""
}

// UnfitForUDP implements harness.ForUDP.
func (f Degrade) UnfitForUDP() string { return f.To.UnfitForUDP() }

// UnfitForUDP implements harness.ForUDP.
func (f Rewrite) UnfitForUDP() string {
	if f.What == RewriteNumber {
		return aboutNumbers
	}
	return ""
}

// UnfitForUDP implements harness.ForUDP.
func (Serving) UnfitForUDP() string { return replacesServer }

// UnfitForUDP implements harness.ForUDP.
func (Misbehave) UnfitForUDP() string { return replacesServer }

// UnfitForUDP implements harness.ForUDP.
func (ComeLate) UnfitForUDP() string { return replacesServer }

// UnfitForUDP implements harness.ForUDP.
func (BindOtherFamily) UnfitForUDP() string { return replacesServer }

// UnfitForUDP implements harness.ForUDP.
func (Crash) UnfitForUDP() string { return replacesServer }

// UnfitForUDP implements harness.ForUDP.
func (Freeze) UnfitForUDP() string { return replacesServer }

// UnfitForUDP implements harness.ForUDP.
func (EndIdle) UnfitForUDP() string { return replacesServer }

// UnfitForUDP implements harness.ForUDP.
func (FillQueue) UnfitForUDP() string { return aboutQueue }

// UnfitForUDP implements harness.ForUDP.
func (UseFiles) UnfitForUDP() string { return aboutHeld }

// UnfitForUDP implements harness.ForUDP.
func (Flood) UnfitForUDP() string { return aboutHeld }

// UnfitForUDP implements harness.ForUDP.
func (UsePorts) UnfitForUDP() string { return aboutHeld }

// UnfitForUDP implements harness.ForUDP.
func (ClientForgets) UnfitForUDP() string { return aboutHeld }

// UnfitForUDP implements harness.ForUDP.
func (Exhaust) UnfitForUDP() string { return aboutHeld }

// UnfitForUDP implements harness.ForUDP.
func (Bypassed) UnfitForUDP() string { return aboutHandshake }

// UnfitForUDP implements harness.ForUDP.
func (Proxy) UnfitForUDP() string { return aboutProxy }

// UnfitForUDP implements harness.ForUDP.
func (Reconfigure) UnfitForUDP() string { return aboutProxy }

// UnfitForUDP implements harness.ForUDP.
func (f Both) UnfitForUDP() string {
	for _, part := range []fault{f.First, f.Second} {
		if known, ok := part.(interface{ UnfitForUDP() string }); ok && known.UnfitForUDP() != "" {
			return known.UnfitForUDP()
		}
	}
	return ""
}
