package halfopen

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:embed page.md.tmpl
var pageText string

// document is the page.
var document = filepath.Join("..", "..", "docs", "half-open.md")

// shown are the cells of which the page has the drawing.
func shown() (list []place) {
	for _, call := range regexp.MustCompile(`\{\{drawing "([^"]+)" "([^"]+)"\}\}`).FindAllStringSubmatch(pageText, -1) {
		for _, p := range places() {
			if p.moment.name == call[1] && p.timer.name == call[2] {
				list = append(list, p)
			}
		}
	}
	return list
}

// TestPage: docs/half-open.md is what is recorded.
func TestPage(t *testing.T) {
	p := page{t, recorded(t)}
	text, err := template.New("page").Option("missingkey=error").Funcs(template.FuncMap{
		"matrix": p.matrix, "settings": p.settings, "details": p.details, "drawing": p.drawing, "took": p.took, "record": func() record { return p.record },
		"version":    func(of string) string { return p.version(of) },
		"synGiveUp":  func() string { return seconds(synGiveUp(kernelDefaults.sysctls)) },
		"dataGiveUp": func() string { return seconds(patience(retries(kernelDefaults.sysctls))) },
		"keepAlive":  func() string { return seconds(keepAliveGivesUp(kernelDefaults)) },
	}).Parse(pageText)
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, text.Execute(&b, nil))
	if *update {
		require.NoError(t, os.WriteFile(document, []byte(b.String()), 0o644))
		return
	}
	old, err := os.ReadFile(document)
	require.NoError(t, err)
	assert.Equal(t, b.String(), string(old), "docs/half-open.md is stale: run go test -run TestPage -update in drivers/halfopen")
}

// page makes the parts of the document.
type page struct {
	t      *testing.T
	record record
}

func (p page) cell(moment, timer string) cell {
	c, ok := p.record.Cells[moment][timer]
	require.True(p.t, ok, "%s in %s is not recorded: run make half-open", timer, moment)
	return c
}

// took is how long a wait was.
func (p page) took(moment, timer string) string {
	return fmt.Sprintf("%.2f s", p.cell(moment, timer).Elapsed.Seconds())
}

// version is that which go.mod has of a module, or of Go, without its patch level.
func (p page) version(of string) string {
	text, err := os.ReadFile(filepath.Join("..", "go.mod"))
	require.NoError(p.t, err)
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == of {
			return minor(strings.TrimPrefix(words[1], "v"))
		}
	}
	p.t.Fatalf("go.mod has no %s", of)
	return ""
}

func minor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// matrix is whether each timer ends the wait of each moment, and after how long.
func (p page) matrix() string {
	var b strings.Builder
	fmt.Fprint(&b, "| |")
	for _, m := range moments {
		fmt.Fprintf(&b, " [%s](#%[1]s) |", m.name)
	}
	fmt.Fprintf(&b, "\n|---|%s\n", strings.Repeat("---|", len(moments)))
	for _, x := range timers {
		fmt.Fprintf(&b, "| %s |", x.name)
		for _, m := range moments {
			fmt.Fprintf(&b, " %s |", p.cell(m.name, x.name).brief(x.ends[m.name]))
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

// brief is the cell in the table at a glance.
func (c cell) brief(b bound) string {
	switch {
	case c.End == "waiting":
		return "-"
	case b.none:
		return "**no wait**"
	case c.End == "ok":
		return fmt.Sprintf("answer, %.1f s", c.Elapsed.Seconds())
	}
	return fmt.Sprintf("**%.1f s**", c.Elapsed.Seconds())
}

func (p page) settings() string {
	var b strings.Builder
	fmt.Fprint(&b, "| timer | set to |\n|---|---|\n")
	for _, x := range timers {
		fmt.Fprintf(&b, "| %s | %s |\n", x.name, x.set)
	}
	return b.String()
}

// details are the tables of each moment.
func (p page) details() string {
	var b strings.Builder
	for _, m := range moments {
		fmt.Fprintf(&b, "### %s\n\n%s. Scenario `%s`.\n\n", m.name, m.title, m.scenario)
		fmt.Fprint(&b, "| timer | the wait | by the formula | formula, or why it lasts | sent again, probes | the error is | its text |\n|---|---|---|---|---|---|---|\n")
		for _, x := range timers {
			c := p.cell(m.name, x.name)
			bound, ends := x.ends[m.name]
			text, by := bound.formula, "-"
			if !ends {
				text = x.lasts[m.name].text
			} else if !bound.none {
				by = fmt.Sprintf("%.2f s", bound.at(recordedValues, c.Seen).Seconds())
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %d, %d | %s | %s |\n", x.name, c.ending(), by, text, len(c.Seen.Retransmissions), len(c.Seen.Probes), c.Is, quoted(c.Error))
		}
		fmt.Fprintln(&b)
	}
	return strings.TrimSpace(b.String())
}

// ending is how the call ended, and when.
func (c cell) ending() string {
	switch c.End {
	case "waiting":
		return fmt.Sprintf("**lasts**: still there after %.0f s", c.Elapsed.Seconds())
	case "ok":
		return fmt.Sprintf("answered after %.2f s", c.Elapsed.Seconds())
	}
	return fmt.Sprintf("ends after %.2f s", c.Elapsed.Seconds())
}

// quoted is an error's text in a cell of a table.
func quoted(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.NewReplacer("`", "'", "|", `\|`).Replace(text) + "`"
}

// seconds is a time in words.
func seconds(d time.Duration) string { return fmt.Sprintf("%g s", d.Seconds()) }

func (p page) drawing(moment, timer string) string {
	for _, s := range shown() {
		if s.moment.name == moment && s.timer.name == timer {
			text, err := os.ReadFile(drawingName(s))
			require.NoError(p.t, err, "run make half-open")
			return strings.TrimRight(string(text), "\n")
		}
	}
	p.t.Fatalf("there is no cell %s in %s", timer, moment)
	return ""
}
