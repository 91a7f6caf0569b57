package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/ladder"
	"github.com/tcplab/tcplab/wire/signature"
)

// RunRecord is a run as it is kept: what report.json holds, and what every page is made of. Only the packets themselves are not
// in it; they are in the captures. The names of the JSON fields are stable: programs read them.
type RunRecord struct {
	// Scenario is the name of the failure.
	Scenario string `json:"scenario"`
	// Title is what goes wrong, in a sentence.
	Title string `json:"title"`
	// Story is what happens, in some sentences.
	Story string `json:"story"`
	// Engine is what built the lab: "netns" or "docker".
	Engine string `json:"engine"`
	// Family is 4 for IPv4, 6 for IPv6.
	Family lab.Family `json:"family"`
	// Match says that all was as the scenario expects.
	Match bool `json:"match"`
	// Skipped is why the scenario could not be run here.
	Skipped string `json:"skipped,omitempty"`
	// Free says that another client than the scenario's own acted, which is observed and not judged.
	Free bool `json:"free,omitempty"`
	// Verdict is the scenario's: the fate of the connection that is expected.
	Verdict string `json:"verdict"`
	// Diagnosis is what the captures say, without knowing the scenario.
	Diagnosis *DiagnosisRecord `json:"diagnosis,omitempty"`
	// Fault is what was broken, in words.
	Fault string `json:"fault"`
	// ByHand are commands that break the same in a lab that stands.
	ByHand []string `json:"by_hand,omitempty"`
	// Fixtures are what stands in the lab from the beginning, in words.
	Fixtures []string `json:"fixtures,omitempty"`
	// Target is the host that the client asks.
	Target string `json:"target"`
	// Also are other hosts that the client may ask.
	Also []string `json:"also,omitempty"`
	// Wanted is how the client must end.
	Wanted string `json:"wanted"`
	// LatenessMS is how late the machine was at the most while the client acted.
	LatenessMS float64 `json:"lateness_ms,omitempty"`
	// Mismatches are the differences between expected and seen.
	Mismatches []MismatchRecord `json:"mismatches"`
	// Client is what the client felt while the fault held.
	Client ClientRecord `json:"client"`
	// Packets are the lines of the trace at each vantage point, while the fault held.
	Packets map[string][]string `json:"packets"`
	// Counters are the kernel's, by host, as far as they grew while the client acted.
	Counters map[string]lab.Counters `json:"counters"`
	// Witnesses are the counters that the scenario expects, in words.
	Witnesses []string `json:"witnesses,omitempty"`
	// Phases are the parts of the run, in their order.
	Phases []PhaseRecord `json:"phases"`
	// Speed is how many times faster than in reality the kernel's timers ran; 0 or 1 is real time.
	Speed float64 `json:"speed"`
	// SYNsDueMS are when the SYNs of an attempt without an answer are due, since the first one.
	SYNsDueMS []float64 `json:"syns_due_ms"`
	// Kernel is the release of the kernel of the hosts.
	Kernel string `json:"kernel"`
	// Sysctls are the kernel parameters that were pinned, by host.
	Sysctls map[string]map[string]string `json:"sysctls"`
	// Topology is the lab: hosts, and the segments between these.
	Topology lab.Topology `json:"topology"`
	// Artifacts is the folder with the captures and the pages.
	Artifacts string `json:"artifacts"`

	attachments map[string][]byte
	index       string
	fixtures    []lang.Text // Fixtures in each language, where they are known
}

// LinkIndex lets the page of the run lead to the page about all runs, by an address relative to its own.
func (r *RunRecord) LinkIndex(page string) { r.index = page }

// The hosts of every scenario that names no others.
const (
	clientHost = "client"
	serverHost = "server"
)

// MismatchRecord is a difference between what was wanted and what was seen.
type MismatchRecord struct {
	// Phase is the one in which it was seen.
	Phase harness.PhaseName `json:"phase"`
	// At is where: the client, a vantage point, a counter.
	At string `json:"at"`
	// Reason is the difference, in a sentence.
	Reason string `json:"reason"`
	// Detail is what was wanted beside what was seen.
	Detail string `json:"detail,omitempty"`
}

