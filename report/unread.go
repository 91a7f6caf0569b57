package report

import (
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// unreadTold says which packets of a capture may carry TCP and could not be decoded, and where to capture in their place;
// it is empty where there are none. Datagrams of unknown content are left out, for they are no sign of a tunnel.
func unreadTold(stats diagnose.Stats) lang.Message {
	list := unreadKinds(stats.Inventory.Unread, func(u *wire.Unread) bool {
		return u.Obstacle == wire.ObstacleLink || u.Obstacle == wire.ObstacleFragment && u.Instead != (lang.Text{}) || u.Opaque && !isUnknownUDP(u)
	})
	if len(list) == 0 {
		return lang.Message{}
	}
	return lang.Tell(lang.Text{English: "not decoded: %s%s", Korean: "해독하지 못한 것: %s%s"}, unreadText(list), verdictOn(list))
}

// nothingDecoded says what a capture holds in which there is neither TCP nor a ping; it is empty where all of it was decoded.
func nothingDecoded(stats diagnose.Stats) lang.Message {
	list := unreadKinds(stats.Inventory.Unread, func(*wire.Unread) bool { return true })
	if len(list) == 0 {
		return lang.Message{}
	}
	return lang.Tell(lang.Same("%s%s"), unreadText(list), verdictOn(list))
}

// verdictOn says what follows from packets that were not decoded, and what to do about it.
func verdictOn(list []wire.Unread) lang.Message {
	var text lang.Message
	for i := range list {
		switch u := &list[i]; {
		case isUnknownUDP(u):
			text = lang.Tell(lang.Text{English: ": if they are a tunnel, TCP within it cannot be seen%s", Korean: ": 터널이라면 그 안의 TCP는 볼 수 없다%s"}, instead(list))
		case u.Opaque:
			return lang.Tell(lang.Text{English: ": TCP within them cannot be seen%s", Korean: ": 그 안의 TCP는 볼 수 없다%s"}, instead(list))
		case u.Obstacle == wire.ObstacleFragment && u.Instead != (lang.Text{}):
			text = lang.Tell(lang.Text{English: ": the rest of the packets, their data, is not in the capture%s", Korean: ": 패킷의 나머지인 데이터가 캡처에 없다%s"}, instead(list))
		case u.Obstacle == wire.ObstacleLink:
			text = lang.Tell(lang.Text{English: ": these are no network packets%s", Korean: ": 네트워크 패킷이 아니다%s"}, instead(list))
		}
	}
	return text
}

// isUnknownUDP reports whether the packets are UDP of which nothing shows that it is a tunnel: calls, games and others have ports of their own.
func isUnknownUDP(u *wire.Unread) bool {
	return u.Opaque && u.Obstacle == wire.ObstacleUDP && !u.Tunnel
}

// unreadKinds adds up the packets of the same kind, whatever their hosts, and keeps the hosts where they are the same.
func unreadKinds(all []wire.Unread, wanted func(*wire.Unread) bool) []wire.Unread {
	var list []wire.Unread
	index := map[lang.Text]int{}
	for i := range all {
		u := all[i]
		if !wanted(&u) {
			continue
		}
		at, known := index[u.Name]
		if !known {
			index[u.Name] = len(list)
			list = append(list, u)
			continue
		}
		list[at].Packets += u.Packets
		if list[at].Hosts != u.Hosts {
			clear(list[at].Hosts[:])
		}
	}
	return list
}

// unreadText is "22 packets of ESP (IP protocol 50) between A and B, and 3 others".
func unreadText(list []wire.Unread) lang.Text {
	const most = 3
	var parts []lang.Text
	var others int64
	for i := range list {
		u := &list[i]
		if i >= most {
			others += u.Packets
			continue
		}
		parts = append(parts, unreadPart(u))
	}
	if others > 0 {
		parts = append(parts, lang.Text{English: "%d others", Korean: "그 밖에 %d개"}.With(others))
	}
	return lang.Join(parts, lang.Same(", "))
}

func unreadPart(u *wire.Unread) lang.Text {
	if u.Hosts[0].IsValid() {
		return lang.Text{English: "%d x %s between %s and %s", Korean: "%[2]s %[1]d개(%[3]s - %[4]s)"}.With(u.Packets, u.Name, u.Hosts[0], u.Hosts[1])
	}
	return lang.Text{English: "%d x %s", Korean: "%[2]s %[1]d개"}.With(u.Packets, u.Name)
}

// instead is what to do about the most of them.
func instead(list []wire.Unread) lang.Message {
	for i := range list {
		if list[i].Instead != (lang.Text{}) {
			return lang.Tell(lang.Same("; %s"), list[i].Instead)
		}
	}
	return lang.Message{}
}
