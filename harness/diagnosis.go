package harness

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// Diagnose says what the captures at the client and at the other end of its way tell, without knowing what was broken. It
// is the diagnosis of the first attempt that failed, else of the first one; nil where nothing was captured at the client.
// Hosts in off were switched off: that they have captured nothing says nothing. Times are judged as those of a lab whose timers
// run at their own speed.
func Diagnose(t lab.Topology, f lab.Family, target string, traces []wire.Trace, off []string, speed float64) *diagnose.Diagnosis {
	way := t.Way(ServedBy(t, target))
	front := traceOf(traces, way[0])
	if front == nil {
		return nil
	}
	var list []diagnose.Diagnosis
	diagnose.EachIn(inRealTime(*front, speed), func(a *diagnose.Judged) { list = append(list, a.Diagnosis()) })
	if len(list) == 0 {
		unsent := diagnose.Unseen(diagnose.NotSent, netip.AddrPortFrom(t.Addr(lab.ClientHost, f), 0), netip.AddrPortFrom(t.Addr(target, f), lab.Port))
		return &unsent
	}
	i := max(0, slices.IndexFunc(list, func(d diagnose.Diagnosis) bool { return d.Failed }))
	end := EndOf(t, target, list[i].Server.Addr())
	way = t.Way(end)
	alike, at := sentTo(t, target, end, list, i)
	if behind := traceOf(traces, way[len(way)-1]); behind != nil && len(way) > 1 && !slices.Contains(off, end) {
		var seen []diagnose.Seen
		diagnose.EachIn(inRealTime(*behind, speed), func(a *diagnose.Judged) { seen = append(seen, a.Seen()) })
		diagnose.Locate(alike, seen, diagnose.Coverage{})
	}
	return &alike[at]
}

// sentTo are the diagnoses of what was sent to the same end as the one with an index, and the index of that among them.
func sentTo(t lab.Topology, target, end string, list []diagnose.Diagnosis, i int) (front []diagnose.Diagnosis, at int) {
	for j := range list {
		if EndOf(t, target, list[j].Server.Addr()) != end {
			continue
		}
		if j == i {
			at = len(front)
		}
		front = append(front, list[j])
	}
	return front, at
}

// EndOf is the host at the end of the way of what is sent to an address: the one beside the target's way that has it, such as a name server or a
// host to which a wrong name has led; else the target, or who serves what is asked of that.
func EndOf(t lab.Topology, target string, to netip.Addr) string {
	served := ServedBy(t, target)
	if t.Owns(served, to) || t.Owns(target, to) {
		return served
	}
	for _, h := range t.Hosts {
		if len(t.EndsOf(h.Name)) == 1 && t.Owns(h.Name, to) {
			return h.Name
		}
	}
	return served
}

// ServedBy is the host at the end of the way of what is asked of the target: a router is asked for the service as a proxy,
// which passes the request on to the server.
func ServedBy(t lab.Topology, target string) string {
	if len(t.EndsOf(target)) > 1 {
		return lab.ServerHost
	}
	return target
}

// inRealTime is a trace with the times that it would have if the timers had not run faster: how long somebody waits is a part
// of what is judged.
func inRealTime(t wire.Trace, speed float64) wire.Trace {
	if speed <= 1 || len(t.Packets) == 0 {
		return t
	}
	t.Packets = slices.Clone(t.Packets)
	begin := t.Packets[0].Time
	for i := range t.Packets {
		p := &t.Packets[i]
		p.Time = begin.Add(time.Duration(float64(p.Time.Sub(begin)) * speed))
	}
	return t
}

func traceOf(traces []wire.Trace, point string) *wire.Trace {
	if i := slices.IndexFunc(traces, func(t wire.Trace) bool { return t.Point == point }); i >= 0 {
		return &traces[i]
	}
	return nil
}

// diagnose holds what the captures tell of the failure against the scenario's verdict.
func (r *run) diagnose(a act) {
	d := Diagnose(r.bench.Topology, r.report.Family, a.target, r.current.Traces, hostsWithout(r.report.Counters, r.bench.Topology), r.report.Speed)
	r.report.Diagnosis = d
	want := diagnose.Verdict(r.report.Scenario.Verdict)
	behind := diagnose.Verdict(r.report.Scenario.ServerVerdict) // to which the server's capture may lead
	if d == nil || a.free || want == "" || d.Verdict == want || d.Verdict == behind || !d.Failed && !want.Failed() {
		return // how a client keeps what works open or closes it, is its own choice
	}
	r.mismatch("diagnosis", fmt.Sprintf("the captures are diagnosed as %s, expected is %s: %s", d.Verdict, want, d.Summary), "")
	r.report.clocks++ // a client that gives up sooner after its request has waited too short for the verdict
}

// hostsWithout are the hosts that have no counters, because they were switched off when those were read.
func hostsWithout(counters map[string]lab.Counters, t lab.Topology) []string {
	var off []string
	for _, h := range t.Hosts {
		if _, on := counters[h.Name]; !on && len(counters) > 0 {
			off = append(off, h.Name)
		}
	}
	return off
}