// ClientRecord is what a client felt.
type ClientRecord struct {
	lab.Outcome
	// ElapsedMS is how long the client took, by its own clock.
	ElapsedMS float64 `json:"elapsed_ms"`
}

// PhaseRecord is a phase of the run.
type PhaseRecord struct {
	// Name is "up", "baseline", "break", "observe", "check", "heal" or "down".
	Name harness.PhaseName `json:"name"`
	// Check is the name of the check of the phase, Question what it answers, Target whom it asked.
	Check    string `json:"check,omitempty"`
	Question string `json:"question,omitempty"`
	Target   string `json:"target,omitempty"`
	// ElapsedMS is how long the phase took.
	ElapsedMS float64 `json:"elapsed_ms"`
	// Client is what the client felt in the phase, where it acted.
	Client *ClientRecord `json:"client,omitempty"`
	// Packets are the lines of the trace at each vantage point.
	Packets map[string][]string `json:"packets,omitempty"`

	traces   []wire.Trace
	question lang.Text // Question in each language, where it is known
}

// JSON writes the report as one JSON object on one line.
func JSON(w io.Writer, r *harness.Report) error { return EncodeJSON(w, NewRecord(r)) }

// ReadRecord reads what [JSON] has written. It has no packets until [RunRecord.SetTraces].
func ReadRecord(r io.Reader) (*RunRecord, error) {
	var kept struct {
		Schema int `json:"schema"`
		RunRecord
	}
	if err := json.NewDecoder(r).Decode(&kept); err != nil {
		return nil, fmt.Errorf("it is not the report of a run: %w", err)
	}
	if kept.Schema > Schema {
		return nil, fmt.Errorf("it was written by a newer tcplab (schema %d, and this one knows %d): read it with that one", kept.Schema, Schema)
	}
	record := kept.RunRecord
	if record.Scenario == "" || len(record.Topology.Hosts) == 0 {
		return nil, fmt.Errorf("it is not the report of a run: it names no scenario, or no topology")
	}
	return &record, nil
}

