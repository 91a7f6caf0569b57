package lesson

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

func gzipped(t *testing.T, in io.Reader) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := io.Copy(w, in)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

// A small file that unfolds to very many values, or very many bytes, is refused before they are in memory.
func TestWhatAHandInUnfoldsToIsBounded(t *testing.T) {
	for contents, want := range map[string]string{
		`{"evidence":[` + strings.Repeat("{},", 1<<20) + `{}]}`: "it is damaged: it has more than 1000 values in it",
		`{"quiz":` + strings.Repeat("[", 1<<20):                 "it is damaged: it has more than 1000 values in it",
		`{"engine":"` + strings.Repeat("n", maxUnfolded) + `"}`: "it is damaged: it unfolds to more than 64 MiB",
	} {
		_, err := ReadHandIn(sealedAs(t, contents), nil)
		assert.EqualError(t, err, want)
	}
	_, err := ReadHandIn([]byte(`{"format":"`+handInFormat+`","contents":[`+strings.Repeat("1,", 1<<20)+`1]}`), nil)
	assert.EqualError(t, err, "it is damaged: it has more than 1000 values in it")
	// Commas and brackets within a text are none.
	h, err := ReadHandIn(sealedAs(t, `{"student":"kim","engine":"`+strings.Repeat(`[,{\"`, 2000)+`"}`), nil)
	require.NoError(t, err)
	assert.Len(t, h.Engine, 4*2000)
}

// What cannot be graded is not handed in.
func TestWhatIsTooLargeIsNotHandedIn(t *testing.T) {
	h := solved(t, "kim", 1, "")
	h.Record = make([]byte, maxUnfolded)
	assert.ErrorContains(t, h.Write(io.Discard, nil), "the captures and what the lab has recorded are 85 MiB, more than can be handed in")
}

// pointsFile is a record with one packet at each of so many vantage points.
func pointsFile(t testing.TB, points int) []byte {
	var file bytes.Buffer
	w, err := wire.NewWriter(&file, "a test")
	require.NoError(t, err)
	data := make([]byte, 60)
	for i := range points {
		number, err := w.AddInterface(fmt.Sprint("point", i), 1)
		require.NoError(t, err)
		require.NoError(t, w.Write(number, wire.Frame{Time: time.Unix(1, 0), Data: data, Length: len(data)}, ""))
	}
	return file.Bytes()
}

func TestVantagePointsAreThoseOfTheLab(t *testing.T) {
	_, err := ReadRecord(bytes.NewReader(pointsFile(t, maxPoints+1)))
	assert.EqualError(t, err, "read the lab's record: it has more than 64 vantage points, as no lab has")
	h := solved(t, "kim", 1, "")
	h.Record = pointsFile(t, 1)
	_, _, err = h.Grade()
	assert.EqualError(t, err, `read the lab's record: the lab has no vantage point "point0"`)
	h = solved(t, "kim", 1, "")
	h.Answer.Evidence = make([]File, maxFiles+1)
	_, _, err = h.Grade()
	assert.EqualError(t, err, "there are 65 captures, and at most 64 are looked at")
}

// However alike the packets are, grading takes a time that grows with their number, and not with the square of it.
func TestGradingTakesLinearTime(t *testing.T) {
	for what, edit := range map[string]func(p *wire.Packet, i int){
		"the same packet":             func(*wire.Packet, int) {},
		"an attempt each":             func(p *wire.Packet, i int) { p.TCP.Seq = uint32(i) },
		"alike but for their options": func(p *wire.Packet, i int) { p.TCP.SetOptions(fmt.Appendf(nil, "\xfe\x0a%08d", i)) },
	} {
		few, many := timeOfGrading(t, 2_000, edit), timeOfGrading(t, 8_000, edit)
		// Four times the packets take some four times as long, and would take sixteen times as long if each were held against each.
		assert.Less(t, many, 8*few+100*time.Millisecond, what)
	}
}

// timeOfGrading is the shortest of three gradings of so many packets, in time of a processor: what a busy machine adds is not the
// grading's.
func timeOfGrading(t *testing.T, packets int, edit func(p *wire.Packet, i int)) time.Duration {
	t.Helper()
	begin := time.Unix(1_000_000, 0).UTC()
	var list []wire.Packet
	for i := range packets {
		p := wire.Packet{Time: begin.Add(time.Duration(i) * time.Microsecond), Kind: wire.KindTCP, Src: netip.MustParseAddr("198.51.100.10"),
			Dst: netip.MustParseAddr("203.0.113.10"), SrcPort: 40000, DstPort: 8080, Length: 74}
		p.TCP.Flags = wire.SYN
		edit(&p, i)
		list = append(list, p)
	}
	record := &LabRecord{Traces: []wire.Trace{{Point: "client", Packets: list}, {Point: "server", Packets: list}}}
	cut := append([]wire.Packet{}, list...)
	for i := range cut {
		cut[i].Truncated = true
		cut[i].TCP.SetOptions(nil)
	}
	var shortest time.Duration
	for range 3 {
		started := processorTime(t)
		x := newIndex(record, topic(diagnose.TCP))
		e := &evidence{seen: map[HostPlace][]wire.Packet{}}
		x.match(e, slices.Concat(list, cut))
		g := Grade{Verdict: true, Where: true}
		g.weigh(caseNamed(t, "security-group"), Answer{Verdict: diagnose.NoAnswer, Where: Router}, []*evidence{e})
		if took := processorTime(t) - started; shortest == 0 || took < shortest {
			shortest = took
		}
	}
	return shortest
}

// The bounds leave room for the largest hand-in.
func TestBoundsAgree(t *testing.T) {
	const recordOfAnHour = 16 << 20
	assert.Less(t, (MaxEvidence+recordOfAnHour)*4/3, maxUnfolded)
	assert.Less(t, maxUnfolded*4/3, MaxFile)
	text, err := json.Marshal(&HandIn{Quiz: make([]Choice, len(Cases())), Answer: Answer{Evidence: make([]File, maxFiles)}})
	require.NoError(t, err)
	assert.True(t, fewElements(text))
}
