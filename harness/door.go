package harness

import (
	"context"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
)

// LiveCapture is what every vantage point of a standing lab sees while it runs.
type LiveCapture struct{ recording *recording }

// Capture starts a capture on every host that is on. Each host's packets also go to a file of the folder, whose name begins with
// prefix; an empty folder stands for none.
func (s *Standing) Capture(ctx context.Context, dir, prefix string) (*LiveCapture, error) {
	r, err := record(ctx, s.run.bench, destination{dir: dir, prefix: prefix})
	if err != nil {
		return nil, err
	}
	return &LiveCapture{r}, nil
}

// Traces is what was seen so far, in the order of the way from client to server.
func (c *LiveCapture) Traces() []wire.Trace { return c.recording.traces() }

// Until waits until done is true of what was seen so far, or ctx ends.
func (c *LiveCapture) Until(ctx context.Context, done func([]wire.Trace) bool) {
	c.recording.until(ctx, done)
}

// Stop ends the capture once everything that had arrived is written.
func (c *LiveCapture) Stop(ctx context.Context) error { return c.recording.stop(ctx) }

// Query runs a verb that prints JSON on a host of the lab.
func (s *Standing) Query(ctx context.Context, host string, argv []string, into any) error {
	return s.run.bench.Query(ctx, host, argv, into)
}

// Family is the version of the Internet Protocol of the addresses that the lab is asked by.
func (s *Standing) Family() lab.Family { return s.run.options.Family }
