package diagnose

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lang"
)

// schedules are the gaps between the SYNs of systems that are in use, in seconds. Linux: tcp_syn_retries and
// TCP_TIMEOUT_INIT, 1 s since 3.1 (RFC 6298) and 3 s before, tcp_syn_linear_timeouts since 6.5. macOS and BSD:
// tcp_syn_backoff. Windows: InitialRTO and MaxSynRetransmissions, and three SYNs half a second apart where each is
// refused.
var schedules = []struct {
	name lang.Text
	gaps []float64
}{
	{lang.Text{English: "exponential from 1 s (Linux 3.1 to 6.4, or with tcp_syn_linear_timeouts=0; Windows 10 and later; RFC 6298)",
		Korean: "1초부터 두 배씩(Linux 3.1부터 6.4까지, 또는 tcp_syn_linear_timeouts=0; Windows 10 이후; RFC 6298)"}, []float64{1, 2, 4, 8, 16, 32, 64}},
	{lang.Text{English: "linear at first (Linux 6.5 and later; macOS, FreeBSD)",
		Korean: "처음에는 일정(Linux 6.5 이후; macOS, FreeBSD)"}, []float64{1, 1, 1, 1, 1, 2, 4, 8, 16, 32, 64}},
	{lang.Text{English: "exponential from 3 s (RFC 1122: Linux before 3.1, Windows before 10)",
		Korean: "3초부터 두 배씩(RFC 1122: Linux 3.1 이전, Windows 10 이전)"}, []float64{3, 6, 12, 24, 48}},
	{lang.Text{English: "equal at first, from 3 s (older BSD)", Korean: "처음에는 3초로 일정(옛 BSD)"}, []float64{3, 3, 3, 3, 3, 6, 12, 24}},
	{lang.Text{English: "every half second (Windows, after a refusal)", Korean: "0.5초마다(Windows, 거부된 뒤)"}, []float64{0.5, 0.5}},
}

// scheduleName names the systems that retransmit at these gaps; it is empty where none does, or the gaps are too few
// to tell.
func scheduleName(gaps []time.Duration) lang.Text {
	if len(gaps) < 2 {
		return lang.Text{}
	}
	for _, s := range schedules {
		if follows(gaps, s.gaps) {
			return s.name
		}
	}
	return lang.Text{}
}

// follows allows for timers that run late: by a tenth of a second, and by a sixth.
func follows(gaps []time.Duration, want []float64) bool {
	if len(gaps) > len(want) {
		return false
	}
	for i, g := range gaps {
		if math.Abs(g.Seconds()-want[i]) > 0.1+want[i]/6 {
			return false
		}
	}
	return true
}

// synGaps are the times between the SYNs, as far as they are remembered.
func (c *conn) synGaps() []time.Duration {
	var gaps []time.Duration
	for i := 1; i < len(c.synTimes) && int64(i) < c.syns.count; i++ {
		gaps = append(gaps, time.Duration(int64(c.synTimes[i])-int64(c.synTimes[i-1]))*time.Microsecond)
	}
	return gaps
}

// schedule says in words how the SYNs were retransmitted.
func (c *conn) schedule() lang.Message {
	gaps := c.synGaps()
	var b strings.Builder
	for i, g := range gaps {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%.1f", g.Seconds())
	}
	if name := scheduleName(gaps); name != (lang.Text{}) {
		return lang.Tell(lang.Text{English: "SYNs after gaps of %s s: %s", Korean: "SYN 간격 %s초: %s"}, b.String(), name)
	}
	return lang.Tell(lang.Text{English: "SYNs after gaps of %s s", Korean: "SYN 간격 %s초"}, b.String())
}
