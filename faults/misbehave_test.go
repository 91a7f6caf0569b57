package faults

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tcplab/tcplab/lab"
)

func TestMisbehaveInWords(t *testing.T) {
	for want, to := range map[string]lab.Service{
		"the service on the server listens on TCP port 8081 in place of 8080":              {Port: 8081},
		"the service on the server listens on loopback addresses only":                     {Bind: "loopback"},
		"the service on the server closes in the middle of its answer":                     {Behaviour: lab.HalfAnswer},
		"the service on the server takes 4s to answer":                                     {Delay: 4 * time.Second},
		"the service on the server listens on IPv4 addresses only, reads and says nothing": {Bind: "ipv4", Behaviour: lab.Silent},
	} {
		assert.Equal(t, want, Misbehave{to}.String())
	}
}

func TestMisbehaveShows(t *testing.T) {
	served := lab.Outcome{Elapsed: time.Millisecond}
	late := lab.Outcome{Elapsed: 4 * time.Second}
	closed := lab.Outcome{Stage: "read", Closed: true, Error: "EOF"}
	reset := lab.Outcome{Stage: "read", Errno: "ECONNRESET", Error: "connection reset by peer"}
	refused := lab.Outcome{Stage: "connect", Errno: "ECONNREFUSED", Error: "connection refused"}
	unheard := lab.Outcome{Stage: "read", Timeout: true, Error: "i/o timeout"}
	all := []lab.Outcome{served, late, closed, reset, refused, unheard}
	for _, o := range all {
		assert.Equal(t, o.Errno == refused.Errno, Misbehave{lab.Service{Bind: "loopback"}}.shows(o, false), "%s", o)
	}
	for _, c := range []struct {
		to    lab.Service
		shown []lab.Outcome
	}{
		{lab.Service{Behaviour: lab.CloseEarly}, []lab.Outcome{closed}},
		{lab.Service{Behaviour: lab.HalfAnswer}, []lab.Outcome{closed}},
		{lab.Service{Behaviour: lab.ResetAfterRequest}, []lab.Outcome{reset}},
		{lab.Service{Behaviour: lab.CloseUnread}, []lab.Outcome{reset}},
		{lab.Service{Behaviour: lab.Silent}, []lab.Outcome{unheard}},
		{lab.Service{TLS: lab.TLSCutShort}, []lab.Outcome{unheard}},
		{lab.Service{Delay: 4 * time.Second}, []lab.Outcome{late}},
	} {
		for _, o := range all {
			assert.Equal(t, assert.ObjectsAreEqual([]lab.Outcome{o}, c.shown), Misbehave{c.to}.shows(o, true), "%s: %s", Misbehave{c.to}, o)
		}
	}
}
