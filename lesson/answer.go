package lesson

import (
	"errors"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// answerKind is what sort of thing an answer is.
type answerKind int

const (
	aNumber answerKind = iota
	aTime
	anAddress
	aHost
	yesNo
	aVerdict
)

// answerValue is an answer, the right one or a student's. The field of its kind is filled in.
type answerValue struct {
	kind     answerKind
	number   int
	duration time.Duration
	addr     netip.Addr
	host     string
	yes      bool
	verdict  diagnose.Verdict
}

func numberValue(n int) answerValue     { return answerValue{kind: aNumber, number: n} }
func hostValue(name string) answerValue { return answerValue{kind: aHost, host: name} }
func yesNoValue(yes bool) answerValue   { return answerValue{kind: yesNo, yes: yes} }
func (v answerValue) isTime() bool      { return v.kind == aTime }
func (v answerValue) seconds() string   { return strconv.FormatFloat(v.duration.Seconds(), 'g', 4, 64) }

// How far an answer in seconds may be from what was measured: a kernel's timer of 1 s fires up to an eighth late, and one
// who says "1 s" has understood.
const (
	latitude         = 150 * time.Millisecond
	latitudeFraction = 0.125
)

// equal reports whether a student's answer is as good as the right one.
func (v answerValue) equal(given answerValue) bool {
	if v.isTime() {
		return (v.duration - given.duration).Abs() <= latitude+time.Duration(latitudeFraction*float64(v.duration))
	}
	return v == given
}

// text is the answer as one would write it.
func (v answerValue) text(tag lang.Tag) string {
	switch v.kind {
	case aNumber:
		return strconv.Itoa(v.number)
	case aTime:
		return v.seconds() + lang.Text{English: " s", Korean: "초"}.In(tag)
	case anAddress:
		return v.addr.String()
	case aHost:
		return v.host
	case aVerdict:
		return string(v.verdict)
	}
	if v.yes {
		return lang.Text{English: "yes", Korean: "예"}.In(tag)
	}
	return lang.Text{English: "no", Korean: "아니요"}.In(tag)
}

// read reads a student's answer, as tolerantly as it can be understood in one way only.
func (k answerKind) read(answer string, tag lang.Tag) (answerValue, error) {
	v, ok := answerReaders[k](strings.ToLower(strings.TrimSpace(answer)))
	if !ok {
		return answerValue{}, errors.New(notAnswer.Format(tag, answer, answerExamples[k].In(tag)))
	}
	v.kind = k
	return v, nil
}

var notAnswer = lang.Text{English: "%q is no answer to this question: answer with %s", Korean: "%q: 이 질문의 답으로 읽을 수 없다. %s"}

var answerExamples = map[answerKind]lang.Text{
	aNumber:   {English: "one number, such as 3", Korean: "숫자 하나로 답한다(예: 3)"},
	aTime:     {English: "a time in seconds, such as 1.5", Korean: "초 단위 시간으로 답한다(예: 1.5)"},
	anAddress: {English: "one address, such as 192.0.2.1", Korean: "주소 하나로 답한다(예: 192.0.2.1)"},
	aHost:     {English: "client, router or server", Korean: "client, router, server 가운데 하나로 답한다"},
	yesNo:     {English: "yes or no", Korean: "예 또는 아니요로 답한다"},
	aVerdict: {English: "one verdict, such as " + string(diagnose.OneSided) + ", as \"tcplab diagnose\" names it",
		Korean: "tcplab diagnose가 쓰는 판정 하나로 답한다(예: " + string(diagnose.OneSided) + ")"},
}

var answerReaders = map[answerKind]func(string) (answerValue, bool){
	aNumber: readNumber, aTime: readSeconds, anAddress: readAddress, aHost: readHost, yesNo: readYesNo, aVerdict: readVerdict,
}

var (
	numeral      = regexp.MustCompile(`\d+(?:[.,]\d+)?`)
	wordsForNone = []string{"none", "no", "nothing", "zero", "없음", "없다", "없어요", "없습니다", "하나도 없다"}
)

// readNumber takes the one number in the text: "3", "3 SYNs", "3개".
func readNumber(text string) (answerValue, bool) {
	if slices.Contains(wordsForNone, text) {
		return numberValue(0), true
	}
	found := numeral.FindAllString(text, -1)
	if len(found) != 1 || strings.Contains(text, "-"+found[0]) {
		return answerValue{}, false
	}
	n, err := strconv.Atoi(found[0])
	return numberValue(n), err == nil
}

var inMilliseconds = regexp.MustCompile(`\d *(ms|msec|milliseconds?|밀리초)`)

// readSeconds takes the one number in the text for seconds, where it does not say milliseconds: "about 1 s", "1초", "20 ms".
func readSeconds(text string) (answerValue, bool) {
	found := numeral.FindAllString(text, -1)
	if len(found) != 1 || strings.Contains(text, "-"+found[0]) {
		return answerValue{}, false
	}
	n, err := strconv.ParseFloat(strings.Replace(found[0], ",", ".", 1), 64)
	unit := time.Second
	if inMilliseconds.MatchString(text) {
		unit = time.Millisecond
	}
	const most = 1e9 // thirty years
	return answerValue{duration: time.Duration(n * float64(unit))}, err == nil && n < most
}

// readAddress takes an address, with a port or without.
func readAddress(text string) (answerValue, bool) {
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return answerValue{addr: withPort.Addr()}, true
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return answerValue{addr: addr}, err == nil
}

var hostWords = map[string]string{"client": "client", "router": "router", "server": "server", lab.WellKnown: lab.WellKnown,
	"클라이언트": "client", "라우터": "router", "서버": "server"}

// readHost takes the one host that the text names: "server", "the server", "서버가 보냈다".
func readHost(text string) (answerValue, bool) {
	var found []string
	for word, name := range hostWords {
		if strings.Contains(text, word) && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	if len(found) != 1 {
		return answerValue{}, false
	}
	return hostValue(found[0]), true
}

var (
	yesses = []string{"yes", "y", "예", "네", "그렇다", "응"}
	noes   = []string{"no", "n", "아니요", "아니오", "아니다", "아뇨", "아니"}
)

func readYesNo(text string) (answerValue, bool) {
	word := strings.TrimRightFunc(text, unicode.IsPunct)
	return yesNoValue(slices.Contains(yesses, word)), slices.Contains(yesses, word) || slices.Contains(noes, word)
}

// readVerdict takes a verdict, also with spaces in it.
func readVerdict(text string) (answerValue, bool) {
	v := diagnose.Verdict(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '_' || r == '-' }), "-"))
	return answerValue{verdict: v}, v == nothingSeen || slices.Contains(diagnose.Verdicts(), v)
}
