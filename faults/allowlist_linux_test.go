package faults

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPermissions(t *testing.T) {
	for permission, alternatives := range map[string]int{
		"tcp/8080": 1, "udp/53": 1, "tcp/32768-60999": 1, "icmp/echo-request": 2, "icmp/echo-reply": 2,
	} {
		list, err := permitted(permission)
		require.NoError(t, err, permission)
		assert.Len(t, list, alternatives, "%s: one for each protocol number", permission)
	}
	for _, bad := range []string{"", "tcp", "tcp/", "tcp/x", "tcp/70000", "tcp/9-8", "sctp/1", "icmp/redirect", "icmp"} {
		_, err := permitted(bad)
		assert.ErrorContains(t, err, "no such permission", "%q", bad)
	}
}
