package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/tcplab/tcplab/wire/diagnose"
)

// Cautions are what makes the diagnosis of a capture incomplete, each in a sentence that begins with the capture's name. Damage is what
// kept it from being read to its end; nil where nothing did.
func Cautions(name string, stats diagnose.Stats, damage error) []string {
	var list []string
	say := func(format string, args ...any) { list = append(list, name+": "+fmt.Sprintf(format, args...)) }
	if damage != nil {
		say("%s; diagnosed is what comes before", strings.TrimPrefix(damage.Error(), "wire: "))
	}
	if stats.Backwards > 0 {
		say("the times run backwards by up to %s, in places: %d; if packets are out of order, sort them: reordercap %s sorted.pcapng",
			stats.FarthestBack.Round(time.Millisecond), stats.Backwards, name)
	}
	if stats.Evicted > 0 {
		what := "connections"
		if stats.Echoes > 0 {
			what += " or pings"
		}
		say("too many %s at a time: %d were given up before their end; --max-tracked N follows more", what, stats.Evicted)
	}
	if text := unreadTold(stats); text != "" {
		say("%s", text)
	}
	return list
}
