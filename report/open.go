package report

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/wire"
)

// Open reads the folder of a run: its report.json, the captures, and the pictures that clients made. What comes back makes
// the same pages as the run itself.
func Open(dir fs.FS) (*RunRecord, error) {
	f, err := dir.Open("report.json")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := ReadRecord(f)
	if err != nil {
		return nil, fmt.Errorf("report.json: %w", err)
	}
	for i := range r.Phases {
		if r.Phases[i].Packets == nil {
			continue // nothing was captured in that phase
		}
		if r.Phases[i].traces, err = r.readTraces(dir, r.Phases[i].filePrefix()); err != nil {
			return nil, err
		}
	}
	r.diagnose()
	return r, r.ReadAttachments(dir)
}

// ReadAttachments reads the files that clients made, from the folder of the run.
func (r *RunRecord) ReadAttachments(dir fs.FS) error {
	for i := range r.Phases {
		if err := r.readAttachments(dir, &r.Phases[i]); err != nil {
			return err
		}
	}
	return nil
}

// filePrefix is what the names of a phase's files begin with.
func (p *PhaseRecord) filePrefix() string {
	var prefix string
	if p.Name == harness.Baseline || p.Name == harness.Heal {
		prefix = string(p.Name) + "-"
	}
	if p.Check != "" {
		prefix += p.Check + "-"
	}
	return prefix
}

// readTraces reads what each vantage point saw in a phase. A host that was off then has no capture.
func (r *RunRecord) readTraces(dir fs.FS, prefix string) ([]wire.Trace, error) {
	captures := map[string]wire.Trace{} // by host
	for _, h := range r.Topology.Hosts {
		name := prefix + h.Name + ".pcapng"
		f, err := dir.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		captures[h.Name], err = wire.ReadAll(f, h.Name)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	var traces []wire.Trace
	for _, p := range r.Topology.VantagePoints() {
		trace := captures[p.Host].On(p.Interface)
		trace.Point = p.Name
		traces = append(traces, trace)
	}
	return traces, nil
}

// readAttachments reads the files that the client made in a phase.
func (r *RunRecord) readAttachments(dir fs.FS, p *PhaseRecord) error {
	if p.Client == nil {
		return nil
	}
	for name := range p.Client.Attachments {
		file := p.filePrefix() + name
		if !fs.ValidPath(file) {
			return fmt.Errorf("report.json: %q is no name of a file in the folder of the run", file)
		}
		contents, err := fs.ReadFile(dir, file)
		if err != nil {
			return err
		}
		r.Attach(file, contents)
	}
	return nil
}
