package lessontest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A student, who is an ordinary user, finds out what is broken, and is told kindly what is missing on the way.
func TestMystery(t *testing.T) {
	if testing.Short() {
		t.Skip("retransmissions in real time are not for -short")
	}
	t.Parallel()
	d := classroom(t)
	s := studentWith(d, "security-group")
	assert.Equal(t, `mystery-`+s.Student+`: netns, IPv4, an exercise of level 1 for `+s.Student+`

The users of the client complain: http://203.0.113.10:8080/ does not work. What happens to their connection, and where?

  client      198.51.100.10
  router      198.51.100.1, 203.0.113.1, 192.0.2.1
  server      203.0.113.10
  well-known  192.0.2.10

next:
  tcplab exec client curl -m 5 http://203.0.113.10:8080/
  tcplab shell server
  tcplab lesson answer VERDICT --where client|router|server --evidence FILE...   # --help has the verdicts
  tcplab down
`, d.Must("lesson", "mystery", "--student", s.Student, "--engine", "netns"))
	shell := d.Command("shell", "server")
	shell.Stdin = strings.NewReader("echo $TCPLAB_SHELL of $TCPLAB_LAB\n")
	out, err := shell.Output()
	require.NoError(t, err)
	assert.Equal(t, "server of "+s.Lab()+"\n", string(out))
	d.Fails("lab "+s.Lab()+" is an exercise: what is broken in it, and where, is for you to find", "heal")

	hear, err := s.capture("server", "eth0", "nothing.pcapng")
	require.NoError(t, err)
	require.NoError(t, hear())
	client, err := s.capture("client", "eth0", s.file("client"))
	require.NoError(t, err)
	server, err := s.capture("server", "eth0", s.file("server"))
	require.NoError(t, err)
	require.NoError(t, s.control())
	out2, code := d.TCPLab("exec", "client", "curl", "-sS", "-m", "5", "http://203.0.113.10:8080/")
	assert.Equal(t, 28, code)
	assert.Contains(t, out2, "curl: (28) ")
	require.NoError(t, s.control())
	require.NoError(t, client())
	require.NoError(t, server())

	testBadAnswers(s)
	testLessAnswers(s)
	testForgedEvidence(s)
	testFullScore(s)
	testSameMystery(s)
}

// testBadAnswers: what cannot be graded is told in a sentence, writes nothing, and does not count.
func testBadAnswers(s *student) {
	s.Helper()
	text := filepath.Join(s.Dir, "text")
	require.NoError(s, os.WriteFile(text, []byte("12:00:01 IP 198.51.100.10\n"), 0o644))
	const verdicts = "refused, rejected, no-answer, not-sent, synack-unanswered, no-reply, closed-early, blackhole, reset-by-server, reset-by-client"
	where, file := []string{"--where", "server"}, s.file("client")
	for sentence, args := range map[string][]string{
		`say what happens, such as "refused": "tcplab lesson answer --help" has the verdicts`: where,
		`there is no verdict "dropped"; there are: ` + verdicts:                               append(where, "dropped", file),
		"say where it happens: --where client, router or server":                              {"refused", file},
		`--where: the place is client, router or server, not "firewall"`:                      {"refused", "--where", "firewall"},
		"open missing.pcap: no such file or directory":                                        append(where, "refused", "missing.pcap"),
		"open " + s.file("moon") + ": no such file or directory":                              append(where, "refused", file, s.file("moon")),
		text + ": not a packet capture: this is text without a packet as tcpdump prints it: give the file that tcpdump -w wrote, or what tcpdump -nn printed": append(where, "refused", text),
		"no mystery of lee stands; there are those of: " + s.Student:                                                                                          append(where, "refused", file, "--student", "Lee"),
		`"../lee" cannot be the ID of a student: it takes up to 40 letters a to z, digits, dots, dashes and underscores`:                                      append(where, "refused", "--student", "../lee"),
	} {
		s.Fails(sentence, append([]string{"lesson", "answer"}, args...)...)
	}
	out, code := s.TCPLab("lesson", "answer", "refused", "--where", "server", file, "--out", filepath.Join("nowhere", "x"))
	assert.Equal(s, 2, code)
	assert.Regexp(s, `^tcplab: .*nowhere.*: no such file or directory\n$`, out)
	assert.Zero(s, s.Standing(s.Lab()).Answers, "an answer counts that was not graded")
	left, err := filepath.Glob(filepath.Join(s.Dir, "*.handin"))
	require.NoError(s, err)
	assert.Empty(s, left)

	s.Fails(s.Student+" has a mystery already, of level 1: go on with it, or take it down first (tcplab down --lab "+s.Lab()+")",
		"lesson", "mystery", "--student", strings.ToUpper(s.Student), "--level", "2")
	s.Fails("there is no level 4: there are 1 to 3", "lesson", "mystery", "--student", "lee", "--level", "4")
	s.Fails("say whose mystery it is to be: --student ID", "lesson", "mystery")
	s.Fails("text: it is not the public half of a class key, which \"tcplab lesson key FILE\" makes for the students",
		"lesson", "mystery", "--student", "lee", "--class", "text")
}

