package report

import (
	"fmt"
	"strings"

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

// String is "3 connections and 1 ping".
func (t tally) String() string {
	return t.each(func(noun string, total, _ int) string { return counted(total, noun) })
}

// failures is "1 of 3 connections and 1 of 1 ping".
func (t tally) failures() string {
	return t.each(func(noun string, total, failed int) string {
		return fmt.Sprintf("%d of %s", failed, counted(total, noun))
	})
}

// each joins what is said of the kinds, and leaves out those of which there was none.
func (t tally) each(say func(noun string, total, failed int) string) string {
	var parts []string
	for i, noun := range nouns {
		if t[i].total > 0 {
			parts = append(parts, say(noun, t[i].total, t[i].failed))
		}
	}
	switch n := len(parts); n {
	case 0:
		return say(nounConnection, 0, 0)
	case 1:
		return parts[0]
	default:
		return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
}

func counted[N int | int64](n N, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
