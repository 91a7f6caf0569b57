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

// readAloud has words as they end when they are read in Korean: in a vowel, in a consonant, or in ㄹ, which is a consonant but for
// "로". Letters are spelled out where the field does so (RST is 알에스티), and digits are Sino-Korean.
var readAloud = map[string]string{
	"vowel":     "keepalive KEEPALIVE ClientHello MTU DHCP Wireshark TLS Go API lost TCP ICMP HTTP RST NAT WAF ARP EOF RFC ECONNREFUSED REFUSED EPIPE Linux connect read write traceroute refused prohibited peer forgets blocks port localhost errno LINGER DNS conf rotate getaddrinfo sshd hosts Q EMFILE accept files A resolved glibc Required NOERROR ANY AAAA query route address SOA % 2 4 5 9",
	"consonant": "TIMEOUT SACK ECN Chromium SYN ACK FIN VPN ECONNRESET ETIMEDOUT ping ltn lnup NAME DNSSEC timeout 0 3 6",
	"rieul":     "TTL MySQL hole URL ACL curl unreachable file 1 7 8",
}

// aParticle is one of the particles that have two forms, behind a Latin word, a quoted one too.
var aParticle = regexp.MustCompile("([A-Za-z]+|[0-9%])[\"`]?(은|는|이|가|을|를|과|와|으로|로)(?:[ \n.,?]|$)")

func TestKoreanParticles(t *testing.T) {
	fitting := map[string][]string{
		"vowel": {"는", "가", "를", "와", "로"}, "consonant": {"은", "이", "을", "과", "으로"}, "rieul": {"은", "이", "을", "과", "로"},
	}
	ends := map[string]string{}
	for end, words := range readAloud {
		for word := range strings.FieldsSeq(words) {
			ends[word] = end
		}
	}
	texts := translated()
	maps.Copy(texts, named())
	for name, text := range texts {
		for _, found := range aParticle.FindAllStringSubmatch(text.Korean, -1) {
			if end, known := ends[found[1]]; assert.True(t, known, "%s: how is %q read? (readAloud)", name, found[1]) {
				assert.Contains(t, fitting[end], found[2], "%s: %q", name, found[0])
			}
		}
	}
}
