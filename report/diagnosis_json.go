package report

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// DiagnosisRecord is a diagnosis as JSON. The names of its fields are stable.
type DiagnosisRecord struct {
	// File is the capture.
	File string `json:"file,omitempty"`
	// Protocol is "tcp", "icmp" or, of a lookup, "dns"; of a neighbour that did not answer, "arp" or "nd".
	Protocol string `json:"protocol"`
	// Client is "ip:port", with IPv6 in brackets; of a ping, the address.
	Client string `json:"client"`
	// Server is the same of whom the client asked.
	Server string `json:"server"`
	// ServerName is the only name of which a lookup in the capture told the server's address.
	ServerName string `json:"server_name,omitempty"`
	// First is the time of the first packet, in seconds since 1970.
	First json.Number `json:"first,omitempty"`
	// Packets counts those of the attempt, ICMP errors about it included.
	Packets int64 `json:"packets"`
	// Verdict is the fate of the attempt.
	Verdict string `json:"verdict"`
	// Ending is how a connection ended whose SYN is not in the capture.
	Ending string `json:"ending,omitempty"`
	// Failed says that something went wrong.
	Failed bool `json:"failed"`
	// Inconclusive says that the capture ends too early to be sure.
	Inconclusive bool `json:"inconclusive,omitempty"`
	// Summary is what was seen, in a clause.
	Summary string `json:"summary"`
	// Evidence are the frames that the verdict rests on.
	Evidence []EvidenceRecord `json:"evidence"`
	// Notes are what else is worth knowing, in words.
	Notes []string `json:"notes,omitempty"`
	// Rivals are causes that the captures at hand cannot tell apart, in words.
	Rivals []string `json:"rivals"`
	// Causes are the names of the rivals, Steps those of the next checks, in the same order.
	Causes []diagnose.Cause `json:"causes"`
	// Next are commands that tell the rivals apart.
	Next []string `json:"next"`
	// Steps are the names of the next checks, in the same order.
	Steps []diagnose.StepID `json:"steps"`
	// Where is the place of the loss, which takes a second capture.
	Where *WhereRecord `json:"where,omitempty"`
	// Echo counts the requests of a ping.
	Echo *EchoRecord `json:"echo,omitempty"`
	// Lookup is what was asked of a name server, and what it answered.
	Lookup *LookupRecord `json:"lookup,omitempty"`
	// Frames are the first and the last frame in the file, and DisplayFilter is what shows the attempt's frames in Wireshark.
	Frames        *FramesRecord `json:"frames,omitempty"`
	DisplayFilter string        `json:"display_filter,omitempty"`
}

// FramesRecord is a range of frames.
type FramesRecord struct {
	// First is the number of the first frame.
	First int64 `json:"first"`
	// Last is the number of the last frame.
	Last int64 `json:"last"`
}

// EvidenceRecord is a frame that a verdict rests on.
type EvidenceRecord struct {
	// Frame is the number of the frame in the capture.
	Frame int64 `json:"frame"`
	// What is the packet, in words.
	What string `json:"what"`
}

// WhereRecord says where an attempt was lost.
type WhereRecord struct {
	// Lost is the place by its name, such as "before-server".
	Lost string `json:"lost"`
	// Text is the same in a sentence.
	Text string `json:"text"`
	// Client and Server are how the server's side knows the connection, where addresses are translated.
	Client string `json:"client,omitempty"`
	Server string `json:"server,omitempty"`
}

// EchoRecord is what became of the requests of a ping.
type EchoRecord struct {
	// ID is the identifier of the ping.
	ID uint16 `json:"id"`
	// Requests counts echo requests.
	Requests int64 `json:"requests"`
	// Answered counts requests with a reply.
	Answered int64 `json:"answered"`
	// Rejected counts requests with an ICMP error.
	Rejected int64 `json:"rejected"`
	// Lost counts requests without an answer.
	Lost int64 `json:"lost"`
	// Pending counts requests that had just been sent when the capture ended.
	Pending int64 `json:"pending"`
}

