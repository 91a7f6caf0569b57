package agent_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lab/agent/agenttest"
)

// outcomeWith is what a client feels of a service that behaves so, on this machine's loopback.
func outcomeWith(t *testing.T, s lab.Service, c agent.GoClient, patience time.Duration) (o lab.Outcome) {
	t.Helper()
	s.Port = agenttest.FreePort(t)
	argv, told := s.Command()
	running := agenttest.Start(t, s.Port, told, argv[2:]...)
	defer running.End(t)
	args := []string{"dial", "--timeout", patience.String()}
	for flag, value := range map[string]string{"--path": c.Path, "--idle": c.Idle.String(), "--keep-alive": c.KeepAlive.String(), "--upload": fmt.Sprint(c.Upload)} {
		if value != "" {
			args = append(args, flag, value)
		}
	}
	if c.Greeted {
		args = append(args, "--greeted")
	}
	code, out, errs := agenttest.Run(append(args, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(s.Port)).String())...)
	require.Zero(t, code, errs)
	require.NoError(t, json.Unmarshal([]byte(out), &o))
	return o
}

func TestBehavioursOfAService(t *testing.T) {
	const long, short = 10 * time.Second, 300 * time.Millisecond
	again := agent.GoClient{Idle: time.Millisecond}
	for name, c := range map[string]struct {
		service  lab.Service
		client   agent.GoClient
		patience time.Duration
		want     string
	}{
		"serves":                           {lab.Service{}, agent.GoClient{}, long, "success"},
		"serves again":                     {lab.Service{}, again, long, "success"},
		"greets":                           {lab.Service{Behaviour: lab.Greet}, agent.GoClient{Greeted: true}, long, "success"},
		"does not greet":                   {lab.Service{Behaviour: lab.Silent}, agent.GoClient{Greeted: true}, short, "its own timeout"},
		"serves much":                      {lab.Service{}, agent.GoClient{Path: "/?bytes=200000"}, long, "success"},
		"takes what is uploaded":           {lab.Service{}, agent.GoClient{Upload: 3_000_000, KeepAlive: time.Second}, long, "success"},
		"never reads what is uploaded":     {lab.Service{Behaviour: lab.NeverRead}, agent.GoClient{Upload: 8_000_000}, short, "its own timeout"},
		"hangs after the first":            {lab.Service{Behaviour: lab.ServeThenHang}, again, short, "its own timeout"},
		"hangs, and closes when asked to":  {lab.Service{Behaviour: lab.ServeThenHang}, agent.GoClient{}, long, "success"},
		"closes when asked to":             {lab.Service{Behaviour: lab.ServeThenForget, Idle: time.Hour}, agent.GoClient{}, long, "success"},
		"is late":                          {lab.Service{Behaviour: lab.ServeLate, Delay: time.Hour}, agent.GoClient{}, short, "its own timeout"},
		"is late, for a patient client":    {lab.Service{Behaviour: lab.ServeLate, Delay: time.Millisecond}, again, long, "success"},
		"never closes":                     {lab.Service{Behaviour: lab.KeepOpen}, agent.GoClient{}, short, "its own timeout"},
		"stops in the middle":              {lab.Service{Behaviour: lab.Stall}, agent.GoClient{}, short, "its own timeout"},
		"closes in the middle":             {lab.Service{Behaviour: lab.HalfAnswer}, agent.GoClient{}, long, lab.ClosedEarly},
		"forgets an idle connection early": {lab.Service{Behaviour: lab.ServeThenForget}, agent.GoClient{Idle: 200 * time.Millisecond}, long, "ECONNRESET"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.want == "ECONNRESET" && os.Getuid() != 0 {
				t.Skip("TCP_REPAIR takes CAP_NET_ADMIN")
			}
			assert.Equal(t, c.want, outcomeWith(t, c.service, c.client, c.patience).String())
		})
	}
}
