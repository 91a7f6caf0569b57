package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/signature"
)

// Record is a run as it is kept: what report.json holds, and what every page is made of. Only the packets themselves are not
// in it; they are in the captures. The names of the JSON fields are stable: programs read them.
type Record struct {
	Scenario   string                       `json:"scenario"`
	Title      string                       `json:"title"`
	Story      string                       `json:"story"`
	Engine     string                       `json:"engine"`
	Family     harness.Family               `json:"family"`
	Match      bool                         `json:"match"`
	Skipped    string                       `json:"skipped,omitempty"`
	Free       bool                         `json:"free,omitempty"`
	Verdict    string                       `json:"verdict"`
	Fault      string                       `json:"fault"`
	ByHand     []string                     `json:"by_hand,omitempty"`
	Fixtures   []string                     `json:"fixtures,omitempty"`
	Target     string                       `json:"target"`
	Wanted     string                       `json:"wanted"`
	Mismatches []MismatchRecord             `json:"mismatches"`
	Client     ClientRecord                 `json:"client"`
	Packets    map[string][]string          `json:"packets"`
	Counters   map[string]harness.Counters  `json:"counters"`
	Witnesses  []string                     `json:"witnesses,omitempty"`
	Phases     []PhaseRecord                `json:"phases"`
	Speed      float64                      `json:"speed"`
	SYNsDueMS  []float64                    `json:"syns_due_ms"`
	Kernel     string                       `json:"kernel"`
	Sysctls    map[string]map[string]string `json:"sysctls"`
	Topology   harness.Topology             `json:"topology"`
	Artifacts  string                       `json:"artifacts"`

	attachments map[string][]byte
}

// The hosts of every scenario that names no others.
const (
	clientHost = "client"
	serverHost = "server"
)

// MismatchRecord is a difference between what was wanted and what was seen.
type MismatchRecord struct {
	Phase  harness.PhaseName `json:"phase"`
	At     string            `json:"at"`
	Reason string            `json:"reason"`
	Detail string            `json:"detail,omitempty"`
}

// ClientRecord is what a client felt.
type ClientRecord struct {
	harness.Outcome
	ElapsedMS float64 `json:"elapsed_ms"`
}

// PhaseRecord is a phase of the run.
type PhaseRecord struct {
	Name harness.PhaseName `json:"name"`
	// Check is the name of the check of the phase, Question what it answers, Target whom it asked.
	Check     string              `json:"check,omitempty"`
	Question  string              `json:"question,omitempty"`
	Target    string              `json:"target,omitempty"`
	ElapsedMS float64             `json:"elapsed_ms"`
	Client    *ClientRecord       `json:"client,omitempty"`
	Packets   map[string][]string `json:"packets,omitempty"`

	traces []wire.Trace
}

// JSON writes the report as one JSON object on one line.
func JSON(w io.Writer, r *harness.Report) error { return json.NewEncoder(w).Encode(NewRecord(r)) }

// ReadRecord reads what [JSON] has written. It has no packets until [Record.SetTraces].
func ReadRecord(r io.Reader) (*Record, error) {
	var record Record
	if err := json.NewDecoder(r).Decode(&record); err != nil {
		return nil, fmt.Errorf("it is not the report of a run: %w", err)
	}
	if record.Scenario == "" || len(record.Topology.Hosts) == 0 {
		return nil, fmt.Errorf("it is not the report of a run: it names no scenario, or no topology")
	}
	return &record, nil
}

// NewRecord is the report as it is kept.
func NewRecord(r *harness.Report) *Record {
	s := r.Scenario
	out := &Record{
		Scenario: s.Name, Title: s.Title, Story: s.Story, Engine: r.Engine, Family: r.Family, Match: r.Match(), Skipped: r.Skipped, Free: r.Free,
		Verdict: s.Verdict, Fault: faultOf(r), Fixtures: r.Fixtures, ByHand: byHand(s.Fault, r.Family), Target: orElse(s.Target, serverHost),
		Wanted: s.Want.Client.In(r.Family).String(), Mismatches: []MismatchRecord{}, Client: clientOf(r.Client),
		Packets: map[string][]string{}, Counters: r.Counters, Phases: []PhaseRecord{}, Kernel: r.Kernel, Speed: r.Speed,
		Sysctls: r.Sysctls, Topology: topologyOf(s), Artifacts: r.Artifacts,
	}
	for _, c := range s.Want.Counters {
		out.Witnesses = append(out.Witnesses, c.String())
	}
	for _, at := range due(r.Schedule.Gaps) {
		out.SYNsDueMS = append(out.SYNsDueMS, milliseconds(at))
	}
	for _, m := range r.Mismatches {
		out.Mismatches = append(out.Mismatches, MismatchRecord(m))
	}
	if p := r.Phase(harness.Observe); p != nil {
		out.Packets = packetsOf(p.Traces)
	}
	for _, p := range r.Phases {
		out.Phases = append(out.Phases, phaseOf(s, p))
	}
	return out
}

