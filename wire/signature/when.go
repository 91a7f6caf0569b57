package signature

import (
	"fmt"
	"strings"
	"time"
)

// when is the time of a line. The zero value is not checked.
type when struct {
	rule     whenRule
	from, to time.Duration // of a gap: from; of a range: both
}

type whenRule uint8

const (
	anyTime whenRule = iota
	gap
	within
	rto
)

func (w when) String() string {
	switch w.rule {
	case gap:
		return "+" + seconds(w.from)
	case within:
		return "+" + seconds(w.from) + ".." + seconds(w.to)
	case rto:
		return "+rto"
	}
	return "+any"
}

func parseWhen(text string) (when, bool) {
	text, ok := strings.CutPrefix(text, "+")
	switch {
	case !ok:
		return when{}, false
	case text == "any":
		return when{}, true
	case text == "rto":
		return when{rule: rto}, true
	}
	from, to, ranged := strings.Cut(text, "..")
	a, ok := parseSeconds(from)
	if !ranged {
		return when{rule: gap, from: a}, ok
	}
	b, okay := parseSeconds(to)
	return when{rule: within, from: a, to: b}, ok && okay && a <= b
}

// parseSeconds reads a decimal number of seconds. It may be negative: in a capture of several interfaces the packets
// are not always in the order of their times.
func parseSeconds(text string) (time.Duration, bool) {
	digits := strings.TrimPrefix(text, "-")
	if digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return 0, false
	}
	d, err := time.ParseDuration(text + "s")
	return d, err == nil
}

// seconds is a duration as a decimal number of seconds with no more digits than needed.
func seconds(d time.Duration) string {
	text := fixed(d, 9)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// milliseconds is a duration in seconds with three decimals, the precision of a printed trace. Finer ones are in the
// capture; the kernel's retransmission timers are no finer than its tick of 1 to 10 ms.
func milliseconds(d time.Duration) string { return fixed(d.Round(time.Millisecond), 3) }

func fixed(d time.Duration, decimals int) string {
	sign := ""
	n := uint64(d)
	if d < 0 {
		sign, n = "-", -n
	}
	text := fmt.Sprintf("%s%d.%09d", sign, n/uint64(time.Second), n%uint64(time.Second))
	return text[:len(text)-9+decimals]
}
