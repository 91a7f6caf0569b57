package report

import (
	"fmt"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// unreadTold says which packets of a capture may carry TCP and could not be decoded, and where to capture in their place;
// "" where there are none. Datagrams of unknown content are left out, for they are no sign of a tunnel.
func unreadTold(stats diagnose.Stats) string {
	list := unreadKinds(stats.Inventory.Unread, func(u *wire.Unread) bool {
		return u.Obstacle == wire.ObstacleLink || u.Obstacle == wire.ObstacleFragment && u.Instead != (lang.Text{}) || u.Opaque && (u.Obstacle != wire.ObstacleUDP || u.Tunnel)
	})
	if len(list) == 0 {
		return ""
	}
	return "not decoded: " + unreadText(list) + verdictOn(list)
}

// nothingDecoded says what a capture holds in which there is neither TCP nor a ping; "" where all of it was decoded.
func nothingDecoded(stats diagnose.Stats) string {
	list := unreadKinds(stats.Inventory.Unread, func(*wire.Unread) bool { return true })
	if len(list) == 0 {
		return ""
	}
	return unreadText(list) + verdictOn(list)
}

// verdictOn says what follows from packets that were not decoded, and what to do about it.
func verdictOn(list []wire.Unread) string {
	text := ""
	for i := range list {
		switch u := &list[i]; {
		case u.Opaque:
			return ": TCP within them cannot be seen" + instead(list)
		case u.Obstacle == wire.ObstacleFragment && u.Instead != (lang.Text{}):
			text = ": the rest of the packets, their data, is not in the capture" + instead(list)
		case u.Obstacle == wire.ObstacleLink:
			text = ": these are no network packets" + instead(list)
		}
	}
	return text
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
func unreadText(list []wire.Unread) string {
	const most = 3
	var parts []string
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
		parts = append(parts, fmt.Sprintf("%d others", others))
	}
	return strings.Join(parts, ", ")
}

func unreadPart(u *wire.Unread) string {
	text := fmt.Sprintf("%d x %s", u.Packets, u.Name.English)
	if u.Hosts[0].IsValid() {
		text += fmt.Sprintf(" between %s and %s", u.Hosts[0], u.Hosts[1])
	}
	return text
}

// instead is what to do about the most of them.
func instead(list []wire.Unread) string {
	for i := range list {
		if list[i].Instead != (lang.Text{}) {
			return "; " + list[i].Instead.English
		}
	}
	return ""
}
