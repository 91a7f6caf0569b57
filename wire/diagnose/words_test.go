package diagnose

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// said diagnoses a connection in which the client sends one text, if any, and the server another.
func said(t *testing.T, up, down string) result {
	t.Helper()
	packets, payloads := packetsOf(t, handshake+"0.02 > P. 1 100 1\n0.03 < P. 1 200 101\n0.04 < F. 201 0 101\n0.05 > F. 101 0 202\n0.06 < . 202 0 102")
	payloads[3], payloads[4] = []byte(up), []byte(down)
	if up == "" { // the server speaks first
		packets[3], packets[4], payloads[3], payloads[4] = packets[4], packets[3], []byte(down), []byte("Thank you.")
		packets[3].TCP.Ack, packets[4].TCP.Ack = clientISN+1, serverISN+201
		packets[3].Frame, packets[4].Frame = 4, 5
		packets[3].Time, packets[4].Time = packets[4].Time, packets[3].Time
	}
	list, _ := diagnosed(packets, payloads, Options{})
	require.Len(t, list, 1)
	toldInKorean(t, &list[0].Diagnosis)
	assert.Equal(t, "ok", list[0].verdict, "the network did what it could")
	return list[0]
}

const helloBytes = "\x16\x03\x01\x00\xc3\x01\x00\x00\xbf\x03\x03"

