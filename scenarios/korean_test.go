package scenarios

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lang/langtest"
)

// translated are all texts that are to be in Korean, by where they are.
func translated() map[string]lang.Text {
	texts := map[string]lang.Text{}
	for _, s := range All() {
		texts[s.Name+": title"], texts[s.Name+": story"] = s.Title, s.Story
	}
	for _, l := range Experiences() {
		texts[l.Says.English] = l.Says
	}
	return texts
}

// named are the faults, fixtures and questions of the scenarios, in the words of a run.
func named() map[string]lang.Text {
	texts := map[string]lang.Text{}
	add := func(words lang.Text) { texts[words.English] = words }
	for _, s := range All() {
		if s.Fault != nil {
			add(lang.WordsOf(s.Fault))
		}
		for _, f := range s.Fixtures {
			add(lang.WordsOf(f))
		}
		for _, c := range s.Checks {
			add(c.Question)
		}
	}
	return texts
}

// What a run tells of its lab is complete in Korean, too, and has the same numbers, names of interfaces and options of iptables.
func TestKoreanOfRunsIsComplete(t *testing.T) {
	hangul, numbers := regexp.MustCompile(`\p{Hangul}`), regexp.MustCompile(`\d+|\s--?[a-z-]+ \w+|eth0|to-\w+`)
	for english, text := range named() {
		assert.Regexp(t, hangul, text.Korean, "%q has no Korean", english)
		assert.NotContains(t, text.Korean, "%!", english)
		in := func(text string) []string {
			found := numbers.FindAllString(strings.ReplaceAll(text, "1m0s", "60"), -1)
			slices.Sort(found)
			return slices.Compact(found)
		}
		if !strings.Contains(english, "600ms") { // 0.6초
			assert.Equal(t, in(inKorea.Replace(english)), in(text.Korean), text.Korean)
		}
	}
}

// A scenario without a translation is shown in English; the catalogue is to be complete in Korean all the same.
func TestKoreanIsComplete(t *testing.T) {
	hangul := regexp.MustCompile(`\p{Hangul}`)
	for name, text := range translated() {
		assert.Regexp(t, hangul, text.Korean, "%s has no Korean", name)
	}
}

// Why two failures look the same is told in Korean, too, with the same commands.
func TestKoreanOfReasonsIsComplete(t *testing.T) {
	pairs := Pairs()
	require.NotEmpty(t, pairs)
	for _, p := range pairs {
		langtest.Check(t, p.Scenario+" and "+p.Fault, p.Reason)
	}
}

// technical is what is written the same in both languages.
var technical = []*regexp.Regexp{
	regexp.MustCompile(`\d+(?:\.\d+)?(?:초|%)?`),                            // numbers and their units
	regexp.MustCompile(`[A-Z][A-Z0-9_]+(?:-[A-Z]+)*`),                      // SYN-ACK, ECONNREFUSED
	regexp.MustCompile(`\w+(?:[._=]\w+)+`),                                 // sysctls, files
	regexp.MustCompile(`\((?:iptables|tcpdump|ip|kill) [^)]+\)|\bss -\w+`), // commands
	regexp.MustCompile("`[^`]+`"),                                          // and what else is to be typed
	regexp.MustCompile(`"[^"]+"`),                                          // messages
	regexp.MustCompile(`\b(?:ping|curl|Linux|Wireshark)\b`),                // programs
}

// inKorea has what is called otherwise in Korea, or by a name or a number where English has words.
var inKorea = strings.NewReplacer("layer 4", "L4", "load balancer for connections", "L4", "hardware address", "MAC address", "lease", "DHCP lease",
	"time to live", "TTL", "two minutes", "2 minutes", "every second", "every 1 s")

// technicalIn are the technical terms of a text, sorted, each once.
func technicalIn(text string) []string {
	var found []string
	for _, t := range technical {
		found = append(found, t.FindAllString(text, -1)...)
	}
	for name := range catalogue {
		if strings.Contains(name, "-") && strings.Contains(text, name) { // the others are words
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// Whoever cannot read a translation can see that no number, no errno and no command is lost in it, and none is added.
func TestKoreanHasTheTechnicalTerms(t *testing.T) {
	for name, text := range translated() {
		if text.Korean != "" {
			english := inKorea.Replace(oneLine(text.English))
			english = seconds.ReplaceAllString(strings.ReplaceAll(english, " %", "%"), "${1}초")
			assert.Equal(t, technicalIn(english), technicalIn(oneLine(text.Korean)), "%s: the terms of the Korean differ", name)
		}
	}
}

var seconds = regexp.MustCompile(`(\d) s\b`)

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestKoreanParticles(t *testing.T) {
	texts := translated()
	maps.Copy(texts, named())
	require.NotEmpty(t, texts)
	for name, text := range texts {
		langtest.Particles(t, name, text.Korean)
	}
}
