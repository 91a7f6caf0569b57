package diagnose

import (
	"fmt"
	"time"

	"github.com/tcplab/tcplab/lang"
)

// What is counted and measured, in words.

// span is a time for people: three digits are enough.
func span(ns int64) lang.Message {
	d := time.Duration(max(0, ns))
	switch {
	case d < time.Millisecond:
		return lang.Tell(lang.Same("%d µs"), d.Microseconds())
	case d < 999500*time.Microsecond: // from there on three digits are those of a second
		return lang.Tell(lang.Same("%.3g ms"), float64(d)/1e6)
	case d < 100*time.Second:
		return lang.Tell(lang.Text{English: "%.3g s", Korean: "%.3g초"}, d.Seconds())
	}
	return lang.Tell(clock(d.Round(time.Second)))
}

// clock is a time of minutes or more: "1m40s".
func clock(d time.Duration) lang.Text {
	text := lang.Text{English: d.String()}
	hours, minutes, seconds := int(d.Hours()), int(d.Minutes())%60, d.Seconds()-60*float64(int(d.Minutes()))
	switch {
	case hours > 0:
		text.Korean = fmt.Sprintf("%d시간 %d분 %.3g초", hours, minutes, seconds)
	case minutes > 0:
		text.Korean = fmt.Sprintf("%d분 %.3g초", minutes, seconds)
	default:
		text.Korean = fmt.Sprintf("%.3g초", seconds)
	}
	return text
}

// apart is a time between two captures: nobody needs the seconds of a day.
func apart(d time.Duration) lang.Message {
	switch {
	case d >= 48*time.Hour:
		return lang.Tell(lang.Text{English: "%.0f days", Korean: "%.0f일"}, d.Hours()/24)
	case d >= time.Hour:
		return lang.Tell(lang.Text{English: "%.0f h", Korean: "%.0f시간"}, d.Hours())
	}
	return lang.Tell(clock(d.Round(time.Second)))
}

// count is a number of things. English has another form for one of them; both have the number in them.
func count(n int64, one string, many lang.Text) lang.Message {
	if n == 1 {
		many.English = one
	}
	return lang.Tell(many, n)
}

func times(n int64) lang.Message {
	return count(n, "%d time", lang.Text{English: "%d times", Korean: "%d번"})
}

func packets(n int64) lang.Message {
	return count(n, "%d packet", lang.Text{English: "%d packets", Korean: "패킷 %d개"})
}

func syns(n int64) lang.Message {
	return count(n, "%d SYN", lang.Text{English: "%d SYNs", Korean: "SYN %d개"})
}

func synacks(n int64) lang.Message {
	return count(n, "%d SYN-ACK", lang.Text{English: "%d SYN-ACKs", Korean: "SYN-ACK %d개"})
}

func rsts(n int64) lang.Message {
	return count(n, "%d RST", lang.Text{English: "%d RSTs", Korean: "RST %d개"})
}

func echoRequests(n int64) lang.Message {
	return count(n, "%d echo request", lang.Text{English: "%d echo requests", Korean: "에코 요청 %d개"})
}

func echoReplies(n int64) lang.Message {
	return count(n, "%d echo reply", lang.Text{English: "%d echo replies", Korean: "에코 응답 %d개"})
}

func queries(n int64) lang.Message {
	return count(n, "%d query", lang.Text{English: "%d queries", Korean: "질의 %d개"})
}

// repeated adds to what was seen how often it was; nothing where that is once.
func repeated(n int64) lang.Message {
	if n == 1 {
		return lang.Message{}
	}
	return lang.Tell(lang.Text{English: ", %d times", Korean: ", %d번"}, n)
}

func ordinal(n int32) lang.Text {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return lang.Text{English: fmt.Sprintf("%d%s", n, suffix), Korean: fmt.Sprintf("%d번째", n)}
}

// inSequence are names, one after the other.
func inSequence(names []string, separator lang.Text) lang.Text {
	var list []lang.Text
	for _, name := range names {
		list = append(list, lang.Same(name))
	}
	return lang.Join(list, separator)
}
