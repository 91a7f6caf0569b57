package failures

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire/diagnose"
)

//go:generate go test -count=1 -run ^TestPagesAreGenerated$ . -update

var update = flag.Bool("update", false, "rewrite docs/failures")

// folder is where the pages lie.
var folder = filepath.Join("..", "docs", "failures")

// files are all of the folder, by name.
func files(t *testing.T) map[string]string {
	t.Helper()
	list := map[string]string{"README.md": rendered(t, Index().Markdown), "causes.md": rendered(t, Causes(lang.English).Markdown)}
	for _, name := range Names() {
		p, err := Of(name, lang.English)
		require.NoError(t, err)
		list[name+".md"] = rendered(t, p.Markdown)
	}
	return list
}

func rendered(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	return b.String()
}

// The folder holds a page for each scenario and each verdict, as they are now, and nothing else.
func TestPagesAreGenerated(t *testing.T) {
	fresh := files(t)
	if *update {
		require.NoError(t, os.MkdirAll(folder, 0o755))
		old, err := filepath.Glob(filepath.Join(folder, "*.md"))
		require.NoError(t, err)
		for _, name := range old {
			require.NoError(t, os.Remove(name))
		}
		for name, text := range fresh {
			require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
		}
		return
	}
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Len(t, entries, len(fresh), "docs/failures has a page too many or too few: run make generate")
	for name, text := range fresh {
		stored, err := os.ReadFile(filepath.Join(folder, name))
		if assert.NoError(t, err) {
			assert.True(t, text == string(stored), "docs/failures/%s is stale: run make generate", name)
		}
	}
}

// Every link of a page leads to a file that is there, and to a heading of it where it names one.
func TestLinksLeadSomewhere(t *testing.T) {
	all := files(t)
	for name, text := range all {
		for _, found := range regexp.MustCompile(`\]\(([^)#]*)(?:#([^)]*))?\)`).FindAllStringSubmatch(text, -1) {
			target, ours := all[found[1]]
			if !ours {
				_, err := os.Stat(filepath.Join(folder, found[1]))
				assert.NoError(t, err, "%s: a link leads nowhere", name)
			}
			if found[2] != "" {
				assert.Contains(t, target, "\n## "+found[2]+"\n", "%s: a link leads to no heading", name)
			}
		}
	}
}

// A cause has a page of its own for a terminal, an unknown name is answered by the nearest one.
func TestNames(t *testing.T) {
	for _, c := range diagnose.Causes() {
		p, err := Of(string(c), lang.English)
		require.NoError(t, err)
		assert.Contains(t, rendered(t, p.Text), c.Words().English)
	}
	for wrong, near := range map[string]string{"closedport": "closed-port", "no-answr": "no-answer", "accept-queue-ful": "accept-queue-full"} {
		_, err := Of(wrong, lang.English)
		assert.ErrorContains(t, err, fmt.Sprintf("did you mean %q?", near))
	}
}

// Whoever copies a command from a page changes nothing of the own machine: what is not about a lab only looks.
func TestCommandsAreSafeToCopy(t *testing.T) {
	looks := regexp.MustCompile(`^(sudo )?(tcplab (run|show|up|break|down|exec|probe|diagnose)|tcpdump|ss|nft list|(ip6?tables) -vnL|nstat -az|journalctl -e|top -b -n 1|prlimit --nofile --pid PID$|ls /proc/PID/fd|` +
		`conntrack -[SL]|sysctl [a-z0-9_. /]+$|ping -c \d|traceroute|tracepath|dig |cat /etc/resolv.conf|resolvectl status|ip (-[46] )?(route get|neigh|addr|link)\b)`)
	pages := []FailurePage{Causes(lang.English)}
	for _, name := range Names() {
		p, err := Of(name, lang.English)
		require.NoError(t, err)
		pages = append(pages, p)
	}
	seen := 0
	inLab, changes := regexp.MustCompile(`tcplab exec [a-z]+ (ip6?tables|nft)`), regexp.MustCompile(`ip6?tables -[AI]|nft .?(add|insert|delete|flush)|poweroff|shutdown`)
	for _, p := range pages {
		text := inLab.ReplaceAllString(rendered(t, p.Markdown), "")
		assert.NotRegexp(t, changes, text, p.Name)
		for _, command := range commandsOn(p) {
			assert.Regexp(t, looks, command, p.Name)
			seen++
		}
	}
	assert.Greater(t, seen, len(pages))
}

// quoted is one word of a command, in which a semicolon separates nothing.
var quoted = regexp.MustCompile("'[^']*'")

// commandsOn are the commands of a page's listings, without their comments and without what stands in quotes.
func commandsOn(p FailurePage) []string {
	var list []string
	for _, s := range p.Sections {
		for _, b := range s.Blocks {
			if b.Code == "" || s.Heading == headingDrawing.English {
				continue
			}
			for line := range strings.Lines(b.Code) {
				typed, _, _ := strings.Cut(strings.TrimSpace(line), "  #")
				list = append(list, strings.Split(quoted.ReplaceAllString(typed, "''"), "; ")...)
			}
		}
	}
	return list
}

