package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/ladder"
)

// CaptureFile is all captures of a run in one: every phase, every vantage point, in the order of time, with comments on the
// packets that matter.
type CaptureFile struct {
	points []string
	names  []wire.HostName
	frames []capturedFrame
}

type capturedFrame struct {
	wire.Frame
	packet  wire.Packet
	point   int
	comment string
}

// Capture reads the captures of the run's folder again, byte by byte.
func (r *RunRecord) Capture(dir fs.FS) (*CaptureFile, error) {
	c := &CaptureFile{names: harness.HostNames(r.Topology)}
	for _, p := range r.Topology.VantagePoints() {
		c.points = append(c.points, p.Name)
	}
	for i := range r.Phases {
		p := &r.Phases[i]
		if p.traces == nil {
			continue
		}
		begin := len(c.frames)
		comments := r.comments(p)
		for _, h := range r.Topology.Hosts {
			if err := c.read(dir, r.Topology, p.filePrefix(), h.Name, comments); err != nil {
				return nil, err
			}
		}
		c.noteBeginning(begin, p)
	}
	c.sort(0)
	return c, nil
}

func (c *CaptureFile) sort(begin int) {
	slices.SortStableFunc(c.frames[begin:], func(a, b capturedFrame) int { return a.Time.Compare(b.Time) })
}

// frameAt is a packet at a vantage point.
type frameAt struct {
	point string
	frame int
}

// read takes in a host's capture of a phase. A host that was off has none.
func (c *CaptureFile) read(dir fs.FS, t lab.Topology, prefix, host string, comments map[frameAt]string) error {
	name := prefix + host + ".pcapng"
	f, err := dir.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	reader, err := wire.NewReader(f)
	for err == nil {
		var p wire.Packet
		if err = reader.Read(&p); err != nil {
			break
		}
		i := slices.IndexFunc(t.VantagePoints(), func(v lab.VantagePoint) bool { return v.Host == host && v.Interface == p.Interface })
		if i < 0 {
			continue
		}
		frame := reader.Frame(&p)
		frame.Data = bytes.Clone(frame.Data)
		c.frames = append(c.frames, capturedFrame{frame, p, i, comments[frameAt{c.points[i], p.Frame}]})
	}
	if !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// noteBeginning says at the first packet of a phase which one it is.
func (c *CaptureFile) noteBeginning(begin int, p *PhaseRecord) {
	if begin == len(c.frames) {
		return
	}
	c.sort(begin)
	name := string(p.Name)
	if p.Check != "" {
		name += ", check " + p.Check
	}
	first := &c.frames[begin]
	first.comment = strings.TrimSuffix("phase "+name+" begins; "+first.comment, "; ")
}

// comments are on what a reader should not miss: what is sent again, what ends in failure, and where a packet was last seen
// that vanished.
func (r *RunRecord) comments(p *PhaseRecord) map[frameAt]string {
	l := r.Ladder(p)
	comments := map[frameAt]string{}
	note := func(s ladder.Sighting, text string) {
		key := frameAt{s.Point, s.Frame}
		if comments[key] != "" {
			text = comments[key] + "; " + text
		}
		comments[key] = text
	}
	for i := range l.Arrows {
		a := &l.Arrows[i]
		if a.Again > 0 || a.Class == "rst" || a.Class == "icmp" || a.Class == "neighbour" {
			note(a.Seen[0], a.Label)
		}
		if loss := l.Loss(a).English; loss != "" {
			note(a.Seen[len(a.Seen)-1], "last seen here: "+loss)
		}
	}
	return comments
}

// WritePcapng writes the capture as a file for Wireshark, with an interface for each vantage point.
func (c *CaptureFile) WritePcapng(w io.Writer) error {
	n, err := wire.NewWriter(w, "tcplab")
	if err != nil {
		return err
	}
	numbers := map[int]int{} // of the interfaces in the file
	for point, name := range c.points {
		i := slices.IndexFunc(c.frames, func(f capturedFrame) bool { return f.point == point })
		if i < 0 {
			continue
		}
		if numbers[point], err = n.AddInterface(name, c.frames[i].Link); err != nil {
			return err
		}
	}
	if len(numbers) > 0 {
		if err := n.WriteNames(c.names); err != nil {
			return err
		}
	}
	for i := range c.frames {
		f := &c.frames[i]
		if err := n.Write(numbers[f.point], f.Frame, f.comment); err != nil {
			return err
		}
	}
	return nil
}

// WriteText writes a line for each packet: its number in the file that [CaptureFile.WritePcapng] makes, its time since the
// first, the vantage point, what it is, and the comment.
func (c *CaptureFile) WriteText(w io.Writer) error {
	var b strings.Builder
	width := 0
	for _, name := range c.points {
		width = max(width, len(name))
	}
	for i := range c.frames {
		f := &c.frames[i]
		line := fmt.Sprintf("%5d %12.6f  %-*s  %s", i+1, c.since(f.Time).Seconds(), width, c.points[f.point], summary(&f.packet))
		if f.comment != "" {
			line = fmt.Sprintf("%-80s  # %s", line, f.comment)
		}
		b.WriteString(line + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (c *CaptureFile) since(t time.Time) time.Duration { return t.Sub(c.frames[0].Time) }

// summary is the packet in one line, addresses as they are at its vantage point.
func summary(p *wire.Packet) string {
	ends := fmt.Sprintf("%s > %s", p.Src, p.Dst)
	switch p.Kind {
	case wire.KindTCP:
		return fmt.Sprintf("%s > %s %s seq %d ack %d len %d win %d", p.SrcAddrPort(), p.DstAddrPort(), p.TCP.Flags, p.TCP.Seq, p.TCP.Ack,
			p.TCP.Payload, p.TCP.Window)
	case wire.KindICMP:
		return ends + " " + ladder.ICMPLabel(&p.ICMP)
	case wire.KindARP, wire.KindND:
		if p.Neighbour.Reply {
			return fmt.Sprintf("%s: %s is here", ends, p.Neighbour.Target)
		}
		return fmt.Sprintf("%s: who has %s?", ends, p.Neighbour.Target)
	case wire.KindDNS:
		what := "DNS query"
		if p.DNS.Response {
			what = "DNS answer, " + p.DNS.Code.String()
		}
		return fmt.Sprintf("%s > %s %s %d", p.SrcAddrPort(), p.DstAddrPort(), what, p.DNS.ID)
	case wire.KindUDP:
		return fmt.Sprintf("%s > %s UDP", p.SrcAddrPort(), p.DstAddrPort())
	}
	return fmt.Sprintf("%s, %d bytes", ends, p.Length)
}
