package enginetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// testPlans: in every plan the client reaches each server, over a cable, a switch or a line.
func testPlans(t *testing.T, e lab.Engine) {
	narrow := lab.Routed().Named("routed, with a small MTU")
	narrow.Segments[1].MTU = 1400
	for _, plan := range []lab.Topology{lab.WithSecond(), lab.OneLAN(), lab.WithLine(), lab.WithCore(), narrow} {
		t.Run(plan.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			built, err := e.Build(ctx, plan)
			require.NoError(t, err)
			defer func() { assert.NoError(t, built.Close(context.WithoutCancel(ctx))) }()
			b := &lab.Bench{Lab: built, Topology: plan}
			if len(plan.EndsOf(lab.Line)) > 0 {
				require.NoError(t, faults.Line{}.Install(ctx, b))
			}
			for _, server := range []string{lab.ServerHost, lab.Second} {
				if len(plan.EndsOf(server)) == 0 {
					continue
				}
				host, err := built.Host(server)
				require.NoError(t, err)
				argv, told := lab.Service{}.Command()
				require.NoError(t, b.KeepTold(ctx, "service of "+server, host.Command(argv...), told))
				client, err := built.Host(lab.ClientHost)
				require.NoError(t, err)
				for _, b.Family = range lab.Families {
					o, err := lab.RunVerb(ctx, client, agent.DialVerb(b.TargetAt(server), lab.DefaultTimeout))
					require.NoError(t, err)
					assert.True(t, o.OK(), "%s over %s: %s", server, b.Family, o.Error)
				}
			}
		})
	}
}
