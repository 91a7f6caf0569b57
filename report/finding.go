package report

import "github.com/tcplab/tcplab/harness"

// diagnose makes the diagnosis of a run that was kept before diagnoses were.
func (r *RunRecord) diagnose() {
	p := r.Phase(harness.Observe)
	if r.Diagnosis != nil || p == nil || p.traces == nil {
		return
	}
	if d := harness.Diagnose(r.Topology, r.Family, r.Target, p.traces, r.off(p), r.Speed); d != nil {
		record := NewDiagnosisRecord("", d)
		r.Diagnosis = &record
	}
}

// diagnosed is the verdict beside the expected one, in a few words; empty where the captures tell nothing.
func (r *RunRecord) diagnosed() string {
	if r.Diagnosis == nil {
		return ""
	}
	text := "diagnosed: " + r.Diagnosis.Verdict
	if r.Diagnosis.Ending != "" {
		text += ", " + r.Diagnosis.Ending
	}
	if r.Verdict != "" && !r.Free {
		text += " (expected: " + r.Verdict + ")"
	}
	return text
}
