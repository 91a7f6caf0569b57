package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/report"
)

// sameInEveryLanguage is what may be in a line in Korean: names of files, commands, options of iptables, and the names by which
// JSON tells statuses and verdicts; "default route" is explained in its English words.
var sameInEveryLanguage = regexp.MustCompile(`artifacts/\S+|^ +tcplab .*|(?:INPUT|OUTPUT|FORWARD) -p .*|does not notice|default route|[a-z]+(?:-[a-z]+)+`)

// words are two words of English one after the other.
var words = regexp.MustCompile(`[A-Za-z]{2,} [A-Za-z']{2,}`)

// english returns the lines of a text that have English words, without the drawings and without what programs have said.
func english(text string, said ...string) (lines []string) {
	for line := range strings.Lines(text) {
		if strings.ContainsAny(line, "│┆┊") || strings.HasPrefix(strings.TrimLeft(line, " "), "client  ") {
			continue
		}
		for _, s := range said {
			if s != "" {
				line = strings.ReplaceAll(line, s, "")
			}
		}
		if words.MatchString(sameInEveryLanguage.ReplaceAllString(line, "")) {
			lines = append(lines, line)
		}
	}
	return lines
}

// saidIn is what the clients of the runs below a folder said, in their own words.
func saidIn(t *testing.T, folder string) (said []string) {
	t.Helper()
	records, err := filepath.Glob(filepath.Join(folder, "artifacts", "latest", "*", "report.json"))
	require.NoError(t, err)
	require.NotEmpty(t, records)
	for _, name := range records {
		var r report.RunRecord
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &r))
		said = append(said, r.Client.Error, r.Client.Code)
		for _, p := range r.Phases {
			if p.Client != nil {
				said = append(said, p.Client.Error, p.Client.Code)
			}
		}
	}
	slices.SortFunc(said, func(a, b string) int { return len(b) - len(a) }) // a text before its parts
	return said
}

// TestRunInKorean: a run in Korean has no sentence in English, and what programs read is the same.
func TestRunInKorean(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	for _, names := range [][]string{{"closed-port"}, {"icmp-blocked", "waf-blocks"}, {"healthy", "closed-port", "nat-forgets-reset", "name-unknown", "router-without-route", "return-path-dropped"}} {
		t.Run(strings.Join(names, " "), func(t *testing.T) {
			t.Parallel()
			d := cmdtest.NewDesk(t)
			d.Env = append(d.Env, "TCPLAB_LANG=ko")
			out := d.Must(append([]string{"run", "--verbose"}, names...)...)
			assert.Contains(t, out, "장애를 복구한 뒤: ")
			assert.Contains(t, out, "진단: ")
			assert.Empty(t, english(out, saidIn(t, d.Dir)...))
			assert.NotContains(t, d.Must("run", "--json", names[0]), "뒤", "what programs read is in English")
		})
	}
}

// TestCommandInKorean: the report on a user's own command is in Korean, but for the name of the verdict.
func TestCommandInKorean(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Env = append(d.Env, "TCPLAB_LANG=ko")
	out, code := d.TCPLab("run", "closed-port", "--", "sh", "-c", "echo said")
	assert.Equal(t, cmdtest.Mismatched, code, out)
	assert.Contains(t, out, "판정")
	assert.Contains(t, out, "\nclosed-port: does not notice: 종료 코드 0으로 끝나지만, ")
	assert.Contains(t, out, "\n  stdout: said\n")
	assert.Empty(t, english(out))
}

// TestStandingLabInKorean: a lab that stands is told of in Korean, with a fault of each state.
func TestStandingLabInKorean(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	assert.Equal(t, "서 있는 랩이 없다\n", d.Must("status", "--lang", "ko"))
	d.Env = append(d.Env, "TCPLAB_LANG=", "LC_ALL=", "LC_MESSAGES=", "LANG=ko_KR.UTF-8")
	told := d.Must("up", "security-group-drop")
	assert.Contains(t, told, "security-group-drop: netns, IPv4, 정상: 클라이언트에서 203.0.113.10:8080까지 접속된다\n")
	broken := d.Must("break")
	assert.Equal(t, "security-group-drop: netns, IPv4, 고장: 라우터의 보안 그룹: tcp/8080 통과를 허용하지 않는다\n", broken)
	status := d.Must("status")
	assert.True(t, strings.HasPrefix(status, broken), status)
	for _, text := range []string{told, status, d.Must("heal")} {
		assert.Empty(t, english(text))
	}
	assert.Contains(t, d.Must("status", "--json"), `"state":"healthy"`)
	assert.Contains(t, d.Must("break", "--lang", "en"), "broken: the security group on the router does not let through tcp/8080\n")
	assert.Contains(t, d.Must("status", "--json"), `"fault":"the security group on the router does not let through tcp/8080"`)
}
