// Package report shows what a run has shown: as text for a terminal, and as JSON for programs.
//
// It is pure but for the writer: a report goes in, bytes come out.
package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/signature"
)

// The field names are stable: programs read them.
type runJSON struct {
	Scenario   string                       `json:"scenario"`
	Engine     string                       `json:"engine"`
	Family     harness.Family               `json:"family"`
	Match      bool                         `json:"match"`
	Skipped    string                       `json:"skipped,omitempty"`
	Verdict    string                       `json:"verdict"`
	Fault      string                       `json:"fault"`
	Fixtures   []string                     `json:"fixtures,omitempty"`
	Mismatches []mismatchJSON               `json:"mismatches"`
	Client     clientJSON                   `json:"client"`
	Packets    map[string][]string          `json:"packets"`
	Counters   map[string]harness.Counters  `json:"counters"`
	Phases     []phaseJSON                  `json:"phases"`
	Speed      float64                      `json:"speed"`
	SYNsDueMS  []float64                    `json:"syns_due_ms"`
	Kernel     string                       `json:"kernel"`
	Sysctls    map[string]map[string]string `json:"sysctls"`
	Artifacts  string                       `json:"artifacts"`
}

type mismatchJSON struct {
	Phase  harness.PhaseName `json:"phase"`
	At     string            `json:"at"`
	Reason string            `json:"reason"`
	Detail string            `json:"detail,omitempty"`
}

type clientJSON struct {
	harness.Outcome
	ElapsedMS float64 `json:"elapsed_ms"`
}

type phaseJSON struct {
	Name      harness.PhaseName   `json:"name"`
	ElapsedMS float64             `json:"elapsed_ms"`
	Client    *clientJSON         `json:"client,omitempty"`
	Packets   map[string][]string `json:"packets,omitempty"`
}

// JSON writes the report as one JSON object on one line.
func JSON(w io.Writer, r *harness.Report) error {
	out := runJSON{
		Scenario: r.Scenario.Name, Engine: r.Engine, Family: r.Family, Match: r.Match(), Skipped: r.Skipped,
		Verdict: r.Scenario.Verdict, Fault: faultOf(r), Fixtures: r.Fixtures, Mismatches: []mismatchJSON{}, Client: clientOf(r.Client),
		Packets: map[string][]string{}, Counters: r.Counters, Phases: []phaseJSON{}, Kernel: r.Kernel, Speed: r.Speed,
		Sysctls: r.Sysctls, Artifacts: r.Artifacts,
	}
	for _, at := range due(r.Schedule.Gaps) {
		out.SYNsDueMS = append(out.SYNsDueMS, milliseconds(at))
	}
	for _, m := range r.Mismatches {
		out.Mismatches = append(out.Mismatches, mismatchJSON(m))
	}
	if p := r.Phase(harness.Observe); p != nil {
		out.Packets = packetsOf(p.Traces)
	}
	for _, p := range r.Phases {
		phase := phaseJSON{Name: p.Name, ElapsedMS: milliseconds(p.Elapsed), Packets: packetsOf(p.Traces)}
		if p.Client != nil {
			client := clientOf(*p.Client)
			phase.Client = &client
		}
		out.Phases = append(out.Phases, phase)
	}
	return json.NewEncoder(w).Encode(out)
}

func faultOf(r *harness.Report) string {
	if r.Scenario.Fault == nil {
		return harness.NoFault{}.String()
	}
	return r.Scenario.Fault.String()
}

func clientOf(o harness.Outcome) clientJSON {
	return clientJSON{Outcome: o, ElapsedMS: milliseconds(o.Elapsed)}
}

// packetsOf returns the lines of each vantage point's trace: the connection attempts to the service, one after the
// other. A vantage point that saw none has an empty list.
func packetsOf(traces []wire.Trace) map[string][]string {
	if traces == nil {
		return nil
	}
	points := map[string][]string{}
	for _, t := range traces {
		lines := []string{}
		for _, a := range t.Attempts(harness.Port) {
			lines = append(lines, signature.Lines(a)...)
		}
		points[t.Point] = lines
	}
	return points
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
