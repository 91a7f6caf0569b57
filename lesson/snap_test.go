package lesson

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// snap keeps so many bytes of each frame, as "tcpdump -s" does.
func snap(list []frame, bytes int) (kept []frame) {
	for _, f := range list {
		f.Data = f.Data[:min(bytes, len(f.Data))]
		kept = append(kept, f)
	}
	return kept
}

// Where only the end of the packets was not kept, what is there is enough; it is so, too, where TCP's options are not.
func TestCaptureOfTheBeginningOfPackets(t *testing.T) {
	const tcpWithoutOptions = 14 + 20 + 20
	for _, c := range Cases() {
		e := newExam(t, c.Name)
		for _, most := range []int{96, 68, tcpWithoutOptions} { // 68 is the default of old versions of tcpdump
			g := e.right(e.client(snap(e.front, most)...), e.server(snap(e.behind, most)...))
			assert.Equal(t, FullScore, g.Score(), "%s, %d bytes: %q", c.Name, most, notes(g, lang.English))
		}
		most := tcpWithoutOptions - 1
		if c.topic() != topic(diagnose.TCP) {
			most = 14 + 20 + 7 // an echo has 8 bytes
		}
		g := e.right(e.client(snap(e.front, most)...))
		if c.Where == Client { // none left it
			continue
		}
		assert.Equal(t, 60, g.Score(), c.Name)
		assert.Regexp(t, `^client\.pcap keeps only the beginning of each packet, and \d+ of them end within their headers: `+
			`capture whole packets \(tcpdump without -s\)\.$`, notes(g, lang.English)[0], c.Name)
	}
	e := newExam(t, "closed-port")
	e.behind = only(e.behind, func(p *wire.Packet) bool { return !p.TCP.Flags.Has(wire.RST) })
	assert.Contains(t, notes(e.right(e.server(snap(e.behind, 68)...)), lang.English)[0], "lacks packets", "who takes one out cannot hide it so")
}
