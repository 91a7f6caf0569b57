package signature

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func secondsOf(list ...int) []time.Duration {
	var all []time.Duration
	for _, n := range list {
		all = append(all, time.Duration(n)*time.Second)
	}
	return all
}

func TestSYNSchedule(t *testing.T) {
	for name, c := range map[string]struct {
		sysctls map[string]string
		gaps    []time.Duration
		giveUp  time.Duration
	}{
		"textbook":         {map[string]string{synRetries: "6", synLinearTimeouts: "0"}, secondsOf(1, 2, 4, 8, 16, 32), 127 * time.Second},
		"before Linux 6.5": {map[string]string{synRetries: "6\n"}, secondsOf(1, 2, 4, 8, 16, 32), 127 * time.Second},
		"Linux 6.5":        {map[string]string{synRetries: "6", synLinearTimeouts: "4"}, secondsOf(1, 1, 1, 1, 1, 2, 4, 8, 16, 32), 131 * time.Second},
		"one retry":        {map[string]string{synRetries: "1"}, secondsOf(1), 3 * time.Second},
		"longest RTO":      {map[string]string{synRetries: "9"}, secondsOf(1, 2, 4, 8, 16, 32, 64, 120, 120), 487 * time.Second},
		"shorter RTO":      {map[string]string{synRetries: "4", rtoMax: "3000"}, secondsOf(1, 2, 3, 3), 12 * time.Second},
	} {
		s, err := SYNSchedule(c.sysctls, InitialRTO)
		require.NoError(t, err, name)
		assert.Equal(t, c.gaps, s.Gaps, name)
		assert.Equal(t, c.giveUp, s.GiveUp, name)
		assert.Equal(t, len(c.gaps)+1, s.SYNs(), name)
	}
}

func TestSYNScheduleInCompressedTime(t *testing.T) {
	s, err := SYNSchedule(map[string]string{synRetries: "3", rtoMax: "2400"}, 20*time.Millisecond)
	require.NoError(t, err)
	assert.Equal(t, []time.Duration{20 * time.Millisecond, 40 * time.Millisecond, 80 * time.Millisecond}, s.Gaps)
	assert.Equal(t, 300*time.Millisecond, s.GiveUp)
}

func TestSYNScheduleErrors(t *testing.T) {
	for want, sysctls := range map[string]map[string]string{
		`signature: SYN schedule: net.ipv4.tcp_syn_retries must be a number from 1 to 127, is ""`:          {},
		`signature: SYN schedule: net.ipv4.tcp_syn_retries must be a number from 1 to 127, is "128"`:       {synRetries: "128"},
		`signature: SYN schedule: net.ipv4.tcp_syn_linear_timeouts must be a number from 0 to 127, is "x"`: {synRetries: "6", synLinearTimeouts: "x"},
		`signature: SYN schedule: net.ipv4.tcp_rto_max_ms must be a number from 1000 to 120000, is "1"`:    {synRetries: "6", rtoMax: "1"},
	} {
		_, err := SYNSchedule(sysctls, InitialRTO)
		assert.EqualError(t, err, want)
	}
}

// The article's advice: a connect timeout of 3 s covers the first retransmission, at 1 s.
func TestSYNsWithin(t *testing.T) {
	textbook := Schedule{Gaps: secondsOf(1, 2, 4, 8, 16, 32)}
	linear := Schedule{Gaps: secondsOf(1, 1, 1, 1, 1, 2)}
	for _, c := range []struct {
		schedule Schedule
		timeout  time.Duration
		want     int
	}{
		{textbook, 500 * time.Millisecond, 1}, {textbook, time.Second, 1}, {textbook, 3 * time.Second, 2},
		{textbook, 3100 * time.Millisecond, 3}, {textbook, time.Hour, 7}, {linear, 3 * time.Second, 3},
	} {
		assert.Equal(t, c.want, c.schedule.SYNsWithin(c.timeout), c.timeout)
	}
}
