package report

import (
	"slices"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// finding is what the captures of the client and of the server say of the failure, without knowing what was broken.
type finding struct {
	Verdict, Summary, Where string
	Rivals, Next            []string
}

// finding diagnoses what was observed at the client; nil where nothing was.
func (r *Record) finding() *finding {
	p := r.Phase(harness.Observe)
	if p == nil {
		return nil
	}
	var traces []wire.Trace // along the way
	for _, h := range LabPath(r.Topology, r.Family, clientHost, r.Target, p.traces, nil).Hosts {
		for _, t := range []*wire.Trace{h.Left, h.Right} {
			if t != nil {
				traces = append(traces, *t)
			}
		}
	}
	if len(traces) == 0 {
		return nil
	}
	front := judge(traces[0])
	i := slices.IndexFunc(front, func(j judged) bool { return j.failed })
	if i < 0 {
		i = 0
	}
	if len(front) == 0 {
		return nil
	}
	found := front[i].finding
	if last := traces[len(traces)-1]; len(traces) > 1 {
		var seen [2][]diagnose.Seen
		for side, list := range [][]judged{front, judge(last)} {
			for _, j := range list {
				seen[side] = append(seen[side], j.seen)
			}
		}
		found.Where = diagnose.Join(seen[0], seen[1]).Joined[i].Text
	}
	return &found
}

// judged is the diagnosis of a connection.
type judged struct {
	finding
	failed bool
	seen   diagnose.Seen
}

// judge diagnoses every connection of a trace.
func judge(t wire.Trace) []judged {
	var list []judged
	diagnose.Each(t.Packets, func(a *diagnose.Attempt) {
		e := a.Explain()
		list = append(list, judged{finding{Verdict: string(a.Verdict), Summary: e.Summary, Rivals: e.Rivals, Next: e.Next}, a.Failed(), a.Seen()})
	})
	return list
}