// graded answers, and returns what is said of it, with how many packets as N.
func (s *student) graded(code int, args []string) string {
	s.Helper()
	out, got := s.TCPLab(args...)
	assert.Equal(s, code, got, out)
	return packetsWord.ReplaceAllString(out, "N packets")
}

var packetsWord = regexp.MustCompile(`\b\d+ packets`)

// testLessAnswers: what is wrong, or not proven, is worth less, and the student is told why.
func testLessAnswers(s *student) {
	s.Helper()
	client, server := s.file("client"), s.file("server")
	assert.Equal(s, s.Lab()+`, level 1: 0 of 100 points

  verdict refused: no
  where router: counts with the verdict
  evidence of the verdict: no
  evidence of the place: no

- `+client+` was taken in your lab, on the client's side of the router: N packets.
- `+server+` was taken in your lab, on the server's side of the router: N packets.
- It is not "refused". Look at what comes back to the client's first packet (a RST, an ICMP error, nothing), and if it is a SYN-ACK, at what comes back to the request.

to hand in: `+s.Student+`-1.handin
`, s.graded(1, s.answer("refused", "router", client, server)))
	assert.Equal(s, s.Lab()+`, level 1: 50 of 100 points

  verdict no-answer: yes
  where server: no
  evidence of the verdict: yes
  evidence of the place: no

- `+client+` was taken in your lab, on the client's side of the router: N packets.
- `+server+` was taken in your lab, on the server's side of the router: N packets.
- It is not the server. The last vantage point that has seen a packet tells where it has gone: capture on both sides while the client tries.

to hand in: `+s.Student+`-1.handin
`, s.graded(1, s.answer("no-answer", "server", client, server)))
	s.worth(80, "Your captures show what the client sees, and that is the same whoever is to blame. Capture on the server, too, while the client tries; "+
		"with a ping before and after, so that also a file without a SYN proves that it ran.", client)
	s.worth(80, "nothing.pcapng holds no packet. That may be the very finding, but the file alone shows neither where it was taken nor that it ran while the client tried. "+
		`Let something through that does arrive, such as a ping before and after the attempt (filter: "tcp port 8080 or icmp"): then one file shows what came, and what did not.`,
		client, "nothing.pcapng")
	require.NoError(s, os.WriteFile(filepath.Join(s.Dir, "empty.pcap"), emptyPcap(), 0o644))
	s.worth(60, "There is no capture that counts as evidence yet.", "empty.pcap")
	s.worth(60, "There is no capture that counts as evidence yet.")
}

// emptyPcap is what tcpdump -w writes when no packet comes.
func emptyPcap() []byte {
	const microseconds, major, minor, ethernet, length = 0xa1b2c3d4, 2, 4, 1, 262144
	header := binary.LittleEndian.AppendUint32(nil, microseconds)
	header = binary.LittleEndian.AppendUint16(header, major)
	header = binary.LittleEndian.AppendUint16(header, minor)
	for _, n := range []uint32{0, 0, length, ethernet} {
		header = binary.LittleEndian.AppendUint32(header, n)
	}
	return header
}

