package clients

import (
	"context"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// Chromium is the browser: what a person sees of a failure, with a picture of the page.
type Chromium struct{}

// Name is "chromium".
func (Chromium) Name() string { return "chromium" }

// Programs are those that it needs.
func (Chromium) Programs() []string { return []string{"chromium"} }

// Do runs "tcplab host browse" on the host.
func (Chromium) Do(ctx context.Context, a lab.Call) (lab.Outcome, error) {
	return lab.RunVerb(ctx, a.Host, agent.BrowseVerb("http://"+a.HostPort()+"/", a.Timeout))
}

var _ = register(Chromium{}, "Chromium without a window: its net::ERR_... code, and a picture of the page that a person sees")
