package lesson

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/signature"
)

// ask is how a question's answer is computed from a record.
type ask struct {
	verb    string
	nth     int // of a gap, counted from 1
	packets []wanted
	point   string
	subject subject
}

// wanted is a packet that is looked for, and its text.
type wanted struct {
	signature.PacketMatcher
	text string
}

// subject is what a question is about.
type subject int

const (
	anything subject = iota // a connection or a ping, whichever came last
	aConnection
	aPing
)

// askForm is what a verb takes, and what it gives.
type askForm struct {
	counted bool // a number comes first
	packets int
	point   bool
	kind    answerKind
}

var askForms = map[string]askForm{
	"count":     {packets: 1, point: true, kind: aNumber},
	"gap":       {counted: true, packets: 1, point: true, kind: aTime},
	"elapsed":   {packets: 2, point: true, kind: aTime},
	"source":    {packets: 1, point: true, kind: anAddress},
	"sender":    {packets: 1, kind: aHost},
	"last-seen": {packets: 1, kind: aHost},
	"reached":   {point: true, kind: yesNo},
	"verdict":   {point: true, kind: aVerdict},
}

func (a ask) kind() answerKind { return askForms[a.verb].kind }

// vantagePoints are the vantage points of every lab, from the client on; onTheWay are those between client and server.
var vantagePoints, onTheWay = namesOf(lab.WithWellKnown()), namesOf(lab.Routed())

func namesOf(t lab.Topology) []string {
	var list []string
	for _, p := range t.VantagePoints() {
		list = append(list, p.Name)
	}
	return list
}

func parseAsk(text string) (ask, error) {
	verb, rest, _ := strings.Cut(text, " ")
	f, known := askForms[verb]
	if !known {
		return ask{}, fmt.Errorf("%q begins with none of count, gap, elapsed, source, sender, last-seen, reached, verdict", text)
	}
	a := ask{verb: verb}
	if f.point {
		var err error
		if rest, a.point, err = cutPoint(rest); err != nil {
			return ask{}, fmt.Errorf("%q: %w", text, err)
		}
	}
	if f.counted {
		number, after, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 {
			return ask{}, fmt.Errorf("%q: after gap comes a number from 1 on, not %q", text, number)
		}
		a.nth, rest = n, after
	}
	return a, a.parsePackets(rest, f.packets)
}

// cutPoint takes the vantage point off the end.
func cutPoint(text string) (rest, point string, err error) {
	point = text
	if i := strings.LastIndex(" "+text, " at "); i >= 0 {
		rest, point = strings.TrimSpace(text[:i]), text[i+len("at "):]
	}
	if !slices.Contains(vantagePoints, point) {
		return "", "", fmt.Errorf("%q is not a vantage point: they are %s", point, strings.Join(vantagePoints, ", "))
	}
	return rest, point, nil
}

func (a *ask) parsePackets(text string, want int) error {
	var parts []string
	if text != "" {
		parts = strings.SplitN(text, ", ", max(want, 1))
	}
	if len(parts) != want {
		return fmt.Errorf("%s takes %d packets, separated by a comma, not %q", a.verb, want, text)
	}
	for _, part := range parts {
		m, err := signature.ParsePacket(part)
		if err != nil {
			return err
		}
		p := wanted{m, m.String()}
		if !a.hasPoint() && p.either() {
			return fmt.Errorf("%s %s: which way? It must be > or <", a.verb, p.text)
		}
		a.packets, a.subject = append(a.packets, p), p.subject()
	}
	return nil
}

func (a ask) hasPoint() bool { return askForms[a.verb].point }

func (p wanted) either() bool   { return p.text[0] == '*' }
func (p wanted) toServer() bool { return p.text[0] == '>' }

func (p wanted) subject() subject {
	switch message, icmp := strings.CutPrefix(p.text[2:], "icmp"); {
	case !icmp:
		return aConnection
	case strings.HasPrefix(message, " echo-"):
		return aPing
	}
	return anything
}

