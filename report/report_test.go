package report

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/ladder"
	"github.com/tcplab/tcplab/wire/signature"
)

var start = time.Unix(1_700_000_000, 0)

func trace(point string, packets ...wire.Packet) wire.Trace {
	return wire.Trace{Point: point, Packets: packets}
}

func tcp(after time.Duration, fromClient bool, flags wire.Flags) wire.Packet {
	p := wire.Packet{Time: start.Add(after), Kind: wire.KindTCP,
		Src: netip.MustParseAddr("198.51.100.10"), SrcPort: 40000, Dst: netip.MustParseAddr("203.0.113.10"), DstPort: lab.Port}
	p.TCP.Flags = flags
	if !fromClient {
		p.Src, p.Dst, p.SrcPort, p.DstPort = p.Dst, p.Src, p.DstPort, p.SrcPort
		p.TCP.Ack = 1
	}
	return p
}

// dropped is a report of a run in which the router lost two SYNs.
func dropped() *harness.Report {
	syn, again := tcp(0, true, wire.SYN), tcp(1024*time.Millisecond, true, wire.SYN)
	client := lab.Outcome{Program: "go", Stage: "connect", Timeout: true, Error: "i/o timeout", Elapsed: 1500 * time.Millisecond}
	return &harness.Report{
		Scenario: harness.Scenario{Name: "firewall-drop", Verdict: "no-answer"}, Engine: "netns", Family: lab.IPv4, Speed: 1,
		Schedule: signature.Schedule{Gaps: []time.Duration{time.Second, 2 * time.Second}}, Client: client, Artifacts: "artifacts/x",
		Phases: []harness.Phase{{Name: harness.Observe, Elapsed: 2 * time.Second, Client: &client, Traces: []wire.Trace{
			trace("client", syn, again), trace("router:to-client", syn, again), trace("router:to-server"), trace("server"),
		}}},
	}
}

func text(t *testing.T, r *harness.Report) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, Text(&b, r))
	return b.String()
}

func TestTextOfAMatch(t *testing.T) {
	assert.Equal(t, `match     firewall-drop/netns/ipv4              no-answer: go failed with its own timeout after 1.500 s
          i/o timeout

           client                         router                         server
   0.000 s    │─ SYN ───────────────────────→✕                              │
   ↓ 1.0 s    ┆                              ┆                              ┆
   1.024 s    │─ SYN, retry 1 ──────────────→✕                              │
   ↓ 0.5 s    ┆                              ┆                              ┆
   1.500 s    ✕ its own timeout after 1.500 s
              2 packets lost in the router

          captures: artifacts/x
`, text(t, dropped()))
}

func TestTextOfAMismatch(t *testing.T) {
	r := dropped()
	r.Mismatches = []harness.Mismatch{
		{Phase: harness.Observe, At: "client", Reason: "the client must succeed, but failed: i/o timeout"},
		{Phase: harness.Observe, At: "wire at server, packet 1", Reason: "no packet was seen", Detail: "  want    got\n! +0 > S  (no packet)\nno packet was seen\n"},
	}
	got := text(t, r)
	assert.Contains(t, got, "MISMATCH  firewall-drop/netns/ipv4              go failed with its own timeout after 1.500 s\n",
		"a verdict must not be named where it was not seen")
	assert.Contains(t, got, `
firewall-drop/netns/ipv4: observe: client
  the client must succeed, but failed: i/o timeout
firewall-drop/netns/ipv4: observe: wire at server, packet 1
    want    got
  ! +0 > S  (no packet)
  no packet was seen
`)
}

// What went wrong before the fault is what must be looked at.
func TestTextDrawsThePhaseOfTheMismatch(t *testing.T) {
	r := dropped()
	syn := tcp(0, true, wire.SYN)
	r.Phases = append(r.Phases, harness.Phase{Name: harness.Baseline, Traces: []wire.Trace{trace("client", syn), trace("router:to-client")}})
	assert.Contains(t, Style{}.Drawing(r), "2 packets lost in the router")
	r.Mismatches = []harness.Mismatch{{Phase: harness.Baseline, At: "client", Reason: "no"}}
	assert.Contains(t, Style{}.Drawing(r), "1 packet lost between client and router")
}

func TestColour(t *testing.T) {
	r := dropped()
	plain, colored := Style{}.Drawing(r), Style{Color: true}.Drawing(r)
	assert.NotContains(t, plain, "\x1b")
	assert.Contains(t, colored, "\x1b[1;31m✕\x1b[0m")
	assert.Equal(t, plain, regexp.MustCompile(`\x1b\[[\d;]+m`).ReplaceAllString(colored, ""))
}

