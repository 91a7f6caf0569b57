package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire/diagnose"
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
		assert.NotEmpty(t, s.Title.English, s.Name)
		assert.NotEmpty(t, s.Story.English, s.Name)
		assert.NotEmpty(t, s.Verdict, s.Name)
		failed := diagnose.Verdict(s.Verdict).Failed() || s.Verdict == string(diagnose.HalfClosed)
		assert.Equal(t, failed, s.Cause != "", "%s: a failure on the wire has a cause, and nothing else has", s.Name)
		assert.Equal(t, s.Fault == harness.NoFault{}, s.Place == "", "%s: what breaks, breaks somewhere", s.Name)
		assert.NotNil(t, s.Fault, s.Name)
		assert.NotEmpty(t, s.Want.Counters, "%s has no second witness", s.Name)
		for _, point := range s.Plan().Way(lab.ServerHost) {
			assert.Contains(t, s.Want.Wire, point, "%s says nothing of a vantage point", s.Name)
		}
	}
}

func TestEveryScenarioShowsAnExperience(t *testing.T) {
	for _, s := range All() {
		require.NotEmpty(t, s.Experiences, s.Name)
		for _, number := range s.Experiences {
			assert.True(t, number >= 1 && number <= len(Experiences()), "%s shows experience %d", s.Name, number)
			assert.Contains(t, Showing(number), s.Name)
		}
	}
	for i := range Experiences() {
		assert.NotEmpty(t, Showing(i+1))
	}
}

func TestWhatLooksAlike(t *testing.T) {
	scenario := func(name string) harness.Scenario {
		s, err := Named(name)
		require.NoError(t, err)
		return s
	}
	for _, pair := range []struct{ scenario, fault, reason string }{
		{"client-offline", "client-without-route", noPacketLeaves},
		{"client-without-route", "client-offline", noPacketLeaves},
		{"stopped-host", "stale-arp-entry", deadFrames},
		{"ping-dead-host", "stale-arp-entry", deadFrames},
		{"stale-arp-entry", "stopped-host", ""}, // a server that is off has no counters
		{"healthy", "icmp-blocked", string(harness.SpeaksTCP)},
		{"ping-healthy", "icmp-blocked", ""},
		{"closed-port", "icmp-blocked", ""},
		{"ping-healthy", "nat-forgets", string(harness.NeverRests)},
		{"nat", "waf-blocks", string(harness.AsksServer)},
		{"load-balancer-no-backend", "waf-blocks", ""},
		{"firewall-drop", "security-group-drop", ""},
		{"silent-greeting", "answer-stalls", waitsToBeAsked},
		{"silent-greeting", "process-killed", waitsToBeAsked},
		{"silent-greeting", "keep-alive-gives-up", waitsToBeAsked},
		{"load-balancer-gateway-timeout", "keep-alive-gives-up", balancerWaitsNot},
		{"service-hangs", "keep-alive-gives-up", ""},
		{"service-hangs", "window-probes-unanswered", windowStaysOpen},
		{"zero-window", "window-probes-unanswered", ""}, // which brings enough to fill it
		{"silent-greeting", "socket-leak", ""},          // which does not close when its client does
		{"silent-greeting", "wrong-port", ""},
		{"answer-stalls", "silent-greeting", ""},
	} {
		assert.Equal(t, pair.reason, Alike(scenario(pair.scenario), scenario(pair.fault)), "%s with the fault of %s", pair.scenario, pair.fault)
	}
}

// TestEveryScenarioIsValid: its signatures can be read, and its lab has what it names.
func TestEveryScenarioIsValid(t *testing.T) {
	for _, s := range All() {
		assert.NoError(t, s.Validate())
	}
}

func TestRegisterPanics(t *testing.T) {
	healthy, err := Named("healthy")
	require.NoError(t, err)
	assert.PanicsWithValue(t, "scenarios: healthy is registered twice", func() { register(healthy) })

	healthy.Name, healthy.Group = "another", "moon"
	assert.PanicsWithValue(t, `scenarios: another is in group "moon", which does not exist`, func() { register(healthy) })
	assert.NotContains(t, catalogue, "another")
}