func TestWhatThePeerSaid(t *testing.T) {
	mysql := "\x00\x00\x00\xff" + "\x10\x04" + "#08004Too many connections"
	mysql = string(binary.LittleEndian.AppendUint16(nil, uint16(len(mysql)-3))) + "\x00" + mysql[2:]
	for name, c := range map[string]struct{ up, down, want string }{
		"TLS alert":                     {helloBytes, "\x15\x03\x03\x00\x02\x02\x28", "the server answered the ClientHello by the TLS alert handshake_failure (40)"},
		"TLS alert without a name":      {helloBytes, "\x15\x03\x03\x00\x02\x02\xc8", "the server answered the ClientHello by the TLS alert of an unknown kind (200)"},
		"TLS alert to plain HTTP":       {"GET / HTTP/1.1\r\n\r\n", "\x15\x03\x01\x00\x02\x02\x46", "the server speaks TLS, and the client did not begin with a ClientHello: TLS alert protocol_version (70)"},
		"ClientHello to plain HTTP":     {helloBytes, "HTTP/1.1 400 Bad Request\r\n\r\n", "the server answered the TLS ClientHello in plain HTTP (400 Bad Request): what listens there does not speak TLS"},
		"ClientHello to SSH":            {helloBytes, "SSH-2.0-OpenSSH_9.2\r\n", `the server answered the TLS ClientHello by "SSH-2.0-OpenSSH_9.2": what listens there does not speak TLS`},
		"plain HTTP to the port of TLS": {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port", "the server answered by 400 Bad Request: the request was plain HTTP, and the port speaks TLS"},
		"proxy, authentication":         {"CONNECT www.example.com:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "a proxy answered CONNECT www.example.com:443 by 407 Proxy Authentication Required"},
		"proxy, forbidden":              {"GET http://www.example.com/ HTTP/1.1\r\n\r\n", "HTTP/1.1 403 Forbidden\r\n\r\n", "a proxy answered GET http://www.example.com/ by 403 Forbidden"},
		"gateway":                       {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 503 Service Unavailable\r\n\r\n", "the server answered by 503 Service Unavailable: mostly a proxy or load balancer says so of what is behind it"},
		"no proxy, no page":             {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n", ""},
		"proxy, established":            {"CONNECT www.example.com:443 HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", ""},
		"Redis":                         {"", "-ERR max number of clients reached\r\n", `the server began with "-ERR max number of clients reached"`},
		"PostgreSQL":                    {"\x00\x00\x00\x08\x00\x03\x00\x00", "E\x00\x00\x00\x40SFATAL\x00C53300\x00Msorry, too many clients already\x00\x00", `the server answered by an error of PostgreSQL: "FATAL: sorry, too many clients already"`},
		"MySQL":                         {"", mysql, `the server began with error 1040 of MySQL: "#08004Too many connections"`},
		"SMTP":                          {"", "554 No SMTP service here\r\n", `the server began with "554 No SMTP service here"`},
		"NNTP that welcomes":            {"", "200 news.example.com\r\n", ""},
		"what could harm a terminal":    {"", "-ERR \x1b[2J\xff\r\n", `the server began with "-ERR ?[2J?"`},
		"close_notify":                  {helloBytes, "\x15\x03\x03\x00\x02\x01\x00", ""},
		"an alert that is encrypted":    {helloBytes, "\x15\x03\x03\x00\x1a\x00\x00", ""},
		"TLS, and all is well":          {helloBytes, "\x16\x03\x03\x00\x7a\x02", ""},
	} {
		notes := english(said(t, c.up, c.down).Notes)
		if c.want == "" {
			assert.Empty(t, notes, name)
			continue
		}
		assert.Equal(t, []string{c.want}, notes, name)
	}
}

func TestTheClientSaidAnAlert(t *testing.T) {
	packets, payloads := packetsOf(t, exchange+"0.1 > P. 101 7 301\n0.2 > R. 108 0 301")
	payloads[3], payloads[5], payloads[7] = []byte(helloBytes), []byte("\x16\x03\x03\x00\x7a\x02"), []byte("\x15\x03\x03\x00\x02\x02\x30")
	list, _ := diagnosed(packets, payloads, Options{})
	assert.Contains(t, english(list[0].Notes), "the client sent the TLS alert unknown_ca (48): it does not accept what the server said")
	assert.Contains(t, evidenceIn(list[0].Evidence), "8: what was said")
}

// TestOnlyTheNumberTellsTheFirstWords: what the capture holds first of an end need not be what that said first.
func TestOnlyTheNumberTellsTheFirstWords(t *testing.T) {
	const hello, alert = "text=\x16\x03\x01\x00\xc3\x01\x00\x00\xbf\x03\x03", "text=\x15\x03\x03\x00\x02\x02\x28"
	for name, c := range map[string]struct {
		packets string
		want    []string
	}{
		"the server's first":          {handshake + "0.02 > P. 1 100 1 " + hello + "\n0.03 < P. 1 0 101 text=no_TLS_here", []string{`the server answered the TLS ClientHello by "no TLS here": what listens there does not speak TLS`}},
		"one before it is missing":    {handshake + "0.02 > P. 1 100 1 " + hello + "\n0.03 < P. 1461 0 101 text=no_TLS_here", nil},
		"one before it comes later":   {handshake + "0.02 > P. 1 100 1 " + hello + "\n0.03 < P. 1461 0 101 text=no_TLS_here\n0.3 < . 1 1460 101\n0.31 > . 101 0 1472", nil},
		"a greeting":                  {handshake + "0.02 < P. 1 0 1 text=550_not_you\n0.03 > . 1 0 12", []string{`the server began with "550 not you"`}},
		"an answer, not the greeting": {handshake + "0.02 > P. 1 9 51\n0.03 < P. 51 0 10 text=550_no_such_file\n0.04 > . 10 0 67", []string{"the capture lacks packets that were acknowledged"}},
		"the same, in the midst":      {"0 > P. 1 9 51\n0.03 < P. 51 0 10 text=550_no_such_file\n0.04 > . 10 0 67", nil},
		"no ClientHello before it":    {handshake + "0.02 > P. 1 0 1 text=EHLO\n0.03 < P. 1 0 5 " + alert + "\n0.04 > . 5 0 8", []string{"the server speaks TLS, and the client did not begin with a ClientHello: TLS alert handshake_failure (40)"}},
		"a ClientHello that is missing": {handshake + "0.02 > P. 1461 0 1 text=EHLO\n0.03 < P. 1 0 1465 " + alert + "\n0.04 > . 1465 0 8",
			[]string{"the server sent the TLS alert handshake_failure (40)"}},
		"a warning of the client": {handshake + "0.02 > P. 1 100 1 " + hello + "\n0.03 > P. 101 0 1 text=\x15\x03\x03\x00\x02\x01\x5a\n0.04 < . 1 0 108", []string{"the client sent the TLS alert user_canceled (90), a warning"}},
	} {
		assert.Equal(t, c.want, english(diagnoseText(t, c.packets)[0].Notes), name)
	}
}
