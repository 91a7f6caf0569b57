package lesson

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

func TestReadAnswers(t *testing.T) {
	type answers map[string]answerValue
	n := func(n int) answerValue { return answerValue{kind: aNumber, number: n} }
	s := func(d time.Duration) answerValue { return answerValue{kind: aTime, duration: d} }
	h := func(name string) answerValue { return answerValue{kind: aHost, host: name} }
	v := func(v diagnose.Verdict) answerValue { return answerValue{kind: aVerdict, verdict: v} }
	address := answerValue{kind: anAddress, addr: netip.MustParseAddr("203.0.113.1")}
	yes, no := answerValue{kind: yesNo, yes: true}, answerValue{kind: yesNo}
	for kind, list := range map[answerKind]answers{
		aNumber: {"3": n(3), " 3 SYNs ": n(3), "SYN 3개": n(3), "3개": n(3), "세는 중: 12": n(12), "0": n(0), "None": n(0), "없음": n(0)},
		aTime: {"1": s(time.Second), "1.0": s(time.Second), "about 1 s": s(time.Second), "1,5": s(1500 * time.Millisecond), "1.5초": s(1500 * time.Millisecond),
			"약 2 초": s(2 * time.Second), "20 ms": s(20 * time.Millisecond), "20ms": s(20 * time.Millisecond), "300 milliseconds": s(300 * time.Millisecond),
			"20밀리초": s(20 * time.Millisecond)},
		anAddress: {"203.0.113.1": address, " 203.0.113.1:8080": address, "[203.0.113.1]": address,
			"[2001:db8::1]:80": {kind: anAddress, addr: netip.MustParseAddr("2001:db8::1")}},
		aHost: {"server": h("server"), "The Server": h("server"), "서버": h("server"), "서버가 보냈다": h("server"), "router": h("router"), "라우터": h("router"),
			"client.": h("client"), "클라이언트": h("client"), "server (서버)": h("server"), "well-known": h("well-known")},
		yesNo: {"yes": yes, "Y": yes, "예": yes, "네": yes, "예.": yes, "no": no, "No!": no, "n": no, "아니요": no, "아니오": no},
		aVerdict: {"no-answer": v(diagnose.NoAnswer), "no answer": v(diagnose.NoAnswer), "No_Answer": v(diagnose.NoAnswer), "OK": v(diagnose.OK),
			"none": v("none")},
	} {
		for text, want := range list {
			got, err := kind.read(text, lang.English)
			require.NoError(t, err, text)
			assert.Equal(t, want, got, text)
		}
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	for kind, test := range map[answerKind]struct {
		answers         []string
		english, korean string
	}{
		aNumber: {[]string{"", "many", "3 or 4", "3.5", "-1", "99999999999999999999"}, "one number, such as 3", "숫자 하나로 답한다(예: 3)"},
		aTime:   {[]string{"", "long", "1 to 2 s", "-1 s", "1e300", "99999999999999999999"}, "a time in seconds, such as 1.5", "초 단위 시간으로 답한다(예: 1.5)"},
		anAddress: {[]string{"", "router", "203.0.113", "203.0.113.1 and 203.0.113.10"}, "one address, such as 192.0.2.1",
			"주소 하나로 답한다(예: 192.0.2.1)"},
		aHost:    {[]string{"", "me", "client or server", "라우터와 서버"}, "client, router or server", "client, router, server 가운데 하나로 답한다"},
		yesNo:    {[]string{"", "maybe", "yes and no"}, "yes or no", "예 또는 아니요로 답한다"},
		aVerdict: {[]string{"", "dead", "no"}, `one verdict, such as one-sided, as "tcplab diagnose" names it`, "tcplab diagnose가 쓰는 판정 하나로 답한다(예: one-sided)"},
	} {
		for _, answer := range test.answers {
			_, err := kind.read(answer, lang.English)
			assert.EqualError(t, err, `"`+answer+`" is no answer to this question: answer with `+test.english)
			_, err = kind.read(answer, lang.Korean)
			assert.EqualError(t, err, `"`+answer+`": 이 질문의 답으로 읽을 수 없다. `+test.korean)
		}
	}
}

// A kernel's timers are late by a little, and a student rounds.
func TestTimesAreAboutRight(t *testing.T) {
	for _, test := range []struct {
		measured, given time.Duration
		right           bool
	}{
		{1012 * time.Millisecond, time.Second, true},
		{1060 * time.Millisecond, 1100 * time.Millisecond, true},
		{4260 * time.Millisecond, 4 * time.Second, true},
		{4260 * time.Millisecond, 3500 * time.Millisecond, false},
		{1012 * time.Millisecond, 2 * time.Second, false},
		{1012 * time.Millisecond, 700 * time.Millisecond, false},
		{2020 * time.Millisecond, time.Second, false},
		{200 * time.Microsecond, 0, true},
		{200 * time.Microsecond, time.Second, false},
	} {
		right := answerValue{kind: aTime, duration: test.measured}
		assert.Equal(t, test.right, right.equal(answerValue{kind: aTime, duration: test.given}), "%s for %s", test.given, test.measured)
	}
}