// Every verdict has a meaning in both languages, and a page in Korean has the scenario's Korean text.
func TestKorean(t *testing.T) {
	for _, v := range diagnose.Verdicts() {
		assert.NotEmpty(t, meanings[v].English, v)
		assert.NotEmpty(t, meanings[v].Korean, v)
	}
	s, err := scenarios.Named("closed-port")
	require.NoError(t, err)
	p, err := Of("closed-port", lang.Korean)
	require.NoError(t, err)
	text := rendered(t, p.Text)
	assert.Contains(t, text, s.Title.Korean)
	assert.Contains(t, text, lang.WordsOf(s.Fault).Korean)
	assert.Contains(t, text, headingFelt.Korean)
}

// sentence is English: words that are no names, one after the other.
var sentence = regexp.MustCompile(`[a-z]{2,} [a-z]{2,} [a-z]{2,}`)

// What is the same in all languages: what a program says, and what is typed.
var (
	quotation = regexp.MustCompile(`"[^"]*"|TLS[a-z: ]+|i/o timeout|no such host|no route to host|network is unreachable|connection refused|server misbehaving|ip route get|ss -tn state syn-recv`)
	bracketed = regexp.MustCompile(`\([^)]*\)`)
)

// TestPagesInKoreanHaveNoEnglish: nothing but typed commands, the words of programs and the recorded drawing is in English on a page in Korean.
func TestPagesInKoreanHaveNoEnglish(t *testing.T) {
	pages := []FailurePage{Causes(lang.Korean)}
	for _, name := range Names() {
		p, err := Of(name, lang.Korean)
		require.NoError(t, err)
		pages = append(pages, p)
	}
	looked := 0
	for _, p := range pages {
		for _, s := range p.Sections {
			for _, text := range toldIn(s) {
				text = bracketed.ReplaceAllString(quotation.ReplaceAllString(text, ""), "")
				assert.NotRegexp(t, sentence, text, "%s: %s", p.Name, s.Heading)
				looked++
			}
		}
	}
	assert.Greater(t, looked, 1000)
}

// toldIn are what a section tells, one by one: of commands, what is said beside them.
func toldIn(s Section) []string {
	list := []string{s.Heading}
	for _, b := range s.Blocks {
		list = append(list, b.Paragraph.Plain())
		for _, item := range b.List {
			list = append(list, item.Plain())
		}
		for _, row := range b.Table {
			list = append(list, row[0].Plain(), row[1].Plain())
		}
		for line := range strings.Lines(b.Code) {
			if _, comment, typed := strings.Cut(line, "  # "); typed && s.Heading != headingDrawing.Korean {
				list = append(list, comment)
			}
		}
	}
	return list
}

// A scenario's page has its cause among the rivals, marked as the one that it is, wherever the verdict alone brings that.
func TestOwnCauseIsMarked(t *testing.T) {
	p, err := Of("firewall-drop", lang.English)
	require.NoError(t, err)
	text := rendered(t, p.Text)
	assert.Contains(t, text, diagnose.CauseFirewallOnHost.Words().English+" (this one)")
	assert.Contains(t, text, "sudo tcpdump -ni any 'tcp port PORT and host CLIENT'")
	before, after, found := strings.Cut(text, "If a capture on the server holds nothing of it")
	require.True(t, found)
	assert.Contains(t, before, diagnose.CauseDeadHost.Words().English)
	assert.NotContains(t, after, diagnose.CauseDeadHost.Words().English+"\n", "the server's capture would answer that")
}

// What every client was seen to feel is found in the index by the words of its program.
func TestWordsLeadToPages(t *testing.T) {
	rows := map[string]string{}
	for _, row := range byWords() {
		rows[row[0].Plain()] = row[1].Plain()
	}
	for words, scenario := range map[string]string{
		"connect: connection refused (Go)":                        "closed-port",
		"curl: (52) Empty reply from server (curl)":               "closed-early",
		"ERR_CONNECTION_REFUSED (Chromium)":                       "closed-port",
		"i/o timeout (Go)":                                        "stopped-host",
		"curl: (28) Connection timed out (curl)":                  "security-group-drop",
		"No route to host (C, Python, Java, Node (EHOSTUNREACH))": "router-reject",
	} {
		assert.Contains(t, strings.Split(rows[words], ", "), scenario, words)
	}
	assert.NotContains(t, strings.Split(rows["i/o timeout (Go)"], ", "), "closed-port")
}

// The words for the kernel's errors are those of Linux.
func TestWordsOfErrors(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the words are those of Linux")
	}
	numbers := map[string]syscall.Errno{"ECONNREFUSED": syscall.ECONNREFUSED, "ECONNRESET": syscall.ECONNRESET, "EHOSTUNREACH": syscall.EHOSTUNREACH,
		"ENETUNREACH": syscall.ENETUNREACH, "ETIMEDOUT": syscall.ETIMEDOUT, "EPERM": syscall.EPERM}
	checked := 0
	for _, s := range sayings {
		if number, ok := numbers[s.felt]; ok {
			assert.Contains(t, strings.ToLower(s.words), number.Error())
			checked++
		}
	}
	assert.Greater(t, checked, len(numbers))
}

// A page in HTML holds what the one in text holds, and marks of HTML in a text are no marks.
func TestHTML(t *testing.T) {
	p := FailurePage{Name: "a<b", Title: "<script>", Sections: []Section{{"h", []Block{{Paragraph: plain("one & two")}, {Code: "if a < b"}}}}}
	html := rendered(t, p.HTML)
	assert.NotContains(t, html, "<script>")
	assert.Contains(t, html, "one &amp; two")
	assert.Contains(t, html, "<pre>if a &lt; b</pre>")
	assert.True(t, slices.IsSorted(Names()))
}
