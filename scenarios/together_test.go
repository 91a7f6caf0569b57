package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/scenarios"
)

func TestTogether(t *testing.T) {
	named := func(name string) harness.Scenario {
		s, err := scenarios.Named(name)
		require.NoError(t, err)
		return s
	}
	fault := func(name string) harness.Fault { return named(name).Fault }
	t.Run("two of the plain lab", func(t *testing.T) {
		s, err := scenarios.Together("packet-loss", "service-hangs")
		require.NoError(t, err)
		assert.Equal(t, "packet-loss+service-hangs", s.Name)
		assert.Equal(t, faults.Both{First: fault("packet-loss"), Second: fault("service-hangs")}, s.Fault)
	})
	t.Run("a lab of its own is that of both", func(t *testing.T) {
		for _, names := range [][]string{{"nat-forgets", "firewall-drop"}, {"firewall-drop", "nat-forgets"}} {
			s, err := scenarios.Together(names...)
			require.NoError(t, err)
			assert.Equal(t, names[0]+"+"+names[1], s.Name)
			assert.Equal(t, faults.Both{First: fault(names[0]), Second: fault(names[1])}, s.Fault)
			assert.Equal(t, named("nat-forgets").Fixtures, s.Fixtures)
		}
	})
	t.Run("a healthy lab adds nothing", func(t *testing.T) {
		s, err := scenarios.Together("nat", "firewall-drop", "firewall-drop")
		require.NoError(t, err)
		assert.Equal(t, fault("firewall-drop"), s.Fault)
		assert.Equal(t, named("nat").Fixtures, s.Fixtures)
	})
	t.Run("labs that differ", func(t *testing.T) {
		_, err := scenarios.Together("nat-forgets", "load-balancer-resets")
		assert.EqualError(t, err, "nat-forgets and load-balancer-resets cannot hold at once, because their labs differ: take two of one lab")
	})
}
