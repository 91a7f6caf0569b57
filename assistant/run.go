package assistant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/probe"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/scenarios"
)

type runQuestion struct {
	Scenario string `json:"scenario" jsonschema:"the name of a scenario, such as closed-port"`
	IPv6     bool   `json:"ipv6,omitempty" jsonschema:"IPv6 in place of IPv4"`
}

// addRun adds the tool that makes a failure. Nothing outlives the call.
func addRun(s *mcp.Server, engine func(context.Context) (lab.Engine, error)) {
	own := reading()
	own.ReadOnlyHint = false // it builds a lab, and takes it down
	mcp.AddTool(s, &mcp.Tool{Name: "run", Title: "Run a scenario", Annotations: own,
		Description: "Make a failure on real kernels in a lab of its own, and hold what the client felt and what each place saw against what was expected. It takes as long as the failure's timers, mostly " +
			"some seconds. The lab has no way to any other network, and is gone afterwards."},
		func(ctx context.Context, _ *mcp.CallToolRequest, q runQuestion) (*mcp.CallToolResult, any, error) {
			text, answer, err := run(ctx, engine, q)
			return textResult(text), answer, err
		})
}

func run(ctx context.Context, choose func(context.Context) (lab.Engine, error), q runQuestion) (text string, answer json.RawMessage, err error) {
	s, err := scenarios.Named(q.Scenario)
	if err != nil {
		return "", nil, err
	}
	engine, err := choose(ctx)
	if err != nil {
		return "", nil, err
	}
	family := lab.IPv4
	if q.IPv6 {
		family = lab.IPv6
	}
	r, err := harness.Run(ctx, engine, s, harness.Options{Family: family})
	if c, ok := engine.(io.Closer); ok { // what a lab is made of is gone with the answer
		err = errors.Join(err, c.Close())
	}
	if err == nil && r.Skipped != "" {
		err = errors.New("skipped: " + r.Skipped)
	}
	if err != nil {
		return "", nil, err
	}
	var drawn, record bytes.Buffer
	err = errors.Join(report.Style{}.Text(&drawn, r), report.JSON(&record, r))
	return drawn.String(), record.Bytes(), err
}

type probeQuestion struct {
	Target  string  `json:"target" jsonschema:"host:port or a URL; of a URL nothing is requested"`
	Timeout float64 `json:"timeout_s,omitempty" jsonschema:"how long to wait for each answer, in seconds; 3 where it is not given"`
}

type probeAnswer struct {
	Addresses []probe.Probed `json:"addresses"`
}

// addProbe adds the tool that sends packets to what the assistant names.
func addProbe(s *mcp.Server) {
	mcp.AddTool(s, &mcp.Tool{Name: "probe", Title: "Probe an endpoint", Annotations: &mcp.ToolAnnotations{IdempotentHint: true, DestructiveHint: new(bool)},
		Description: "Name what is wrong with a live endpoint: for each address, three pings and one connection that is closed at once. It sends nothing else."},
		func(ctx context.Context, _ *mcp.CallToolRequest, q probeQuestion) (*mcp.CallToolResult, any, error) {
			answer, err := probeOne(ctx, q)
			return nil, answer, err
		})
}

// longestProbe keeps a call from waiting for ever, in seconds.
const longestProbe = 60

func probeOne(ctx context.Context, q probeQuestion) (*probeAnswer, error) {
	target, err := probe.ParseTarget(q.Target)
	if err != nil {
		return nil, err
	}
	timeout := probe.DefaultTimeout
	switch {
	case q.Timeout < 0 || q.Timeout > longestProbe:
		return nil, errors.New("timeout_s is more than 0 and at most 60")
	case q.Timeout > 0:
		timeout = time.Duration(q.Timeout * float64(time.Second))
	}
	results, err := probe.Run(ctx, target, timeout)
	if err != nil {
		return nil, err
	}
	return &probeAnswer{results}, nil
}
