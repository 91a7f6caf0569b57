package report

import (
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
)

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
func (r *RunRecord) diagnosed() lang.Text {
	if r.Diagnosis == nil {
		return lang.Text{}
	}
	verdict, expected := r.Diagnosis.Verdict, lang.Text{}
	if r.Diagnosis.Ending != "" {
		verdict += ", " + r.Diagnosis.Ending
	}
	if r.Verdict != "" && !r.Free {
		expected = lang.Text{English: " (expected: %s)", Korean: " (예상: %s)"}.With(r.Verdict)
	}
	return lang.Text{English: "diagnosed: %s%s", Korean: "진단: %s%s"}.With(verdict, expected)
}
