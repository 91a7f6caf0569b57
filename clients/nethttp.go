package clients

import (
	"context"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// NetHTTP is Go's net/http with its default transport and a timeout for the whole request.
type NetHTTP struct{}

// Name is "net/http".
func (NetHTTP) Name() string { return "net/http" }

// Do runs "tcplab host get".
func (NetHTTP) Do(ctx context.Context, a lab.Call) (lab.Outcome, error) {
	return lab.RunVerb(ctx, a.Host, agent.GetVerb("http://"+a.HostPort()+"/", a.Timeout))
}

var _ = register(NetHTTP{}, "Go's net/http: http.DefaultTransport, http.Client with a Timeout")
