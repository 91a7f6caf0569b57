package report

import (
	"strings"
	"time"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// Cautions are what makes the diagnosis of a capture incomplete, each in a sentence that begins with the capture's name. Damage is what
// kept it from being read to its end; nil where nothing did.
func Cautions(name string, stats diagnose.Stats, damage error) []lang.Message {
	var list []lang.Message
	say := func(text lang.Text, args ...any) {
		list = append(list, lang.Tell(lang.Same("%s: %s"), name, lang.Tell(text, args...)))
	}
	if damage != nil {
		say(lang.Text{English: "%s; diagnosed is what comes before", Korean: "%s; 그 앞에 있는 것까지 진단했다"}, strings.TrimPrefix(damage.Error(), "wire: "))
	}
	if stats.Backwards > 0 {
		say(lang.Text{English: "the times run backwards by up to %s, in places: %d; if packets are out of order, sort them: reordercap %s sorted.pcapng",
			Korean: "시각이 최대 %s까지 거꾸로 간다, 그런 곳의 수: %d; 패킷의 순서가 뒤섞였으면 정렬한다: reordercap %s sorted.pcapng"},
			stats.FarthestBack.Round(time.Millisecond), stats.Backwards, name)
	}
	if stats.Evicted > 0 {
		what := lang.Text{English: "connections", Korean: "연결"}
		if stats.Echoes > 0 {
			what = lang.Text{English: "connections or pings", Korean: "연결이나 ping"}
		}
		say(lang.Text{English: "too many %s at a time: %d were given up before their end; --max-tracked N follows more",
			Korean: "동시에 있는 것이 너무 많다(%s): %d개를 끝나기 전에 포기했다; --max-tracked N으로 더 따라간다"}, what, stats.Evicted)
	}
	if text := unreadTold(stats); !text.IsEmpty() {
		say(lang.Same("%s"), text)
	}
	return list
}
