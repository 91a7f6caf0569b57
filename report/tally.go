package report

import (
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// tally counts attempts of each kind, in the order of nouns.
type tally [len(nouns)]struct{ total, failed int }

// nouns are what attempts are called.
var nouns = [...]string{nounConnection, nounPing, nounLookup}

const (
	nounConnection = "connection"
	nounPing       = "ping"
	nounLookup     = "lookup"
)

// nounOf is what an attempt is called. A neighbour that did not answer kept a connection from being made.
func nounOf(p diagnose.Subject) string {
	switch p {
	case diagnose.ICMP:
		return nounPing
	case diagnose.DNS:
		return nounLookup
	}
	return nounConnection
}

func (t *tally) add(p diagnose.Subject, failed bool) {
	for i, noun := range nouns {
		if noun != nounOf(p) {
			continue
		}
		t[i].total++
		if failed {
			t[i].failed++
		}
	}
}

// merge adds what another one has counted.
func (t *tally) merge(o tally) {
	for i := range t {
		t[i].total += o[i].total
		t[i].failed += o[i].failed
	}
}

func (t *tally) total() (n int) {
	for _, kind := range t {
		n += kind.total
	}
	return n
}

func (t *tally) failed() (n int) {
	for _, kind := range t {
		n += kind.failed
	}
	return n
}

// all is "3 connections and 1 ping".
func (t tally) all() lang.Text {
	return t.each(func(noun string, total, _ int) lang.Message { return counted(total, noun) })
}

// failures is "1 of 3 connections and 1 of 1 ping".
func (t tally) failures() lang.Text {
	return t.each(func(noun string, total, failed int) lang.Message { return shareOf(failed, total, noun) })
}

// each joins what is said of the kinds, and leaves out those of which there was none.
func (t tally) each(say func(noun string, total, failed int) lang.Message) lang.Text {
	var parts []lang.Text
	for i, noun := range nouns {
		if t[i].total > 0 {
			parts = append(parts, say(noun, t[i].total, t[i].failed).Words())
		}
	}
	switch n := len(parts); n {
	case 0:
		return say(nounConnection, 0, 0).Words()
	case 1:
		return parts[0]
	default:
		return lang.Join([]lang.Text{lang.Join(parts[:n-1], lang.Same(", ")), parts[n-1]}, lang.Text{English: " and ", Korean: ", "})
	}
}

// countedWords are what is counted, in each language; in English as there are for more than one.
var countedWords = map[string]lang.Text{
	nounConnection: {English: "%d connections", Korean: "연결 %d개"},
	nounPing:       {English: "%d pings", Korean: "ping %d개"},
	nounLookup:     {English: "%d lookups", Korean: "조회 %d개"},
	"packet":       {English: "%d packets", Korean: "패킷 %d개"},
	"attempt":      {English: "%d attempts", Korean: "시도 %d개"},
	"failure":      {English: "%d failures", Korean: "실패 %d개"},
	"capture":      {English: "%d captures", Korean: "캡처 %d개"},
	"day":          {English: "%d days", Korean: "%d일"},
}

func counted[N int | int64](n N, what string) lang.Message {
	words := countedWords[what]
	if n == 1 {
		words.English = strings.TrimSuffix(words.English, "s")
	}
	return lang.Tell(words, n)
}

// shareOf is "3 of 5 connections".
func shareOf(some, of int, noun string) lang.Message {
	return lang.Tell(lang.Text{English: "%d of %s", Korean: "%[2]s 중 %[1]d개"}, some, counted(of, noun))
}
