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

// testNames: programs of a host ask the name servers of the plan and nobody else, whatever starts them, and again after the host was
// switched off and on.
func testNames(t *testing.T, e lab.Engine) {
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	plan := lab.WithNames()
	for _, plan.Family = range lab.Families {
		t.Run(plan.Family.String(), func(t *testing.T) {
			built, err := e.Build(ctx, plan)
			require.NoError(t, err)
			defer func() { assert.NoError(t, built.Close(context.WithoutCancel(ctx))) }()
			b := &lab.Bench{Lab: built, Topology: plan, Family: plan.Family}
			require.NoError(t, b.StartService(ctx))
			require.NoError(t, faults.NameServer{Host: lab.Names}.Install(ctx, b))
			client, err := built.Host(lab.ClientHost)
			require.NoError(t, err)

			var resolver lab.Resolver
			require.NoError(t, b.Query(ctx, lab.ClientHost, agent.ResolverVerb(), &resolver))
			assert.Equal(t, plan.ResolverOf(lab.ClientHost), resolver)
			out, err := client.Command("cat", "/etc/resolv.conf").Output(ctx)
			require.NoError(t, err)
			assert.Equal(t, plan.ResolvConf(lab.ClientHost), string(out), "a program reads what a verb reads")
			asks := func() lab.Outcome {
				o, err := agent.GoClient{ByName: true}.Do(ctx, lab.Call{Host: client, Target: b.Target(), Timeout: deadline})
				require.NoError(t, err)
				return o
			}
			assert.Empty(t, asks().Error)

			var answer lab.NameAnswer
			other := append(lab.Verb("query"), plan.Addr(lab.Names, plan.Family).String(), "A", "nobody.example")
			require.NoError(t, b.Query(ctx, lab.ClientHost, other, &answer))
			assert.Equal(t, lab.NameAnswer{Code: lab.NXDomain}, answer)

			fault := faults.EndNameServer{Server: faults.NameServer{Host: lab.Names}}
			require.NoError(t, fault.Inject(ctx, b))
			require.NoError(t, fault.Verify(ctx, b))
			o := asks()
			assert.Equal(t, lab.StageLookup, o.Stage)
			assert.Equal(t, lab.LookupRefused, o.Code)
			require.NoError(t, fault.Heal(ctx, b))

			stopper, ok := client.(lab.Stopper)
			if !ok {
				return
			}
			require.NoError(t, stopper.Stop(ctx))
			require.NoError(t, stopper.Start(ctx))
			assert.Empty(t, asks().Error)
		})
	}
}