func TestTheDrawingFitsOntoATerminal(t *testing.T) {
	for line := range strings.Lines(Style{}.Drawing(dropped())) {
		assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80, line)
	}
}

func TestTextOfWhatWasNotObserved(t *testing.T) {
	r := dropped()
	r.Phases, r.Mismatches = nil, []harness.Mismatch{{Phase: harness.Baseline, At: "client", Reason: "no"}}
	assert.Contains(t, text(t, r), "the failure was not observed")
	assert.NotContains(t, text(t, r), "client  ", "nothing is there to be drawn")
	r.Skipped = "not supported by this engine"
	assert.Equal(t, "skipped   firewall-drop/netns/ipv4              not supported by this engine", (Style{}).Line(r))
}

func TestTextOfCompressedTimeShowsBothScales(t *testing.T) {
	r := dropped()
	r.Speed, r.Schedule.Gaps = 50, []time.Duration{20 * time.Millisecond, 40 * time.Millisecond, 80 * time.Millisecond}
	assert.Contains(t, text(t, r),
		"          time is compressed 50 times: SYNs are due at 0.000, 0.020, 0.060, 0.140 s, in real time at 0, 1, 3, 7 s\n")
}

func TestFelt(t *testing.T) {
	for want, o := range map[string]lab.Outcome{
		"go got its reply after 0.4 ms":             {Program: "go", Elapsed: 400 * time.Microsecond},
		"go failed with ECONNREFUSED after 0.002 s": {Program: "go", Errno: "ECONNREFUSED", Error: "x", Elapsed: 2 * time.Millisecond},
		"curl failed after 3.000 s: exit code 28":   {Program: "curl", ExitCode: 28, Error: "exit code 28", Elapsed: 3 * time.Second},
	} {
		assert.Equal(t, want, Felt(o))
	}
}

func TestJSONHasTheStableFields(t *testing.T) {
	var b strings.Builder
	require.NoError(t, JSON(&b, dropped()))
	assert.Equal(t, 1, strings.Count(b.String(), "\n"), "one object on one line")
	var got map[string]any
	require.NoError(t, json.Unmarshal([]byte(b.String()), &got))
	for _, field := range []string{"scenario", "engine", "family", "match", "mismatches", "client", "packets", "phases", "kernel", "sysctls", "artifacts"} {
		assert.Contains(t, got, field)
	}
	assert.Equal(t, map[string]any{
		"client":           []any{"+0.000 > S  seq 0 win 0", "+1.024 > S  seq 0 win 0"},
		"router:to-client": []any{"+0.000 > S  seq 0 win 0", "+1.024 > S  seq 0 win 0"},
		"router:to-server": []any{},
		"server":           []any{},
	}, got["packets"])
	assert.Equal(t, []any{0.0, 1000.0, 3000.0}, got["syns_due_ms"])
	client := got["client"].(map[string]any)
	assert.Equal(t, "go", client["program"])
	assert.Equal(t, "i/o timeout", client["error"])
	assert.Equal(t, 1500.0, client["elapsed_ms"])
}

func TestTheEndHasItsPlaceAmongThePackets(t *testing.T) {
	at := func(ended, elapsed time.Duration) *ladder.Ending {
		r := dropped()
		r.Phases[0].Client.Ended, r.Phases[0].Client.Elapsed = start.Add(ended), elapsed
		if ended == 0 {
			r.Phases[0].Client.Ended = time.Time{}
		}
		record := NewRecord(r)
		return record.Ladder(record.Phase(harness.Observe)).End
	}
	const ms = time.Millisecond
	for name, c := range map[string]struct{ ended, elapsed, began, after time.Duration }{
		"it began just before the first packet":        {1500 * ms, 1501 * ms, 0, 1500 * ms},
		"it took long to start":                        {1500 * ms, 1900 * ms, 0, 1500 * ms},
		"it waited again, on a connection that rested": {1900 * ms, 500 * ms, 1400 * ms, 1900 * ms},
		"its program ended after it had its result":    {1520 * ms, 1500 * ms, 0, 1500 * ms},
		"its clock is behind":                          {-time.Hour, 1500 * ms, 0, 1500 * ms},
		"its clock is ahead":                           {time.Hour, 1500 * ms, 0, 1500 * ms},
		"it did not say":                               {0, 1500 * ms, 0, 1500 * ms},
	} {
		end := at(c.ended, c.elapsed)
		assert.Equal(t, c.began, end.Began, name)
		assert.Equal(t, c.after, end.After, name)
	}
}
