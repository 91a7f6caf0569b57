package faults

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
)

func TestProxyInWords(t *testing.T) {
	for want, p := range map[string]Proxy{
		"load balancer on the router that closes a connection after 1m0s without a request": LoadBalancer(7),
		"load balancer on the router that closes a connection after 1s without a request":   {Layer: 7, Idle: time.Second},
		"load balancer for connections on the router":                                       LoadBalancer(4),
		"WAF on the router that only detects injections":                                    WAF(Block),
		"WAF on the router that resets injections":                                          {Layer: 7, WAF: Reset, Enforce: true},
	} {
		assert.Equal(t, want, p.String())
	}
}

func TestProxyVerb(t *testing.T) {
	server := netip.MustParseAddrPort("[2001:db8:2::10]:8080")
	assert.Equal(t, "tcplab host proxy --port 8080 --layer 7 --idle 1m0s --waf block --enforce --program haproxy [2001:db8:2::10]:8080",
		strings.Join(ProxyVerb(Proxy{Layer: 7, WAF: Block, Enforce: true}, server, "haproxy"), " "))
	assert.Equal(t, "tcplab host proxy --port 8080 --layer 4 --idle 1m0s [2001:db8:2::10]:8080",
		strings.Join(ProxyVerb(LoadBalancer(4), server, ""), " "))
}

// bare is a host without programs of its own, equipped is one with HAProxy.
type bare struct{ lab.Host }

type equipped struct{ lab.Host }

func (equipped) Has(program string) bool { return program == "haproxy" }

func TestProxyIsHAProxyWhereTheHostComesWithIt(t *testing.T) {
	for _, p := range []Proxy{LoadBalancer(7), LoadBalancer(4), WAF(Block), WAF(Reset)} {
		assert.Empty(t, p.program(bare{}), "%s", p)
	}
	assert.Equal(t, "haproxy", LoadBalancer(7).program(equipped{}))
	assert.Equal(t, "haproxy", WAF(Block).program(equipped{}))
	assert.Empty(t, LoadBalancer(4).program(equipped{}), "it would send FIN before RST")
	assert.Empty(t, WAF(Reset).program(equipped{}), "it would send FIN before RST")
	enforcing := WAF(Reset)
	enforcing.Enforce = true
	assert.Empty(t, enforcing.program(equipped{}), "switched to enforcing, it is the same program")
}

// oneHostLab is a lab in which every host is the same.
type oneHostLab struct {
	lab.Lab
	host lab.Host
}

func (l oneHostLab) Host(string) (lab.Host, error) { return l.host, nil }

func TestAReportSaysWhichProgramStoodThere(t *testing.T) {
	assert.Contains(t, LoadBalancer(7).Describe(&lab.Bench{Lab: oneHostLab{host: equipped{}}}).English, " (haproxy)")
	assert.Contains(t, LoadBalancer(7).Describe(&lab.Bench{Lab: oneHostLab{host: bare{}}}).English, " (the lab's own)")
	var _ harness.Describer = Proxy{}
}