// worth answers rightly, and requires so many points for the evidence, and the remark.
func (s *student) worth(points int, remark string, files ...string) {
	s.Helper()
	args := append(s.answer("no-answer", "router", files...), "--json")
	cmd := s.Command(args...)
	out, err := cmd.Output()
	assert.ErrorContains(s, err, "exit status 1", "%s", out)
	var grade struct {
		Score int      `json:"score"`
		Notes []string `json:"notes"`
	}
	require.NoError(s, json.Unmarshal(out, &grade))
	assert.Equal(s, points, grade.Score, "%s", out)
	for i := range grade.Notes {
		grade.Notes[i] = packetsWord.ReplaceAllString(grade.Notes[i], "N packets")
	}
	assert.Contains(s, grade.Notes, remark)
	assert.NotContains(s, string(out), s.Case.Name)
}

// testFullScore: the right answer, proven, and what it says in both languages.
func testFullScore(s *student) {
	s.Helper()
	answers := s.Standing(s.Lab()).Answers
	assert.Equal(s, s.Lab()+`, level 1: 100 of 100 points

  verdict no-answer: yes
  where router: yes
  evidence of the verdict: yes
  evidence of the place: yes

- `+s.file("client")+` was taken in your lab, on the client's side of the router: N packets.
- `+s.file("server")+` was taken in your lab, on the server's side of the router: N packets.
- The security group does not let the port through. The SYN leaves the client and never reaches the server, which is healthy: a capture there holds the ping and no SYN.

to hand in: `+s.Student+`-1.handin
`, s.graded(0, s.rightAnswer()))
	korean := s.graded(0, append(s.rightAnswer(), "--lang", "ko", "--out", "mine.handin"))
	assert.Contains(s, korean, s.Lab()+", 레벨 1: 100점 만점에 100점\n")
	assert.Contains(s, korean, "보안 그룹이 그 포트를 허용하지 않는다.")
	assert.Contains(s, korean, "제출할 파일: mine.handin\n")
	assert.Equal(s, answers+2, s.Standing(s.Lab()).Answers)
	assert.FileExists(s, filepath.Join(s.Dir, "mine.handin"))
}

// testSameMystery: a student has the same mystery again, in whatever letters the ID is typed. In a new lab the captures of
// the one before are from elsewhere.
func testSameMystery(s *student) {
	s.Helper()
	s.Must("down")
	require.NoError(s, os.Mkdir(filepath.Join(s.Dir, "again"), 0o777))
	require.NoError(s, os.Chmod(filepath.Join(s.Dir, "again"), 0o777))
	s.Must("lesson", "mystery", "--engine", "netns", "--student", strings.ToUpper(s.Student))
	out := s.graded(1, append(s.rightAnswer(), "--out", "again/"+s.Student+".handin"))
	assert.Contains(s, out, s.Lab()+", level 1: 60 of 100 points\n")
	assert.Contains(s, out, "- "+s.file("client")+": none of its packets has ever been seen in your lab. It is from another lab, or from an earlier one: "+
		"capture again in this one.\n")
	s.Must("down")
	table := s.Must("lesson", "grade", "again")
	assert.Regexp(s, "(?m)^"+s.Student+` .*\b1 +60 +1 +security-group +no-answer, router +no, no$`, table)
	results, err := os.ReadFile(filepath.Join(s.Dir, "again", "results.csv"))
	require.NoError(s, err)
	assert.Equal(s, 2, bytes.Count(results, []byte("\n")))
	s.Must("lesson", "grade", ".") // those of the first lab, of the same student and level, are older
	again, err := os.ReadFile(filepath.Join(s.Dir, "results.csv"))
	require.NoError(s, err)
	assert.Equal(s, string(results), string(again), "the last answer counts")
}
