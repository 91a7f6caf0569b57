package diagnose

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAnInterimResponseIsNoAnswer: "100 Continue" asks for the body of the request, "103 Early Hints" comes before the answer.
func TestAnInterimResponseIsNoAnswer(t *testing.T) {
	const (
		request = handshake + "0.02 > P. 1 100 1 text=POST_/_HTTP/1.1\\nExpect:_100-continue\\n\\n\n0.03 < P. 1 0 101 text=HTTP/1.1_100_Continue\\n\\n\n"
		body    = "0.04 > P. 101 50 26\n0.05 < . 26 0 151\n"
		hints   = handshake + "0.02 > P. 1 0 1 " + get + "\n0.03 < P. 1 0 19 text=HTTP/1.1_103_Early_Hints\\nLink:_x\\n\\n\n0.04 > . 19 0 38\n"
		gone    = "9 > F. 151 0 26\n9.1 < F. 26 0 152\n9.2 > . 152 0 27"
	)
	for name, c := range map[string]struct{ packets, verdict, summary string }{
		"100, the client gives up": {request + body + gone, "no-reply",
			"a request of 150 bytes was acknowledged, and nothing but an interim response of HTTP (100) came back in 8.96 s"},
		"100, the capture goes on": {request + body + "9 > . 151 0 26", "no-reply",
			"a request of 150 bytes was acknowledged, and nothing but an interim response of HTTP (100) came back in 8.96 s"},
		"100, the server closes": {request + body + "1 < F. 26 0 151\n1.1 > F. 151 0 27\n1.2 < . 27 0 152", "closed-early",
			"the server closed, and nothing but an interim response of HTTP (100) came back"},
		"100, and no body": {request + "0.04 > . 101 0 26\n9 > F. 101 0 26\n9.1 < F. 26 0 102\n9.2 > . 102 0 27", "ok",
			"closed in both directions; 100 bytes up, 25 bytes down"},
		"103, the client gives up": {hints + "9 > F. 19 0 38\n9.1 < F. 38 0 20\n9.2 > . 20 0 39", "no-reply",
			"a request of 18 bytes was acknowledged, and nothing but an interim response of HTTP (103) came back in 8.98 s"},
		"103, then an answer": {hints + "1 < P. 38 0 19 text=HTTP/1.1_204_No_Content\\n\\n\n9 > F. 19 0 65\n9.1 < F. 65 0 20\n9.2 > . 20 0 66", "ok",
			"closed in both directions; 18 bytes up, 64 bytes down"},
		"100 and the answer in one segment": {handshake + "0.02 > P. 1 0 1 " + get + "\n0.03 < P. 1 0 19 text=HTTP/1.1_100_Continue\\n\\nHTTP/1.1_204_No_Content\\n\\n\n" +
			"9 > F. 19 0 53\n9.1 < F. 53 0 20\n9.2 > . 20 0 54", "ok", "closed in both directions; 18 bytes up, 52 bytes down"},
		"another protocol": {handshake + "0.02 > P. 1 0 1 " + get + "\n0.03 < P. 1 0 19 text=HTTP/1.1_101_Switching_Protocols\\n\\n\n" +
			"9 > F. 19 0 37\n9.1 < F. 37 0 20\n9.2 > . 20 0 38", "ok", "closed in both directions; 18 bytes up, 36 bytes down"},
	} {
		r := diagnoseText(t, c.packets)[0]
		assert.Equal(t, c.verdict, r.verdict, name)
		assert.Equal(t, c.summary, r.Summary.String(), name)
	}
}
