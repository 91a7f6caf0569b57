package lessontest

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lesson"
)

// lessonAnswers are the answers to every question of every lesson: one that is right, as a student might put it, and one that
// is wrong. They are written by who knows the case, and not by what checks them.
var lessonAnswers = map[string]map[string][2]string{
	"refused": {"packets": {"2", "3"}, "sender": {"server", "router"}},
	"silent": {"syns": {"4 SYNs", "3"}, "first-wait": {"about 1 s", "2"}, "third-wait": {"4", "2"},
		"verdict": {"no-answer", "refused"}},
	"timeouts":   {"connect": {"1.0", "3"}, "arrived": {"none", "1"}, "twice": {"3", "2"}, "twice-connect": {"3 s", "1"}},
	"ping-first": {"replies": {"3", "2"}, "who": {"the server", "router"}, "hop": {"라우터", "server"}},
	"ping-fails": {"neighbour": {"router", "server"}, "how-far": {"router", "server"}, "tcp": {"yes", "no"},
		"silent": {"no answer", "rejected"}},
	"allow-icmp": {"before": {"0", "3"}, "after": {"3", "0"}, "answerer": {"server", "router"}},
	"reached-or-not": {"security-group": {"아니요", "yes"}, "where": {"router", "server"}, "firewall": {"네", "no"},
		"answers": {"0", "3"}},
	"wireshark": {"syns": {"3", "2"}, "where": {"server", "router"}, "both-ways": {"0", "3"}},
	"alike":     {"blocked-wait": {"1", "2"}, "blocked-left": {"no", "yes"}, "off-wait": {"1", "3"}, "off-left": {"yes", "no"}},
	"in-between": {"client-address": {"203.0.113.1", "198.51.100.10"}, "load-balancer": {"ok", "refused"}, "who-answered": {"router", "server"},
		"waf": {"router", "server"}, "waf-server": {"no", "yes"}},
	"what-next": {"case-1": {"refused", "rejected"}, "case-2": {"rejected", "refused"}, "case-2-sender": {"server", "router"},
		"case-3": {"no-answer", "refused"}, "case-3-where": {"server", "router"}},
}

// lessonNeeds are the programs of the lessons, and the packages of Debian that have them.
var lessonNeeds = map[string]string{"bash": "bash", "curl": "curl", "ping": "iputils-ping", "traceroute": "traceroute", "tshark": "tshark",
	"iptables": "iptables", "nft": "nftables", "ip": "iproute2", "ss": "iproute2"}

func TestLessonPages(t *testing.T) {
	for _, p := range lesson.Pages(lang.English) {
		t.Run(p.Name, func(t *testing.T) { testLessonPage(t, p, "netns", false) })
	}
}

// TestLessonPages_docker: the hosts may be containers, too. The commands are those of the other engine, so that a few pages, drawn by a seed, are typed.
func TestLessonPages_docker(t *testing.T) {
	for _, p := range enginetest.Drawn(t, lesson.Pages(lang.English), 4) {
		t.Run(p.Name, func(t *testing.T) { testLessonPage(t, p, "docker", false) })
	}
}

// An ordinary user can do them too.
func TestLessonPagesOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("every other test that uses the netns engine runs as an ordinary user already")
	}
	for _, name := range []string{"refused", "ping-fails", "reached-or-not", "in-between"} {
		p, err := lesson.PageNamed(name, lang.English)
		require.NoError(t, err)
		t.Run(p.Name, func(t *testing.T) { testLessonPage(t, p, "netns", true) })
	}
}

// In Korean a page shows what commands print in Korean.
func TestLessonPages_korean(t *testing.T) {
	listings := regexp.MustCompile("(?ms)^```console\n.*?^```\n")
	english := lesson.Pages(lang.English)
	for i, p := range lesson.Pages(lang.Korean) {
		if !slices.Equal(listings.FindAllString(english[i].Markdown, -1), listings.FindAllString(p.Markdown, -1)) { // those were typed already
			t.Run(p.Name, func(t *testing.T) { testLessonPage(t, p, "netns", false, "TCPLAB_LANG=ko") })
		}
	}
}

// testLessonPage does a lesson, as one person does in one shell: every command is typed, and every question is answered
// where it stands, wrongly and then rightly.
func testLessonPage(t *testing.T, p lesson.Page, engine string, ordinary bool, env ...string) {
	if testing.Short() {
		t.Skip("retransmissions in real time are not for -short")
	}
	cmdtest.NeedEngine(t, engine)
	for name, debian := range lessonNeeds {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed (Debian: apt-get install %s)", name, debian)
		}
	}
	t.Parallel()
	d := cmdtest.NewDesk(t)
	if ordinary {
		d.AsNobody()
		cmdtest.RequireUserNamespaces(t, func(args ...string) (string, error) {
			out, err := d.Command(args...).CombinedOutput()
			return string(out), err
		})
	}
	if engine == "docker" {
		env = append(env, "TCPLAB_HOST_BINARY="+cmdtest.HostBinary(t))
	}
	s := cmdtest.NewShellSession(d, env...)
	text := strings.ReplaceAll(p.Markdown, "/tmp/", d.Dir+"/")
	if engine == "docker" { // whose hosts have a /tmp of their own
		text = strings.ReplaceAll(strings.ReplaceAll(p.Markdown, "netns, IPv4", "docker, IPv4"), "--record", "--record --engine docker")
	}
	parts := strings.Split(text, "```question\n")
	require.Len(t, parts, len(p.Questions)+1)
	for i, part := range parts {
		if i > 0 {
			_, part, _ = strings.Cut(part, "```\n")
			answerQuestion(s, p.Name, p.Questions[i-1].Name)
		}
		for _, b := range cmdtest.Blocks(t, part) {
			for _, c := range b.Commands {
				s.Try(c)
			}
		}
	}
	assert.Equal(t, "no lab stands\n", d.Must("status"))
}

// answer answers a question of a lesson.
func answerQuestion(s *cmdtest.ShellSession, page, question string) {
	s.Helper()
	answers, known := lessonAnswers[page][question]
	require.True(s, known, "nobody has written down the answer to %s of %s", question, page)
	out, code := s.TCPLab("lesson", "check", page, question, answers[1])
	assert.Equal(s, cmdtest.Mismatched, code, "%s: %s", question, out)
	assert.True(s, strings.HasPrefix(out, "not "), "%s: %s", question, out)
	out, code = s.TCPLab(append([]string{"lesson", "check", page, question}, strings.Fields(answers[0])...)...)
	assert.Zero(s, code, "%s: %s", question, out)
	assert.True(s, strings.HasPrefix(out, "right: "), "%s: %s", question, out)
}