// NewRecord is the report as it is kept.
func NewRecord(r *harness.Report) *RunRecord {
	s := r.Scenario
	out := &RunRecord{
		Scenario: s.Name, Title: s.Title.English, Story: s.Story.English, Engine: r.Engine, Family: r.Family, Match: r.Match(), Skipped: r.Skipped, Free: r.Free,
		Verdict: s.Verdict, Fault: faultOf(r), Fixtures: english(r.Fixtures), fixtures: r.Fixtures, ByHand: byHand(s.Fault, r.Family), Target: orElse(s.Target, serverHost),
		Wanted: s.Want.Client.In(r.Family).String(), LatenessMS: milliseconds(r.Lateness), Mismatches: []MismatchRecord{}, Client: clientOf(r.Client),
		Packets: map[string][]string{}, Counters: r.Counters, Phases: []PhaseRecord{}, Kernel: r.Kernel, Speed: r.Speed,
		Sysctls: r.Sysctls, Topology: topologyOf(s), Artifacts: r.Artifacts,
	}
	if r.Diagnosis != nil {
		d := NewDiagnosisRecord("", r.Diagnosis)
		out.Diagnosis = &d
	}
	for _, a := range s.Also {
		if a.Host != "" {
			out.Also = append(out.Also, a.Host)
		}
	}
	out.Also = append(out.Also, misled(r, out)...)
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

// misled are the hosts beside the way to the target that TCP packets have reached, at an address of their own: a name leads there.
func misled(r *harness.Report, out *RunRecord) (hosts []string) {
	p := r.Phase(harness.Observe)
	if p == nil {
		return nil
	}
	way := LabPath(out.Topology, r.Family, clientHost, out.Target, nil, nil, out.Also...).Hosts
	for _, h := range out.Topology.Hosts {
		onWay := slices.ContainsFunc(way, func(c ladder.Column) bool { return standsFor(c.Name, h.Name) })
		if !onWay && got(traceAt(out.Topology, h.Name, out.Topology.EndsOf(h.Name)[0].Interface, p.Traces), addrsOf(out.Topology, h.Name)) {
			hosts = append(hosts, h.Name)
		}
	}
	return hosts
}

func phaseOf(s harness.Scenario, p harness.Phase) PhaseRecord {
	out := PhaseRecord{Name: p.Name, Check: p.Check, ElapsedMS: milliseconds(p.Elapsed), Packets: packetsOf(p.Traces), traces: p.Traces}
	if p.Client != nil {
		client := clientOf(*p.Client)
		out.Client = &client
	}
	if i := slices.IndexFunc(s.Checks, func(c harness.Check) bool { return c.Name == p.Check }); p.Check != "" && i >= 0 {
		out.question, out.Target = s.Checks[i].Question, s.Checks[i].Target
		out.Question = out.question.English
	}
	return out
}

// Translate takes over the texts of the run's scenario in every language, for a run that was read. Texts that the scenario does not have any
// more stay as they are.
func (r *RunRecord) Translate(s harness.Scenario, tag lang.Tag) {
	if s.Title.English == r.Title {
		r.Title = s.Title.In(tag)
	}
	for i := range r.Phases {
		for _, c := range s.Checks {
			if c.Question.English == r.Phases[i].Question {
				r.Phases[i].question = c.Question
			}
		}
	}
}

func (p *PhaseRecord) questionIn(tag lang.Tag) string { return orElse(p.question.In(tag), p.Question) }

// english are the texts in English.
func english(list []lang.Text) []string {
	var texts []string
	for _, text := range list {
		texts = append(texts, text.English)
	}
	return texts
}

// SetTraces gives the phase with the index what was captured in it.
func (r *RunRecord) SetTraces(phase int, traces []wire.Trace) { r.Phases[phase].traces = traces }

// Name is "closed-port/netns/ipv4".
func (r *RunRecord) Name() string { return r.Scenario + "/" + r.Engine + "/" + r.Family.String() }

// Phase returns the named phase, or nil when the run did not get that far.
func (r *RunRecord) Phase(name harness.PhaseName) *PhaseRecord {
	for i := range r.Phases {
		if r.Phases[i].Name == name {
			return &r.Phases[i]
		}
	}
	return nil
}

// Ladder is what was seen in the phase, along the way from the client to whom it asked.
func (r *RunRecord) Ladder(p *PhaseRecord) ladder.Ladder {
	path := LabPath(r.Topology, r.Family, clientHost, orElse(p.Target, r.Target), p.traces, r.off(p), r.Also...)
	if name := r.impostor(); name != "" {
		path.Hosts = withImpostor(path.Hosts, r.Topology, name, p.traces)
	}
	for i := range path.Hosts {
		path.Hosts[i].Role = r.roleOf(path.Hosts[i].Name)
	}
	l := ladder.New(path)
	p.quote(&l)
	if r.Speed > 1 {
		l.LongGap = time.Duration(float64(ladder.LeastWait) / r.Speed)
	}
	if p.Client != nil {
		l.End = endingOf(&l, p)
	}
	return l
}

// endingOf puts the end of the client's attempt among the packets. The client may have begun before the first of them (a
// program must be started), or long after (a connection out of a pool). Where its clock is not that of the captures, as
// with an engine on another machine, or where it ends some time after it has told its result, it is taken to have begun
// with the first.
func endingOf(l *ladder.Ladder, p *PhaseRecord) *ladder.Ending {
	o := p.Client.Outcome
	e := &ladder.Ending{After: o.Elapsed, OK: o.OK(), Text: ended(o)}
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
func (r *RunRecord) off(p *PhaseRecord) []string {
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

func topologyOf(s harness.Scenario) lab.Topology {
	if s.Topology.Name == "" {
		return lab.Routed()
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
func byHand(f harness.Fault, family lab.Family) []string {
	if h, ok := f.(harness.ByHand); ok {
		return h.ByHand(family)
	}
	return nil
}

func clientOf(o lab.Outcome) ClientRecord {
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
		for _, a := range slices.Concat(t.Attempts(lab.Port), t.Echoes()) {
			lines = append(lines, signature.Lines(a)...)
		}
		points[t.Point] = lines
	}
	return points
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
