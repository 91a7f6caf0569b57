package lab

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestParseResolver(t *testing.T) {
	one, two := netip.MustParseAddr("192.0.2.53"), netip.MustParseAddr("2001:db8:3::53")
	for text, want := range map[string]Resolver{
		"": {Timeout: 5 * time.Second, Attempts: 2},
		"# nobody\nnameserver 192.0.2.53\nnameserver 2001:db8:3::53\n":                          {Servers: []netip.Addr{one, two}, Timeout: 5 * time.Second, Attempts: 2},
		"nameserver 192.0.2.53\noptions edns0 timeout:1 attempts:3\nsearch example\n":           {Servers: []netip.Addr{one}, Timeout: time.Second, Attempts: 3},
		"nameserver here\nnameserver 192.0.2.53 2001:db8:3::53\noptions timeout:0 attempts:x\n": {Timeout: 5 * time.Second, Attempts: 2},
	} {
		assert.Equal(t, want, ParseResolver(text), text)
	}
}

// What the lab writes is what it reads.
func TestResolverOfAPlan(t *testing.T) {
	plan := WithTwoNames()
	for family, servers := range map[Family][]netip.Addr{
		0:    {netip.MustParseAddr("192.0.2.53"), netip.MustParseAddr("192.0.2.54")},
		IPv6: {netip.MustParseAddr("2001:db8:3::53"), netip.MustParseAddr("2001:db8:3::54")},
	} {
		plan.Family = family
		r := plan.ResolverOf(ClientHost)
		assert.Equal(t, servers, r.Servers)
		assert.Equal(t, r, ParseResolver(plan.ResolvConf(ClientHost)))
		assert.Equal(t, 4*time.Second, r.GivesUp(), "two servers, two attempts")
	}
	assert.Empty(t, plan.ResolvConf(ServerHost))
	assert.Empty(t, Routed().ResolvConf(ClientHost))
	assert.NoError(t, plan.Validate())
	plan.Hosts[0].NameServers = []string{"nobody"}
	assert.EqualError(t, plan.Validate(), `topology routed, with two name servers: client asks host "nobody" for names, which is not in it`)
}
