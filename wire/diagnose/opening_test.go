package diagnose

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// records is so many records of TLS, each of a type and a size.
func records(list ...[2]int) string {
	var b strings.Builder
	for _, r := range list {
		b.WriteString(string([]byte{byte(r[0]), 3, 3, byte(r[1] >> 8), byte(r[1])}) + strings.Repeat("x", r[1]))
	}
	return b.String()
}

// conversation is a connection of which the parts are said in turn, each by the side whose sign it begins with, and acknowledged.
func conversation(end string, parts ...string) string {
	b, next := handshake, [2]int{1, 1}
	for i, part := range parts {
		from := strings.IndexByte("><", part[0])
		b += fmt.Sprintf("0.%02d %c P. %d 0 %d text=%s\n", 2*i+2, part[0], next[from], next[1-from], part[1:])
		next[from] += len(strings.ReplaceAll(part[1:], `\n`, "\r\n"))
		b += fmt.Sprintf("0.%02d %c . %d 0 %d\n", 2*i+3, "<>"[from], next[1-from], next[from])
	}
	return b + strings.NewReplacer("X+1", fmt.Sprint(next[0]+1), "Y+1", fmt.Sprint(next[1]+1), "X", fmt.Sprint(next[0]), "Y", fmt.Sprint(next[1])).Replace(end)
}

// gone is a client that waits, and closes.
const gone = "9 > F. X 0 Y\n9.1 < F. Y 0 X+1\n9.2 > . X+1 0 Y+1"

// TestAGreetingIsNoAnswer: a server that greets, and then never answers the first command, is as silent as one that says nothing.
func TestAGreetingIsNoAnswer(t *testing.T) {
	const smtp, hello = `<220_mx.example_ESMTP\n`, `>EHLO_x\n`
	for name, c := range map[string]struct{ packets, want string }{
		"SMTP":                           {conversation(gone, smtp, hello), "no-reply"},
		"SSH":                            {conversation(gone, `<SSH-2.0-x\n`, `>SSH-2.0-y\n`), "no-reply"},
		"the client resets":              {conversation("9 > R. X 0 Y", smtp, hello), "reset-by-client"},
		"answered":                       {conversation(gone, smtp, hello, `<250_mx\n`), "ok"},
		"the second command":             {conversation(gone, smtp, hello, `<250_mx\n`, `>NOOP\n`), "ok"},
		"the client is impatient":        {conversation("1.9 > F. X 0 Y\n2 < F. Y 0 X+1\n2.1 > . X+1 0 Y+1", smtp, hello), "ok"},
		"the client said nothing":        {conversation(gone, smtp), "ok"},
		"the greeting of something else": {conversation(gone, `<welcome\n`, hello), "ok"},
		"the client begins":              {conversation(gone, hello, smtp), "ok"},
		"the connection is open":         {conversation("9 > . X 0 Y", smtp, hello), "open"},
	} {
		assert.Equal(t, c.want, verdictsOf(diagnoseText(t, c.packets)), name)
	}
	const note = "the server sent nothing in the 8.96 s between the last data of the client and its FIN: if that data was a request, its answer is missing (the capture does not tell, because the protocol is not known)"
	assert.Contains(t, english(diagnoseText(t, conversation(gone, `<welcome\n`, hello))[0].Notes), note)
	assert.Empty(t, english(diagnoseText(t, conversation(gone, hello, smtp))[0].Notes))
}

// TestAServerThatGreetsAndClosesHasNotAnswered: what sshd does where it takes no more clients. A client that closes first wanted no answer.
func TestAServerThatGreetsAndClosesHasNotAnswered(t *testing.T) {
	const closes, ssh = "1 < F. Y 0 X\n1.1 > F. X 0 Y+1\n1.2 < . Y+1 0 X+1", `<SSH-2.0-x\n`
	r := diagnoseText(t, conversation(closes, ssh, `>SSH-2.0-y\n`))[0]
	assert.Equal(t, "closed-early", r.verdict)
	assert.Equal(t, "the server greeted, and closed without an answer to the 11 bytes of the client", r.Summary.String())
	for name, packets := range map[string]string{
		"the client said nothing":        conversation(closes, ssh),
		"answered":                       conversation(closes, ssh, `>SSH-2.0-y\n`, `<kex`),
		"the client closes first":        conversation("1 > F. X 0 Y\n1.1 < F. Y 0 X+1\n1.2 > . X+1 0 Y+1", ssh, `>SSH-2.0-y\n`),
		"the greeting of something else": conversation(closes, `<welcome\n`, `>SSH-2.0-y\n`),
		"the client speaks too late":     conversation("1 < F. Y 0 X\n1.1 > P. X 9 Y+1\n1.2 < R Y+1 0 0", ssh),
	} {
		assert.NotEqual(t, "closed-early", diagnoseText(t, packets)[0].verdict, name)
	}
}

// TestAHandshakeOfTLSIsNoAnswer: the server completes it, acknowledges what the client then sends, and sends nothing more.
func TestAHandshakeOfTLSIsNoAnswer(t *testing.T) {
	const handshaken, changed, data, alert = tlsHandshake, 20, tlsApplicationData, tlsAlert
	hello := ">\x16\x03\x01\x00\x05\x01xxxx"
	var (
		old     = []string{hello, "<" + records([2]int{handshaken, 80}), ">" + records([2]int{handshaken, 60}, [2]int{changed, 1}, [2]int{handshaken, 40}), "<" + records([2]int{changed, 1}, [2]int{handshaken, 40})}
		modern  = []string{hello, "<" + records([2]int{handshaken, 80}, [2]int{changed, 1}, [2]int{data, 200})}
		request = ">" + records([2]int{data, 120})
		finish  = ">" + records([2]int{changed, 1}, [2]int{data, 53})
	)
	with := func(parts []string, more ...string) string {
		return conversation(gone, append(append([]string{}, parts...), more...)...)
	}
	for name, c := range map[string]struct{ packets, want string }{
		"TLS 1.2": {with(old, request), "no-reply"},
		"TLS 1.2, then the client's alert": {conversation("9 > P. X 0 Y text="+records([2]int{alert, 26})+`
			9.01 < . Y 0 283
			9.02 > F. 283 0 Y
			9.1 < F. Y 0 284
			9.2 > . 284 0 Y+1`, append(append([]string{}, old...), request)...), "no-reply"},
		"TLS 1.2, no request":            {with(old), "ok"},
		"TLS 1.2, answered":              {with(old, request, "<"+records([2]int{data, 50})), "ok"},
		"TLS 1.2, the second request":    {with(old, request, "<"+records([2]int{data, 50}), request), "ok"},
		"TLS 1.3":                        {with(modern, finish, request), "no-reply"},
		"TLS 1.3, no request":            {with(modern, finish), "ok"},
		"TLS 1.3, a ticket or an answer": {with(modern, finish, request, "<"+records([2]int{data, 250})), "ok"},
		"TLS 1.3, only the end":          {with(modern, finish, ">"+records([2]int{data, closeNotify})), "ok"},
	} {
		assert.Equal(t, c.want, verdictsOf(diagnoseText(t, c.packets)), name)
	}
	r := diagnoseText(t, with(old, request))[0]
	assert.Equal(t, "data of the client in TLS was acknowledged, and no data came back in 8.9 s", r.Summary.String())
	assert.True(t, r.Has(CauseNothingDue), "what is in TLS is not known")
}
