package tcplab_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/netns"
	"github.com/tcplab/tcplab/scenarios"
)

func TestLab_netns(t *testing.T) {
	e := netns.New()
	for _, s := range scenarios.All() {
		for _, f := range harness.Families {
			t.Run(s.Name+"/"+f.String(), func(t *testing.T) {
				t.Parallel()
				r, err := harness.Run(context.Background(), e, s, harness.Options{Family: f, Artifacts: t.ArtifactDir()})
				require.NoError(t, err)
				for _, m := range r.Mismatches {
					t.Errorf("%s: %s\n%s\n%s", r.Name(), m.At, m.Reason, m.Detail)
				}
			})
		}
	}
}