func phaseOf(s harness.Scenario, p harness.Phase) PhaseRecord {
	out := PhaseRecord{Name: p.Name, Check: p.Check, ElapsedMS: milliseconds(p.Elapsed), Packets: packetsOf(p.Traces), traces: p.Traces}
	if p.Client != nil {
		client := clientOf(*p.Client)
		out.Client = &client
	}
	if i := slices.IndexFunc(s.Checks, func(c harness.Check) bool { return c.Name == p.Check }); p.Check != "" && i >= 0 {
		out.Question, out.Target = s.Checks[i].Question, s.Checks[i].Target
	}
	return out
}

// SetTraces gives the phase with the index what was captured in it.
func (r *Record) SetTraces(phase int, traces []wire.Trace) { r.Phases[phase].traces = traces }

// Name is "closed-port/netns/ipv4".
func (r *Record) Name() string { return r.Scenario + "/" + r.Engine + "/" + r.Family.String() }

// Phase returns the named phase, or nil when the run did not get that far.
func (r *Record) Phase(name harness.PhaseName) *PhaseRecord {
	for i := range r.Phases {
		if r.Phases[i].Name == name {
			return &r.Phases[i]
		}
	}
	return nil
}

// Ladder is what was seen in the phase, along the way from the client to whom it asked.
func (r *Record) Ladder(p *PhaseRecord) Ladder {
	l := NewLadder(LabPath(r.Topology, r.Family, clientHost, orElse(p.Target, r.Target), p.traces, r.off(p)))
	if r.Speed > 1 {
		l.LongGap = time.Duration(float64(longGap) / r.Speed)
	}
	if p.Client != nil {
		l.End = l.ending(p)
	}
	return l
}

// ending puts the end of the client's attempt among the packets. The client may have begun before the first of them (a
// program must be started), or long after (a connection out of a pool). Where its clock is not that of the captures, as
// with an engine on another machine, or where it ends some time after it has told its result, it is taken to have begun
// with the first.
func (l *Ladder) ending(p *PhaseRecord) *Ending {
	o := p.Client.Outcome
	e := &Ending{After: o.Elapsed, OK: o.OK(), Text: ended(o)}
	after := o.Ended.Sub(l.Start)
	began := after - o.Elapsed
	switch {
	case len(l.Arrows) == 0, after < 0, milliseconds(after) > p.ElapsedMS:
	case began <= 0:
		e.After = after
	case began >= l.LongGap:
		e.Began, e.After = began, after
	}
	return e
}

// off are the hosts that were switched off while the fault held: those have no counters.
func (r *Record) off(p *PhaseRecord) []string {
	if p.Name != harness.Observe && p.Name != harness.Checking || len(r.Counters) == 0 {
		return nil
	}
	var list []string
	for _, h := range r.Topology.Hosts {
		if _, on := r.Counters[h.Name]; !on {
			list = append(list, h.Name)
		}
	}
	return list
}

func topologyOf(s harness.Scenario) harness.Topology {
	if s.Topology.Name == "" {
		return harness.Routed()
	}
	return s.Topology
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func faultOf(r *harness.Report) string {
	if r.Scenario.Fault == nil {
		return harness.NoFault{}.String()
	}
	return r.Scenario.Fault.String()
}

// byHand is how one would break it with the usual tools, where there is a command for it.
func byHand(f harness.Fault, family harness.Family) []string {
	switch f := f.(type) {
	case harness.FirewallRule:
		return []string{fmt.Sprintf("sudo %s  # on the %s", f.Rule.Command(family), f.Host)}
	case harness.StopService:
		return []string{fmt.Sprintf("sudo fuser -k %d/tcp  # on the server", harness.Port)}
	case harness.HangService:
		return []string{fmt.Sprintf("sudo fuser -k -STOP %d/tcp  # on the server", harness.Port)}
	case harness.StopHost:
		return []string{"sudo poweroff  # on the " + f.Host}
	}
	return nil
}

func clientOf(o harness.Outcome) ClientRecord {
	return ClientRecord{Outcome: o, ElapsedMS: milliseconds(o.Elapsed)}
}

// packetsOf returns the lines of each vantage point's trace: the connection attempts to the service, one after the
// other, then the pings. A vantage point that saw none has an empty list.
func packetsOf(traces []wire.Trace) map[string][]string {
	if traces == nil {
		return nil
	}
	points := map[string][]string{}
	for _, t := range traces {
		lines := []string{}
		for _, a := range slices.Concat(t.Attempts(harness.Port), t.Echoes()) {
			lines = append(lines, signature.Lines(a)...)
		}
		points[t.Point] = lines
	}
	return points
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
