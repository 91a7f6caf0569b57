package clients

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/tcplab/tcplab/harness"
)

// Chromium is the browser: what a person sees of a failure, with a picture of the page.
type Chromium struct{}

// Name is "chromium".
func (Chromium) Name() string { return "chromium" }

// Programs are those that it needs.
func (Chromium) Programs() []string { return []string{"chromium"} }

// Do runs "tcplab host browse" on the host.
func (Chromium) Do(ctx context.Context, a harness.Attempt) (harness.Outcome, error) {
	out, err := a.Host.Command(harness.BrowseVerb("http://"+a.Target.String()+"/", a.Timeout)...).Output(ctx)
	if err != nil {
		return harness.Outcome{}, err
	}
	var o harness.Outcome
	if err := json.Unmarshal(out, &o); err != nil {
		return harness.Outcome{}, fmt.Errorf("tcplab host browse printed what is not JSON: %q", out)
	}
	return o, nil
}
