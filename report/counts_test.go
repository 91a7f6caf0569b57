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
