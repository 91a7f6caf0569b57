package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tcplab/tcplab/harness"
)

// profiled are the phases of a run, and so the columns of a profile.
var profiled = []harness.PhaseName{harness.Up, harness.Baseline, harness.Break, harness.Observe, harness.Heal, harness.Down}

// printProfile shows for each run how long each of its phases took, and what of that was not the client's own waiting.
func printProfile(out io.Writer, results []result) {
	fmt.Fprintf(out, "%-44s", "milliseconds")
	for _, name := range profiled {
		fmt.Fprintf(out, "%9s", name)
	}
	fmt.Fprintf(out, "%9s%9s\n", "total", "overhead")
	for _, r := range results {
		if r.report != nil {
			fmt.Fprintln(out, profileLine(r.report))
		}
	}
}

func profileLine(r *harness.Report) string {
	var line strings.Builder
	fmt.Fprintf(&line, "%-44s", r.Name())
	total, waited := time.Duration(0), time.Duration(0)
	for _, name := range profiled {
		p := r.Phase(name)
		if p == nil {
			fmt.Fprintf(&line, "%9s", "-")
			continue
		}
		total += p.Elapsed
		if p.Client != nil {
			waited += p.Client.Elapsed
		}
		fmt.Fprintf(&line, "%9.1f", p.Elapsed.Seconds()*1000)
	}
	fmt.Fprintf(&line, "%9.1f%9.1f", total.Seconds()*1000, (total-waited).Seconds()*1000)
	return line.String()
}
