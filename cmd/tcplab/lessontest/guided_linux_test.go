package lessontest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
)

func TestLessonList(t *testing.T) {
	d := cmdtest.NewDesk(t)
	out := d.Must("lesson", "list")
	assert.True(t, strings.HasPrefix(out, " 1  refused         Connection refused: the host is up, the application is not\n 2  silent          "), out)
	assert.Equal(t, 11, strings.Count(out, "\n"))
	assert.True(t, strings.HasPrefix(d.Must("lesson", "list", "--lang", "ko"), " 1  refused         연결 거부: "))
}

func TestLessonRead(t *testing.T) {
	d := cmdtest.NewDesk(t)
	out := d.Must("lesson", "read", "silent")
	assert.True(t, strings.HasPrefix(out, "# Silence: "), out)
	assert.Contains(t, out, "\n> How many SYNs left the client before curl gave up?\n>\n> Answer: `tcplab lesson check silent syns ANSWER`\n")
	assert.NotContains(t, out, " at client")
	assert.NotContains(t, out, "hint:")
	assert.Equal(t, out, d.Must("lesson", "read", "2", "--lang", "en"))
	korean := d.Must("lesson", "read", "2", "--lang", "ko_KR.UTF-8")
	assert.True(t, strings.HasPrefix(korean, "# 무응답: "), korean)
	d.Env = append(d.Env, "TCPLAB_LANG=ko")
	assert.Equal(t, korean, d.Must("lesson", "read", "silent"))
	assert.Equal(t, out, d.Must("lesson", "read", "silent", "--lang", "en"))
	d.Fails(`"silnt" 레슨은 없다; 혹시 "silent"? (목록은 "tcplab lesson list"로 본다)`, "lesson", "read", "silnt")
	d.Fails(`there is no lesson 12: they are numbered from 1 to 11 ("tcplab lesson list" shows all)`, "lesson", "read", "12", "--lang", "en")
}

// What cannot be checked has exit code 2, and one sentence says why.
func TestLessonCheck(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Fails(`there is no lesson "refusedd"; did you mean "refused"? ("tcplab lesson list" shows all)`, "lesson", "check", "refusedd", "packets", "2")
	d.Fails("lesson refused has no question \"packet\"; it has: packets, sender", "lesson", "check", "refused", "packet", "2")
	d.Fails(`no lab stands: "tcplab up NAME" builds one ("tcplab list" shows the names)`, "lesson", "check", "refused", "packets", "2")
	d.Must("up", "closed-port", "--engine", "netns", "--name", "deaf")
	d.Fails(`lab deaf has recorded nothing to hold an answer against: build it with "tcplab up closed-port --record"`, "lesson", "check", "refused", "packets", "2")
	d.Must("lesson", "mystery", "--engine", "netns", "--student", "kim")
	d.Fails(`there is no lab "other"; there are: deaf, mystery-kim`, "lesson", "check", "refused", "packets", "2", "--lab", "other")
	d.Fails(`lab mystery-kim is a mystery: it is answered with "tcplab lesson answer"`, "lesson", "check", "refused", "sender", "server", "--lab", "mystery-kim")

	d.Must("up", "closed-port", "--engine", "netns", "--name", "mine", "--record", "--broken")
	check := func(args ...string) (string, int) {
		return d.TCPLab(append([]string{"lesson", "check", "--lab", "mine"}, args...)...)
	}
	out, code := check("refused", "packets", "2")
	assert.Equal(t, cmdtest.Impossible, code)
	assert.Equal(t, "tcplab: the lab has seen no connection yet: first type the commands above the question\n", out)
	out, code = check("refused", "packets", "2", "--lang", "ko")
	assert.Equal(t, cmdtest.Impossible, code)
	assert.Equal(t, "tcplab: 이 랩에서는 아직 연결 시도가 없었다. 질문 위에 있는 명령부터 실행한다\n", out)
	d.Must("exec", "--lab", "mine", "client", "tcplab", "host", "dial", "203.0.113.10:8080")
	out, code = check("refused", "packets", "many")
	assert.Equal(t, cmdtest.Impossible, code)
	assert.Equal(t, "tcplab: \"many\" is no answer to this question: answer with one number, such as 3\n", out)
	out, code = check("1", "packets", "3", "packets")
	assert.Equal(t, cmdtest.Mismatched, code)
	assert.Regexp(t, `^not 3: count the packets, there and back, in a capture at client\. One asks, one answers\. \(It is about the last connection, the one from port \d+\.\)\n$`, out)
	out, code = check("refused", "sender", "서버가", "보냈다", "--lang", "ko")
	assert.Zero(t, code, out)
	assert.Regexp(t, `^정답: server\n    client            0\.\d{6} s  < R\. seq 0 ack 1 win 0 from 203\.0\.113\.10\n( .*\n){2}    server            0\.\d{6} s  < R\. .*\n$`, out)
}
