package report

import (
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// Summary is the first line of what is said of a capture; stats are those of the whole capture.
func (c *Counts) Summary(stats diagnose.Stats) lang.Message { return c.andLeftOut(c.sentence(stats)) }

// andLeftOut adds how many attempts were not looked at.
func (c *Counts) andLeftOut(text lang.Message) lang.Message {
	if c.left == 0 {
		return text
	}
	return lang.Tell(lang.Text{English: "%s; left out: %d more", Korean: "%s; 제외한 것: %d개"}, text, c.left)
}

func (c *Counts) sentence(stats diagnose.Stats) lang.Message {
	packets := counted(stats.Packets, "packet")
	switch {
	case c.tally.total() == 0 && stats.TCP+stats.Echoes+stats.Messages == 0:
		return withoutTraffic(stats)
	case c.tally.total() == 0 && stats.Echoes+stats.Messages == 0:
		return lang.Tell(lang.Text{English: "no connection that was asked for in %s", Korean: "%s 가운데 찾는 연결이 없다"}, packets)
	case c.tally.total() == 0:
		return lang.Tell(lang.Text{English: "no connection, ping or lookup that was asked for in %s", Korean: "%s 가운데 찾는 연결, ping, 조회가 없다"}, packets)
	case c.Filter.Verdicts != nil:
		return lang.Tell(lang.Same("%s (%s)"), c.asFiltered(), verdictCounts(c.verdicts))
	case c.tally.failed() == 0:
		return lang.Tell(lang.Text{English: "%s in %s, none failed (%s)", Korean: "%[2]s 안에 %[1]s, 실패 없음 (%[3]s)"}, c.tally.all(), packets, verdictCounts(c.verdicts))
	}
	return lang.Tell(lang.Text{English: "%s failed (%s)", Korean: "%s 실패 (%s)"}, c.tally.failures(), verdictCounts(c.verdicts))
}

// brief is the summary without verdicts.
func (c *Counts) brief() lang.Message {
	text := lang.Tell(lang.Text{English: "%s failed", Korean: "%s 실패"}, c.tally.failures())
	if c.Filter.Verdicts != nil {
		text = c.asFiltered()
	}
	return c.andLeftOut(text)
}

// asFiltered is "9 of 121 connections are no-answer or refused".
func (c *Counts) asFiltered() lang.Message {
	var names []lang.Text
	for _, v := range c.Filter.Verdicts {
		names = append(names, lang.Same(string(v)))
	}
	text := lang.Text{English: "%s are %s", Korean: "%s: %s"}
	if c.tally.total() == 1 {
		text.English = "%s is %s"
	}
	return lang.Tell(text, c.asked.failures(), lang.Join(names, lang.Text{English: " or ", Korean: " 또는 "}))
}

// withoutTraffic is what a capture says in which there is nothing to diagnose. It is an answer: a program that captures at
// a place that a packet never reaches writes the head of its file and nothing else.
func withoutTraffic(stats diagnose.Stats) lang.Message {
	if stats.Packets == 0 {
		return lang.Tell(lang.Text{English: "holds no packet: nothing of this reached here, if the capture ran at the time",
			Korean: "패킷이 하나도 없다: 그때 캡처가 돌고 있었다면 이곳에 닿은 것이 없다"})
	}
	packets := counted(stats.Packets, "packet")
	switch unread := nothingDecoded(stats); {
	case unread.IsEmpty():
		return lang.Tell(lang.Text{English: "no TCP and no ping in %s: none reached here, if the capture ran at the time",
			Korean: "%s 가운데 TCP도 ping도 없다: 그때 캡처가 돌고 있었다면 이곳에 닿은 것이 없다"}, packets)
	case len(stats.Inventory.Opaque()) == 0 && stats.Inventory.Unread[0].Obstacle != wire.ObstacleLink:
		return lang.Tell(lang.Text{English: "no TCP and no ping in %s (%s): none reached here, if the capture ran at the time",
			Korean: "%s 가운데 TCP도 ping도 없다(%s): 그때 캡처가 돌고 있었다면 이곳에 닿은 것이 없다"}, packets, unread)
	default:
		return lang.Tell(lang.Text{English: "no TCP and no ping could be read in %s: %s", Korean: "%s 가운데 읽을 수 있는 TCP나 ping이 없다: %s"}, packets, unread)
	}
}
