// Package langtest sees that texts are whole in Korean: nobody who cannot read a translation could see it otherwise.
package langtest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tcplab/tcplab/lang"
)

var (
	hangul = regexp.MustCompile(`\p{Hangul}`)
	// prose is what has to be translated: a word that is no name, and joins no others.
	prose   = regexp.MustCompile(`(?:^|[\s(])[a-z]{2,}`)
	joining = regexp.MustCompile(`\b(?:and|or|is|are)\b`)
	// verb is a verb of package fmt, with the number of its argument.
	verb = regexp.MustCompile(`%(?:\[(\d)\])?[+#.0-9-]*[a-zA-Z]`)
)

// technical is what is written the same in both languages.
var technical = []*regexp.Regexp{
	regexp.MustCompile(`\b\d+(?:\.\d+)?`),                    // numbers
	regexp.MustCompile(`\b[A-Z][A-Z0-9_]+(?:-[A-Z0-9]+)*\b`), // SYN-ACK, ECONNREFUSED
	regexp.MustCompile(`\b[A-Za-z]\w*(?:[._=]\w+)+`),         // sysctls, files
	regexp.MustCompile(`"[^"]+"`),                            // messages
	regexp.MustCompile(`\b(?:TcpExt\w+|ClientHello|Linux|Windows|Kubernetes|Azure|HAProxy|nginx|MySQL|PostgreSQL)\b`),
	regexp.MustCompile(`\b(?:ping|curl|ss|mtr|traceroute|tcpdump|conntrack)\b`), // programs
}

// inKorea has what is called otherwise in Korea, or is not a name there.
var inKorea = strings.NewReplacer("hardware address", "MAC address", "time to live", "TTL", "ICMP errors", "ICMP error", "pings", "ping", "SYNs", "SYN", "SYN-ACKs", "SYN-ACK", "RSTs", "RST",
	"within a second", "within 1 second", "half second", "0.5 s", "five to ten minutes", "5 to 10 minutes",
	"half a minute", "30 s", "a minute or two", "1 to 2 minutes")

// terms are the technical terms of a text, sorted, each once.
func terms(text string) []string {
	text = verb.ReplaceAllString(text, " ")
	var found []string
	for _, t := range technical {
		found = append(found, t.FindAllString(text, -1)...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// Check sees that a text has its Korean, with the same verbs for the same arguments, the same technical terms, and the particles that
// fit what is before them.
func Check(t *testing.T, where string, text lang.Text) {
	t.Helper()
	if plain := joining.ReplaceAllString(verb.ReplaceAllString(text.English, " "), ""); prose.MatchString(plain) {
		assert.Regexp(t, hangul, text.Korean, "%s: %q has no Korean", where, text.English)
	} else {
		assert.NotEmpty(t, text.Korean, "%s: %q has no Korean", where, text.English)
	}
	assert.Equal(t, verbsOf(text.English), verbsOf(text.Korean), "%s: the verbs of the Korean differ: %q", where, text.Korean)
	assert.Equal(t, terms(inKorea.Replace(text.English)), terms(text.Korean), "%s: the terms of the Korean differ: %q, %q", where, text.English, text.Korean)
	Particles(t, where, text.Korean)
}

// verbsOf are the verbs by the arguments that they are for.
func verbsOf(format string) []string {
	var list []string
	for i, found := range verb.FindAllStringSubmatch(strings.ReplaceAll(format, "%%", ""), -1) {
		number, kind := found[1], found[0]
		if number == "" {
			number = string(rune('1' + i))
		}
		list = append(list, number+strings.Replace(kind, "["+found[1]+"]", "", 1))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// CheckFormat is [Check] for a format whose values nobody knows: behind a verb of it stands no particle that has two forms.
func CheckFormat(t *testing.T, where string, text lang.Text) {
	t.Helper()
	Check(t, where, text)
	assert.NotRegexp(t, behindVerb, text.Korean, "%s: a particle of two forms stands behind a verb", where)
}
