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
func Open(dir fs.FS) (*Record, error) {
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
		if r.Phases[i].traces, err = r.readTraces(dir, CapturePrefix(r.Phases[i].Name, r.Phases[i].Check)); err != nil {
			return nil, err
		}
	}
	for _, p := range r.Phases {
		if err := r.readAttachments(dir, p.Client); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// CapturePrefix is what the names of a phase's captures begin with, before the host's.
func CapturePrefix(phase harness.PhaseName, check string) string {
	switch {
	case phase == harness.Observe:
		return ""
	case check != "":
		return string(phase) + "-" + check + "-"
	}
	return string(phase) + "-"
}

// readTraces reads what each vantage point saw in a phase. A host that was off then has no capture.
func (r *Record) readTraces(dir fs.FS, prefix string) ([]wire.Trace, error) {
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

// readAttachments reads the files that the client made.
func (r *Record) readAttachments(dir fs.FS, c *ClientRecord) error {
	if c == nil {
		return nil
	}
	for name := range c.Attachments {
		if !fs.ValidPath(name) {
			return fmt.Errorf("report.json: %q is no name of a file in the folder of the run", name)
		}
		contents, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		r.Attach(name, contents)
	}
	return nil
}
