package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/scenarios"
)

// Failures in which a client waits come first, because the others are done meanwhile; else the order is kept.
func TestTrialsThatWaitComeFirst(t *testing.T) {
	list, err := scenarios.Select("closed-port", "firewall-drop", "service-resets", "kernel-gives-up")
	require.NoError(t, err)
	var names []string
	for _, i := range longFirst(list) {
		names = append(names, list[i].Name)
	}
	assert.Equal(t, []string{"firewall-drop", "kernel-gives-up", "closed-port", "service-resets"}, names)
}
