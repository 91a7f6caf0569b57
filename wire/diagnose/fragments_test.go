package diagnose

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Requests of 1400 bytes that are sent in fragments of 936 and 464 bytes.
const (
	inFragments = handshake + "1 > . 1 936 1 more\n1 > P. 937 464 1\n"
	firstAlone  = handshake + "1 > . 1 936 1 more\n"
)

// TestASegmentInFragmentsIsAsLongAsAllOfThem: neither a hole nor a FIN is seen where the rest of a segment is.
func TestASegmentInFragmentsIsAsLongAsAllOfThem(t *testing.T) {
	for name, c := range map[string]struct{ packets, want string }{
		"all is there":                           {inFragments + "1.1 < . 1 0 1401\n1.2 < P. 1 10 1401\n1.3 > F. 1401 0 11\n1.3 < F. 11 0 1402\n1.4 > . 1402 0 12", "closed in both directions; 1400 bytes up, 10 bytes down"},
		"a filter left the rest out":             {firstAlone + "1.1 < . 1 0 1401\n1.2 < P. 1 10 1401\n1.3 > F. 1401 0 11\n1.3 < F. 11 0 1402\n1.4 > . 1402 0 12", "closed in both directions; 1400 bytes up, 10 bytes down"},
		"the rest is the FIN, or a byte of data": {firstAlone + "1.1 < . 1 0 938\n1.2 < P. 1 10 938", "still open when the capture ends; 937 bytes up, 10 bytes down"},
	} {
		r := diagnoseText(t, c.packets)[0]
		assert.Equal(t, c.want, r.Summary.String(), name)
		notes := strings.Join(english(r.Notes), "; ")
		assert.Equal(t, name != "all is there", strings.Contains(notes, "the capture lacks packets that were acknowledged"), name)
		assert.NotContains(t, notes, "fragments", name)
	}
}

// TestFragmentsThatAreLostAreToldByWhatWasSeen: a firewall that drops them is not accused where a filter of the capture may have done it, and no link's
// MTU is, which fragments fit.
func TestFragmentsThatAreLostAreToldByWhatWasSeen(t *testing.T) {
	const rest, passed = "came without the rest: something before this place dropped it", "all of which passed here: many firewalls drop fragments"
	again := func(at string) string { return at + " > . 1 1336 1 more\n" }
	whole := func(at string) string { return again(at) + at + " > P. 1337 64 1\n" }
	small := "0.5 > P. 1 50 1\n0.6 < . 1 0 51\n"
	for name, c := range map[string]struct{ packets, verdict, note string }{
		"the first fragment comes again and again":   {handshake + again("1") + again("1.3") + again("1.9") + again("3.1"), "blackhole", "4 packets " + rest},
		"all fragments are sent again and again":     {handshake + whole("1") + whole("1.3") + whole("1.9") + whole("3.1"), "blackhole", passed},
		"a smaller segment came behind the fragment": {handshake + small + "1 > . 51 936 1 more\n1.1 > P. 2500 10 1\n1.2 < . 1 0 987\n9 < . 1 0 987", "open", ""},
		"data that is not in fragments":              {handshake + "1 > P. 1 100 1\n1.3 > P. 1 100 1\n1.9 > P. 1 100 1\n3.1 > P. 1 100 1", "blackhole", ""},
		"fragments that arrived, before other data":  {inFragments + "1.1 < . 1 0 1401\n2 > P. 1401 100 1\n2.3 > P. 1401 100 1\n2.9 > P. 1401 100 1\n4.1 > P. 1401 100 1", "blackhole", ""},
	} {
		r := diagnoseText(t, c.packets)[0]
		assert.Equal(t, c.verdict, r.verdict, name)
		notes := strings.Join(english(r.Notes), "; ")
		if c.note == "" {
			assert.NotContains(t, notes, "fragments", name)
		} else {
			assert.Contains(t, notes, c.note, name)
		}
	}
}

// TestAnAnswerInFragmentsIsNoneWhereTheSameQueryComesAgain: its first fragment has the header of DNS, and the kernel gives the client all or nothing.
func TestAnAnswerInFragmentsIsNoneWhereTheSameQueryComesAgain(t *testing.T) {
	const ask, part = "0 dns > A db.example\n", "0.01 dns < A db.example 203.0.113.10 more\n"
	const note = "an answer came in fragments of IP (frame 2), and the client sent the same query again: it has not got all of them (many firewalls drop fragments)"
	for name, c := range map[string]struct{ packets, want string }{
		"asked again":                        {ask + part + "5 dns > A db.example", "no-answer"},
		"each time in vain":                  {ask + part + "5 dns > A db.example\n5.01 dns < A db.example 203.0.113.10 more\n10 dns > A db.example", "no-answer"},
		"not asked again":                    {ask + part + "20 ping 1\n20.01 pong 1", "ok ok"},
		"another question":                   {ask + part + "5 dns > A www.example query=8\n5.01 dns < A www.example 203.0.113.10 query=8", "ok ok"},
		"asked again, answered in one piece": {ask + part + "5 dns > A db.example\n5.01 dns < A db.example 203.0.113.10", "ok"},
		"an answer in one piece":             {ask + "0.01 dns < A db.example 203.0.113.10\n5 dns > A db.example\n10 dns > A db.example", "ok no-answer"},
		"captured twice":                     {"0 dns > A db.example id=1\n0.001 dns > A db.example id=1\n0.01 dns < A db.example 203.0.113.10 more id=2\n0.011 dns < A db.example 203.0.113.10 more id=2", "ok"},
	} {
		list := diagnoseText(t, c.packets)
		assert.Equal(t, c.want, verdictsOf(list), name)
		assert.Equal(t, strings.HasPrefix(name, "asked again"), slices.Contains(english(list[0].Notes), note), name)
	}
}
