package report

import (
	"fmt"
	"io"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// TestTimelineIsBounded: however long a capture lasts, and in whatever order its attempts come, each is counted once and the steps are few.
func TestTimelineIsBounded(t *testing.T) {
	t.Parallel()
	for _, lasts := range []time.Duration{time.Millisecond, time.Minute, 26 * time.Hour, 400 * 24 * time.Hour, 4000 * 24 * time.Hour} {
		var l timeline
		begin := time.Date(2026, 11, 29, 7, 0, 0, 0, time.UTC)
		const attempts = 5000
		for i := range attempts {
			place := i * 3571 % attempts // in no order
			l.add(begin.Add(lasts*time.Duration(place)/attempts), place%10 == 0)
		}
		bars := l.bars()
		all, failed := 0, 0
		for i, b := range bars {
			all += b.Attempts
			failed += b.Failed
			if i > 0 {
				assert.True(t, bars[i-1].Begin.Before(b.Begin))
			}
			assert.Equal(t, b.Begin.Sub(bars[0].Begin)/steps[l.unit], time.Duration(b.step))
		}
		assert.Equal(t, attempts, all, lasts)
		assert.Equal(t, attempts/10, failed, lasts)
		assert.LessOrEqual(t, l.last-l.first, int64(mostSteps))
		assert.LessOrEqual(t, bars[0].Begin, begin)
	}
}

// TestCountsAreBounded: a scan has as many servers as it likes; they all count.
func TestCountsAreBounded(t *testing.T) {
	t.Parallel()
	c := Counts{Thorough: true}
	for i := range 2 * mostCounted {
		server := netip.AddrFrom4([4]byte{203, 0, byte(i >> 8), byte(i)})
		c.add(fact{protocol: diagnose.TCP, client: netip.MustParseAddrPort("198.51.100.10:40000"), server: netip.AddrPortFrom(server, 80), verdict: diagnose.Refused,
			first: time.Unix(1, 0), failed: true})
	}
	assert.Len(t, c.servers.by, mostCounted)
	assert.Equal(t, mostCounted, c.servers.beyond)
	text := written(t, func(w io.Writer) error { return c.Text(w, lang.English) })
	assert.Contains(t, text, fmt.Sprintf("and %d more: --json has all", mostCounted-mostRows))
	assert.Contains(t, text, fmt.Sprintf("and %d attempts with others, which are not counted apart", mostCounted))
	assert.Contains(t, text, fmt.Sprintf("  198.51.100.10     %d   %d    100 %%\n", 2*mostCounted, 2*mostCounted))
	assert.Equal(t, 2*mostCounted, c.Found())
}

// TestListIsBounded: what is not listed is counted.
func TestListIsBounded(t *testing.T) {
	t.Parallel()
	var l DiagnosisList
	d := diagnose.Diagnosis{Client: netip.MustParseAddrPort("198.51.100.10:40000"), Server: netip.MustParseAddrPort("203.0.113.10:80"), Verdict: diagnose.Refused, Failed: true}
	for range mostListed + 7 {
		l.AddDiagnosis(&d)
	}
	assert.Contains(t, written(t, l.Write), "\nand 7 more: --json has all")
}

// TestOnlySilenceIsIntermittent: a name server that says no has answered, and a connection whose beginning is not in the capture shows no answer.
func TestOnlySilenceIsIntermittent(t *testing.T) {
	t.Parallel()
	connection := func(v diagnose.Verdict) fact { return fact{protocol: diagnose.TCP, verdict: v, failed: v.Failed()} }
	asked := func(v diagnose.Verdict) fact { return fact{protocol: diagnose.DNS, verdict: v, failed: v.Failed()} }
	begun := func(ending diagnose.Verdict) fact {
		return fact{protocol: diagnose.TCP, verdict: diagnose.Midstream, ending: ending, failed: ending.Failed()}
	}
	for name, c := range map[string]struct {
		noun  string
		facts []fact
		want  string
	}{
		"a name that does not exist among others": {nounLookup, []fact{asked(diagnose.OK), asked(diagnose.NoSuchName), asked(diagnose.OK)}, ""},
		"a server that cannot find one of them":   {nounLookup, []fact{asked(diagnose.OK), asked(diagnose.ServerFailure), asked(diagnose.OK)}, ""},
		"a question without an answer": {nounLookup, []fact{asked(diagnose.NoSuchName), asked(diagnose.NoAnswer), asked(diagnose.NoSuchName), asked(diagnose.OK)},
			"intermittent: 1 of 4 lookups to this server failed while others were answered"},
		"a segment that a RST answers, among others without an answer": {nounConnection, []fact{begun(diagnose.Open), begun(diagnose.ResetByServer), begun(diagnose.Open)}, ""},
		"a refusal among connections": {nounConnection, []fact{connection(diagnose.OK), connection(diagnose.Refused), connection(diagnose.OK)},
			"intermittent: 1 of 3 connections to this port failed while others were answered"},
	} {
		var s share
		for i, f := range c.facts {
			f.first = time.Unix(int64(i+1), 0)
			s.add(&f)
		}
		assert.Equal(t, c.want, s.sentence(serverKey{noun: c.noun}).String(), name)
	}
}
