package drivers

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:embed page.md.tmpl
var pageText string

// document is the page.
var document = filepath.Join("..", "docs", "drivers.md")

// drawn says whether the page has the drawing of a cell.
func drawn(driver, failure string) bool {
	return strings.Contains(pageText, fmt.Sprintf("{{drawing %q %q}}", driver, failure))
}

// TestPage: docs/drivers.md is what is recorded.
func TestPage(t *testing.T) {
	p := page{t, map[string]record{}}
	for _, d := range drivers {
		r := recorded(t, d)
		p.records[d.key()] = r
		if version := required(d.module); version != "" {
			assert.Equal(t, version, r.Version, "%s was measured with another version than go.mod has: run make drivers", d.key())
		}
	}
	text, err := template.New("page").Option("missingkey=error").Funcs(template.FuncMap{
		"versions": p.versions, "matrix": p.matrix, "details": p.details, "drawing": p.drawing, "cell": p.cell, "limit": inSeconds,
		"join":    func(list []string) string { return strings.Join(list, ", ") },
		"errorOf": func(driver, failure string) string { return p.cell(driver, failure).Error },
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
	assert.Equal(t, b.String(), string(old), "docs/drivers.md is stale: run go test -run TestPage -update in drivers")
}

// page makes the parts of the document.
type page struct {
	t       *testing.T
	records map[string]record
}

func (p page) cell(driver, failure string) cell {
	c, ok := p.records[driver].Cells[failure]
	require.True(p.t, ok, "%s in %s is not recorded: run make drivers", driver, failure)
	return c
}

// row names a driver in a table.
func (d driver) row() string {
	if d.tuned == "" {
		return d.name
	}
	return d.name + ", " + d.tuned
}

func (p page) versions() string {
	var b strings.Builder
	fmt.Fprint(&b, "| driver | version | server | Go | kernel | measured |\n|---|---|---|---|---|---|\n")
	for _, d := range drivers {
		r := p.records[d.key()]
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", d.row(), r.Version, r.Server, r.Go, r.Kernel, r.Date)
	}
	return b.String()
}

// matrix is how each call ended, and with how many executions where it is not plain.
func (p page) matrix() string {
	var b strings.Builder
	fmt.Fprint(&b, "| driver |")
	for _, f := range failures {
		fmt.Fprintf(&b, " [%s](#%[1]s) |", f.name)
	}
	fmt.Fprintf(&b, "\n|---|%s\n", strings.Repeat("---|", len(failures)))
	for _, d := range drivers {
		fmt.Fprintf(&b, "| %s |", d.row())
		for _, f := range failures {
			text := "-"
			if f.meets(d) {
				text = p.cell(d.key(), f.name).brief()
			}
			fmt.Fprintf(&b, " %s |", text)
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

func (c cell) brief() string {
	text := c.ending()
	switch {
	case c.Executed > 1:
		text += fmt.Sprintf(", **executed %d times**", c.Executed)
	case c.End == "error" && c.Executed == 1:
		text += ", executed"
	}
	if !c.Recovers {
		text += ", **does not recover**"
	}
	return text
}

// ending is how the call ended, and when.
func (c cell) ending() string {
	switch c.End {
	case "waiting":
		return fmt.Sprintf("**still waiting after %s**", inSeconds())
	case "ok":
		return "ok " + after(c.Seconds)
	}
	return "error " + after(c.Seconds)
}

// inSeconds is the limit in words.
func inSeconds() string { return fmt.Sprintf("%.0f s", limit.Seconds()) }

// after is a time in words. What is less than half a second says more of the machine than of the driver.
func after(seconds float64) string {
	if seconds < 0.5 {
		return "at once"
	}
	return fmt.Sprintf("after %.1f s", seconds)
}

// details are the tables of each failure.
func (p page) details() string {
	var b strings.Builder
	for _, f := range failures {
		fmt.Fprintf(&b, "### %s\n\n%s. Scenario `%s`.\n\n", f.name, f.title, f.scenario)
		fmt.Fprint(&b, "| driver | the call | its error | which is | executed | connections, SYNs | sockets left | recovers | goroutines left |\n|---|---|---|---|---|---|---|---|---|\n")
		for _, d := range drivers {
			if f.meets(d) {
				c := p.cell(d.key(), f.name)
				fmt.Fprintf(&b, "| %s | %s | %s | %s | %d | %d, %d | %s | %s | %s |\n", d.row(), c.ending(), quoted(c.Error), strings.Join(c.Is, ", "),
					c.Executed, c.Connections, c.SYNs, strings.Join(c.Sockets, ", "), c.recovery(), c.left(d))
			}
		}
		fmt.Fprintln(&b)
	}
	return strings.TrimSpace(b.String())
}

func (c cell) recovery() string {
	if !c.Recovers {
		return "not within " + inSeconds()
	}
	text := after(c.RecoversAfter)
	if c.Failed > 0 {
		text += fmt.Sprintf(", %d failed", c.Failed)
	}
	return text
}

// left are the goroutines of a driver in Go.
func (c cell) left(d driver) string {
	if d.program != nil {
		return "-"
	}
	return strconv.Itoa(c.Goroutines)
}

// quoted is an error's text in a cell of a table.
func quoted(text string) string {
	if text == "" {
		return ""
	}
	const most = 160
	if len(text) > most {
		text = text[:most] + " ..."
	}
	return "`" + strings.NewReplacer("`", "'", "|", `\|`).Replace(text) + "`"
}

// shortened leaves out lines in the middle of a long drawing.
func shortened(text string) string {
	const head, tail = 20, 8
	lines := strings.Split(text, "\n")
	if len(lines) <= head+tail+1 {
		return text
	}
	left := fmt.Sprintf("       ...    %d more lines", len(lines)-head-tail)
	return strings.Join(slices.Concat(lines[:head], []string{left}, lines[len(lines)-tail:]), "\n")
}

func (p page) drawing(driver, failure string) string {
	for _, d := range drivers {
		if d.key() == driver {
			text, err := os.ReadFile(d.file("-" + failure + ".txt"))
			require.NoError(p.t, err)
			return shortened(strings.TrimRight(string(text), "\n"))
		}
	}
	p.t.Fatalf("no driver is called %s", driver)
	return ""
}
