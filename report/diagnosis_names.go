package report

import (
	"slices"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// nameList is the names that a name server does not know, of which the same is to be said: they are told once.
type nameList struct {
	first []string // a few of them
	all   map[string]struct{}
}

// What is kept of names at most.
const (
	namesTold  = 4
	namesKnown = 1 << 12
)

// add takes in the name of a lookup.
func (n *nameList) add(a *diagnose.Judged) {
	l, ok := a.Lookup()
	if !ok || a.Verdict != diagnose.NoSuchName || len(n.all) >= namesKnown {
		return
	}
	if n.all == nil {
		n.all = map[string]struct{}{}
	}
	n.all[l.Name] = struct{}{}
	if len(n.first) < namesTold && !slices.Contains(n.first, l.Name) {
		n.first = append(n.first, l.Name)
	}
}

// sentence names a few of several; empty where there is one.
func (n *nameList) sentence() lang.Message {
	if len(n.all) < 2 {
		return lang.Message{}
	}
	var more lang.Message
	if rest := len(n.all) - len(n.first); rest > 0 {
		more = lang.Tell(lang.Text{English: " and %d more", Korean: " 외 %d개"}, rest)
	}
	return lang.Tell(lang.Text{English: "the server knows none of %d names (%s%s); the frames and commands here are those of the first",
		Korean: "서버는 이름 %d개(%s%s)를 모두 모른다; 여기의 프레임과 명령은 그 첫 번째 것이다"}, len(n.all), strings.Join(n.first, ", "), more)
}
