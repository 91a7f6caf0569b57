package report

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lang/langtest"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// Texts that are written where they are told are whole in Korean.
func TestKoreanOfTextsIsComplete(t *testing.T) {
	assert.Greater(t, langtest.CheckLiterals(t, ".", "nothing"), 60)
	for noun, words := range countedWords {
		langtest.Check(t, noun, words)
	}
}

// inEnglish is a sentence: words that are no names, one after the other.
var inEnglish = regexp.MustCompile(`[a-z]{2,} [a-z]{2,} [a-z]{2,}`)

// typed is what is to be typed, in a line or in quotes.
var typed = regexp.MustCompile(`(?m)다음: .*  #|Wireshark에서.*|"[^"]*"`)

// What a capture shows is told in Korean to the end: as text, as a list, as counts, and by the help of another capture.
func TestDiagnosisInKorean(t *testing.T) {
	style := Style{Language: lang.Korean}
	text, counts, list := DiagnosisText{File: "x.pcap", Style: style}, Counts{Thorough: true}, DiagnosisList{Style: style}
	joined := JoinedAttempt{File: "x.pcap", Server: "y.pcap", Style: style}
	var seen []diagnose.Seen
	e := diagnose.New(diagnose.Options{Emit: func(a *diagnose.Judged) {
		text.Add(a)
		counts.Add(a)
		list.Add(a)
		joined.Diagnoses, seen = append(joined.Diagnoses, a.Diagnosis()), append(seen, a.Seen())
		joined.Counts.Add(a)
	}})
	packets := everyCapture(t).Packets
	for i := range packets {
		e.Add(&packets[i], nil)
	}
	e.Close()
	diagnose.Locate(joined.Diagnoses, seen, diagnose.Coverage{})
	all := map[string]string{
		"text": written(t, func(w io.Writer) error { return text.Write(w, e.Stats()) }), "list": written(t, list.Write), "joined": written(t, joined.Text),
		"counts": written(t, func(w io.Writer) error { return counts.Text(w, lang.Korean) }), "summary": counts.Summary(e.Stats()).In(lang.Korean),
	}
	for name, told := range all {
		require.Regexp(t, `\p{Hangul}`, told, name)
		for line := range strings.Lines(told) {
			assert.NotRegexp(t, inEnglish, typed.ReplaceAllString(line, ""), name)
			assert.NotContains(t, line, "%!", name)
		}
	}
	assert.Contains(t, all["list"], "클라이언트  ")
	assert.Contains(t, all["text"], "연결 ")
}

// What a page says is in both languages beside each other, and whole.
func TestKoreanOfPagesIsComplete(t *testing.T) {
	said := regexp.MustCompile(`say "([^"]*)" "([^"]*)"`).FindAllStringSubmatch(pageText("diagnosis.html.tmpl"), -1)
	assert.Greater(t, len(said), 25)
	for _, found := range said {
		langtest.Check(t, "diagnosis.html.tmpl", lang.Text{English: found[1], Korean: found[2]})
	}
}

// TestPageInKorean: nothing but drawings and typed commands is in English on a page in Korean.
func TestPageInKorean(t *testing.T) {
	d := diagnosisOf(t, everyCapture(t))
	d.Language = lang.Korean
	page := written(t, d.HTML)
	assert.Contains(t, page, `<html lang="ko">`)
	assert.Contains(t, page, "실패하지 않은 것")
	page = regexp.MustCompile(`(?s)<style>.*?</style>|<title>[^<]* seen at [^<]*</title>|<desc.*?</desc>|<pre>.*?</pre>|<code>.*?</code>|<[^>]*class="[^"]*"[^>]*>|<meta[^>]*>`).ReplaceAllString(page, "")
	for line := range strings.Lines(page) {
		assert.NotRegexp(t, inEnglish, typed.ReplaceAllString(line, ""))
	}
}
