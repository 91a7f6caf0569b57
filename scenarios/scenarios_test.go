package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/harness"
)

func TestNamedSuggestsTheNearest(t *testing.T) {
	for typed, meant := range map[string]string{
		"closed_port": "closed-port", "firewalldrop": "firewall-drop", "stoped-host": "stopped-host", "health": "healthy",
	} {
		_, err := Named(typed)
		require.Error(t, err)
		assert.Equal(t, `there is no scenario "`+typed+`"; did you mean "`+meant+`"? ("tcplab list" shows all)`, err.Error())
	}
}

func TestEveryScenarioIsComplete(t *testing.T) {
	for _, s := range All() {
		assert.NotEmpty(t, s.Title, s.Name)
		assert.NotEmpty(t, s.Story, s.Name)
		assert.NotEmpty(t, s.Verdict, s.Name)
		assert.NotNil(t, s.Fault, s.Name)
		assert.NotEmpty(t, s.Want.Counters, "%s has no second witness", s.Name)
		for _, p := range harness.Routed().VantagePoints() {
			assert.Contains(t, s.Want.Wire, p.Name, "%s says nothing of a vantage point", s.Name)
		}
	}
}

func TestLessonsNameEveryScenario(t *testing.T) {
	named := map[string]bool{}
	for _, l := range Lessons() {
		for _, name := range l.Scenarios {
			assert.Contains(t, catalogue, name)
			named[name] = true
		}
	}
	for _, s := range All() {
		assert.True(t, named[s.Name], "no lesson names %s", s.Name)
	}
	for _, p := range Pairs() {
		assert.Contains(t, catalogue, p.Scenario)
		assert.Contains(t, catalogue, p.Fault)
	}
}

func TestRegisterPanics(t *testing.T) {
	healthy, err := Named("healthy")
	require.NoError(t, err)
	assert.PanicsWithValue(t, "scenarios: healthy is registered twice", func() { register(healthy) })

	healthy.Name, healthy.Want.Wire = "another", map[string]string{"moon": "none"}
	assert.PanicsWithValue(t, `scenarios: scenario another: the topology has no vantage point "moon"`, func() { register(healthy) })

	healthy.Want.Wire = map[string]string{"client": "+0 > Q"}
	assert.Panics(t, func() { register(healthy) })
	assert.NotContains(t, catalogue, "another")
}