// packetNames are the packets that everybody calls by a name.
var packetNames = map[string]string{
	"S": "SYN", "S.": "SYN-ACK", "R": "RST", "R.": "RST", "R*": "RST", "F.": "FIN", "F*": "FIN", "P.": "data", ".": "ACK",
	"icmp": "ICMP error", "icmp echo-request": "ICMP echo request", "icmp echo-reply": "ICMP echo reply",
	"icmp unreachable": "ICMP unreachable", "icmp time-exceeded": "ICMP time exceeded",
}

// name is what the packet is called in every language; its text where it has no name.
func (p wanted) name() string {
	if name, ok := packetNames[p.text[2:]]; ok {
		return name
	}
	return p.text
}

// phrase is what such packets are called in a sentence.
func (p wanted) phrase(tag lang.Tag) string {
	if all, ok := anyPackets[p.text]; ok {
		return all.In(tag)
	}
	return p.name() + lang.Text{English: " packets", Korean: " 패킷"}.In(tag)
}

var anyPackets = map[string]lang.Text{
	"* *": {English: "packets, there and back,", Korean: "양방향 패킷"},
	"> *": {English: "packets from the client", Korean: "클라이언트가 보낸 패킷"},
	"< *": {English: "packets from the server", Korean: "서버가 보낸 패킷"},
}

// name is what is looked for.
func (a ask) name() string {
	var names []string
	for _, p := range a.packets {
		names = append(names, p.name())
	}
	return strings.Join(names, ", ")
}

// look says where to look.
func (a ask) look(tag lang.Tag) string {
	text := placesToLook[a.verb].In(tag)
	switch a.verb {
	case "count", "source":
		return fmt.Sprintf(text, a.packets[0].phrase(tag), a.point)
	case "gap":
		return fmt.Sprintf(text, a.packets[0].phrase(tag), a.nth, a.nth+1, a.point)
	case "elapsed":
		return fmt.Sprintf(text, a.packets[0].phrase(tag), a.packets[1].phrase(tag), a.point)
	case "reached", "verdict":
		return fmt.Sprintf(text, a.point)
	}
	return fmt.Sprintf(text, a.packets[0].phrase(tag))
}

var placesToLook = map[string]lang.Text{
	"count": {English: "count the %[1]s in a capture at %[2]s.",
		Korean: "%[2]s에서 캡처해 %[1]s의 개수를 센다."},
	"gap": {English: "look at the times of the %[1]s in a capture at %[4]s, and subtract that of number %[2]d from that of number %[3]d.",
		Korean: "%[4]s에서 캡처해 %[1]s의 시각을 보고, %[3]d번째에서 %[2]d번째를 뺀다."},
	"elapsed": {English: "look at a capture at %[3]s, and subtract the time of the first of the %[1]s from that of the first of the %[2]s after it.",
		Korean: "%[3]s에서 캡처해 첫 %[1]s의 시각과 그 뒤 첫 %[2]s의 시각을 보고, 그 차이를 구한다."},
	"source": {English: "look at the source address of the %[1]s in a capture at %[2]s.",
		Korean: "%[2]s에서 캡처해 %[1]s의 출발지 주소를 본다."},
	"sender": {English: "see at which hosts a capture holds the %s, and whose address they come from.",
		Korean: "호스트마다 캡처해 %s이 어디에서 보이는지, 출발지 주소가 어느 호스트의 것인지 확인한다."},
	"last-seen": {English: "see at which hosts a capture holds the %s, and at which it does not.",
		Korean: "호스트마다 캡처해 %s이 어디에서 보이고 어디에서 보이지 않는지 확인한다."},
	"reached": {English: "look for packets that the client sent in a capture at %s.",
		Korean: "%s에서 캡처해 클라이언트가 보낸 패킷이 있는지 본다."},
	"verdict": {English: "see what \"tcplab diagnose\" says of a capture at %s.",
		Korean: "%s에서 캡처한 파일을 tcplab diagnose로 분석해 본다."},
}
