package assistant

import (
	"bytes"
	"context"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/tcplab/tcplab/failures"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/scenarios"
)

type listQuestion struct {
	Group    string `json:"group,omitempty" jsonschema:"the scenarios of one group alone"`
	Language string `json:"language,omitempty" jsonschema:"en or ko"`
}

type listAnswer struct {
	Scenarios []failures.ScenarioEntry `json:"scenarios"`
}

type explainQuestion struct {
	Name     string `json:"name" jsonschema:"a verdict such as no-answer, a cause, or a scenario such as closed-port"`
	Language string `json:"language,omitempty" jsonschema:"en or ko"`
}

// addCatalogue adds what is known of failures without a capture and without a lab.
func addCatalogue(s *mcp.Server) {
	var groups []string
	for _, g := range scenarios.Groups() {
		groups = append(groups, g.ID)
	}
	mcp.AddTool(s, &mcp.Tool{Name: "list", Title: "List scenarios", Annotations: reading(),
		Description: "List the failures that a lab can make, each with its verdict. The groups are " + strings.Join(groups, ", ") + "."},
		func(_ context.Context, _ *mcp.CallToolRequest, q listQuestion) (*mcp.CallToolResult, any, error) {
			answer, err := list(q)
			return nil, answer, err
		})
	mcp.AddTool(s, &mcp.Tool{Name: "explain", Title: "Explain a failure", Annotations: reading(),
		Description: "The page of a verdict, a cause or a scenario: what it is, what each client feels, how it is told from its rivals, by which commands."},
		func(_ context.Context, _ *mcp.CallToolRequest, q explainQuestion) (*mcp.CallToolResult, any, error) {
			text, err := explain(q)
			return textResult(text), nil, err
		})
}

func list(q listQuestion) (*listAnswer, error) {
	tag, err := lang.Parse(q.Language)
	if err != nil {
		return nil, err
	}
	all := scenarios.All()
	if q.Group != "" {
		if all, err = scenarios.InGroup(q.Group); err != nil {
			return nil, err
		}
	}
	return &listAnswer{entries(all, tag)}, nil
}

func entries(all []harness.Scenario, tag lang.Tag) (some []failures.ScenarioEntry) {
	for _, s := range all {
		some = append(some, failures.NewScenarioEntry(s, tag))
	}
	return some
}

func explain(q explainQuestion) (string, error) {
	tag, err := lang.Parse(q.Language)
	if err != nil {
		return "", err
	}
	page, err := failures.Of(q.Name, tag)
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	err = page.Text(&text)
	return text.String(), err
}

func textResult(text string) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}
}