// LookupRecord is what was asked of a name server, and what it answered.
type LookupRecord struct {
	// Name is the name that was asked for; empty where the query was cut off.
	Name string `json:"name"`
	// Type is the type of the record, such as "A".
	Type string `json:"type"`
	// Queries is how many times it was asked.
	Queries int64 `json:"queries"`
	// Code is the answer's, such as "NXDOMAIN"; absent where none came.
	Code string `json:"code,omitempty"`
	// Addresses are those in the answer.
	Addresses []netip.Addr `json:"addresses,omitempty"`
}

func lookupRecordOf(l *diagnose.Lookup) *LookupRecord {
	if l == nil {
		return nil
	}
	r := LookupRecord{Name: l.Name, Queries: l.Queries, Addresses: l.Addrs}
	if l.Name != "" {
		r.Type = l.Type.String()
	}
	if l.Answered {
		r.Code = l.Code.String()
	}
	return &r
}

// NewDiagnosisRecord is the diagnosis of something in a capture with that name.
func NewDiagnosisRecord(file string, d *diagnose.Diagnosis) DiagnosisRecord {
	j := DiagnosisRecord{File: file, Protocol: string(d.Protocol), Client: d.Client.String(), Server: d.Server.String(), Packets: d.Packets,
		Verdict: string(d.Verdict), Ending: string(d.Ending), Failed: d.Failed, Inconclusive: d.Inconclusive, Summary: d.Summary.String(), Evidence: []EvidenceRecord{},
		Notes: lang.InEach(lang.English, d.Notes), Rivals: d.RivalTexts(lang.English), Causes: []diagnose.Cause{}, Next: d.Commands(lang.English), Steps: []diagnose.StepID{}, Where: whereOf(d.Place), ServerName: d.ServerName, Lookup: lookupRecordOf(d.Lookup)}
	if !d.First.IsZero() {
		j.First = epochSeconds(d.First)
	}
	if file != "" && d.Frames.First != 0 {
		frames := FramesRecord(d.Frames)
		j.Frames, j.DisplayFilter = &frames, d.DisplayFilter()
	}
	for _, e := range d.Evidence {
		j.Evidence = append(j.Evidence, EvidenceRecord{e.Frame, e.What.String()})
	}
	for _, r := range d.Rivals {
		j.Causes = append(j.Causes, r.Cause)
	}
	for _, s := range d.Next {
		j.Steps = append(j.Steps, s.ID)
	}
	if d.Echo != nil {
		e := EchoRecord(*d.Echo)
		j.Echo, j.Client, j.Server = &e, d.Client.Addr().String(), d.Server.Addr().String()
	}
	return j
}

func whereOf(p *diagnose.Place) *WhereRecord {
	if p == nil {
		return nil
	}
	w := &WhereRecord{Lost: string(p.Lost), Text: p.Text.String()}
	if p.NAT {
		w.Client, w.Server = endText(p.Client), endText(p.Server)
	}
	return w
}

// DiagnosisJSON writes diagnoses as one JSON object on a line each.
type DiagnosisJSON struct {
	file string
	out  io.Writer
}

// NewDiagnosisJSON writes what was found in the capture with that name.
func NewDiagnosisJSON(w io.Writer, file string) *DiagnosisJSON {
	return &DiagnosisJSON{file, w}
}

// Write writes one.
func (j *DiagnosisJSON) Write(d *diagnose.Diagnosis) error {
	return EncodeJSON(j.out, NewDiagnosisRecord(j.file, d))
}

// epochSeconds is a time in seconds with as many digits as the capture has: six, or nine.
func epochSeconds(t time.Time) json.Number {
	if ns := t.Nanosecond(); ns%1000 != 0 {
		return json.Number(fmt.Sprintf("%d.%09d", t.Unix(), ns))
	}
	return json.Number(fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000))
}

// serverText is the server with the name that a lookup in the capture told its address of: "db.example (203.0.113.10:5432)".
func serverText(d *diagnose.Diagnosis) string {
	if d.ServerName == "" {
		return endText(d.Server)
	}
	return fmt.Sprintf("%s (%s)", d.ServerName, endText(d.Server))
}

// endText leaves out the port where there is none.
func endText(end netip.AddrPort) string {
	if end.Port() == 0 {
		return end.Addr().String()
	}
	return end.String()
}
