package report

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
)

// TestSceneOfRuns: the picture at the top says what each host is, and has a mark at the host where something is broken; the drawing ends
// with what it shows.
func TestSceneOfRuns(t *testing.T) {
	for run, want := range map[string]struct{ role, broken, moral string }{
		"closed-port-netns-ipv4":                {"", "server", "SYN answered by RST after "},
		"firewall-drop-netns-ipv4":              {"", "server", "4 packets reached the server, and no answer left it"},
		"security-group-drop-netns-ipv4":        {"security group", "router", "4 packets lost in the security group; the server saw nothing"},
		"icmp-blocked-netns-ipv4":               {"security group", "router", "3 packets lost in the security group; the server saw nothing"},
		"nat-forgets-reset-netns-ipv4":          {"NAT", "router", "1 packet stopped by the NAT, which answered itself"},
		"load-balancer-idle-timeout-netns-ipv4": {"load balancer", "router", "the server closed an idle connection; "},
		"stopped-host-netns-ipv4":               {"", "server", "4 packets lost between router and server"},
		"client-offline-netns-ipv4":             {"", "client", "no packet left the client: the link eth0 of the client is down"},
		"healthy-netns-ipv6":                    {"", "", "the client has its reply"},
	} {
		r := open(t, filepath.Join(runs, run))
		var roles, broken string
		for _, h := range r.scene() {
			roles += h.Role
			if h.Fault != "" {
				broken += h.Name
			}
			for _, a := range h.Addrs {
				assert.Equal(t, r.Family == lab.IPv6, strings.Contains(a, ":"), "%s: addresses of the other family are left out", run)
			}
		}
		assert.Equal(t, want.role, roles, run)
		assert.Equal(t, want.broken, broken, run)
		p := r.Phase(harness.Observe)
		require.NotNil(t, p, run)
		l := r.Ladder(p)
		m := r.moralOf(p, &l)
		assert.True(t, strings.HasPrefix(m.Text, want.moral), "%s: %s", run, m.Text)
		assert.Equal(t, run == "healthy-netns-ipv6", m.Good, run)
		_, counters := r.counterRows()
		require.NotEmpty(t, counters, run)
		for _, c := range counters {
			assert.False(t, strings.HasPrefix(c.Name, "Ip6") != (r.Family == lab.IPv6) && strings.HasPrefix(c.Name, "Ip") && !strings.HasPrefix(c.Name, "IpExt"), "%s: %s", run, c.Name)
		}
	}
}

// TestFirstLine: what people can read of a segment, and nothing else.
func TestFirstLine(t *testing.T) {
	for data, want := range map[string]string{
		"GET / HTTP/1.1\r\nHost: x\r\n":   "GET / HTTP/1.1",
		"HTTP/1.1 200 OK\nx":              "HTTP/1.1 200 OK",
		"220 mail.example ESMTP":          "220 mail.example ESMTP",
		"GET /" + strings.Repeat("a", 40): "GET /" + strings.Repeat("a", 18) + "…",
		"\x16\x03\x01\x02\x00":            "",
		"a\x1b[31m red":                   "",
		"ok":                              "",
		"xxxxxxxxxxxxxxxxxxxxxxxx":        "", // the body of an upload
		"":                                "",
		"안녕하세요":                           "",
	} {
		assert.Equal(t, want, firstLine([]byte(data)), "%q", data)
	}
}

// TestColumnOfSeveralHosts: the mark stands there, too.
func TestColumnOfSeveralHosts(t *testing.T) {
	assert.True(t, standsFor("server", "server"))
	assert.True(t, standsFor("server (off), second", "server"))
	assert.True(t, standsFor("server (off), second", "second"))
	assert.False(t, standsFor("server, second", ""))
	assert.False(t, standsFor("server, second", "router"))
}
