package faults

import (
	"context"
	"net/netip"

	"github.com/tcplab/tcplab/lab/agent"
)

const bridgeUsage = "usage: tcplab host bridge add NAME PREFIX, or bridge remove NAME"

// bridge makes a bridge without ports that has an address, or removes one.
func bridge(_ context.Context, s agent.Streams, args []string) error {
	switch {
	case len(args) == 2 && args[0] == "remove":
		return s.Namespace.RemoveLink(args[1])
	case len(args) == 3 && args[0] == "add":
		prefix, err := netip.ParsePrefix(args[2])
		if err != nil {
			return agent.Usagef("%s", err)
		}
		return s.Namespace.AddBridge(args[1], prefix)
	}
	return agent.Usagef(bridgeUsage)
}

func init() {
	agent.Register("bridge add|remove NAME [PREFIX]: a bridge without ports, as one for containers", bridge)
}
