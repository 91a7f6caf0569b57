package diagnose

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAnAnswerInChunksEndsWithTheLastOne: however its bytes are cut into segments, and whatever follows it on the connection.
func TestAnAnswerInChunksEndsWithTheLastOne(t *testing.T) {
	const head, next = `HTTP/1.1_200_OK\nTransfer-Encoding:_chunked\n\n`, `HTTP/1.1_200_OK\nContent-Length:_2\n\nOK`
	for name, c := range map[string]struct {
		segments string // of the server; a bar is between two
		want     string
	}{
		"whole":                             {head + `5\nhello\n0\n\n`, "ok"},
		"an answer with a length behind it": {head + `5\nhello\n0\n\n|` + next, "ok"},
		"the same in one segment":           {head + `5\nhello\n0\n\n` + next, "ok"},
		"the end in two segments":           {head + `5\nhello\n|0\n|\n`, "ok"},
		"a size in two segments":            {head + `0|a\n0123456789\n0\n\n`, "ok"},
		"an extension":                      {head + `5;name=value\nhello\n0\n\n`, "ok"},
		"a trailer":                         {head + `5\nhello\n0\nX-Sum:_7\n\n`, "ok"},
		"no last chunk":                     {head + `5\nhello\n`, "closed-early"},
		"a chunk that is cut off":           {head + `a\nhello`, "closed-early"},
		"no empty line":                     {head + `5\nhello\n0\n`, "closed-early"},
		"a later answer that is cut off":    {head + `5\nhello\n0\n\n|` + strings.TrimSuffix(next, "K"), "closed-early"},
		"data that looks like the end":      {head + `8\n0\n\n123\n`, "closed-early"},
		"what is no chunk":                  {head + `hello`, "ok"},
	} {
		text, seq := handshake+"0.02 > P. 1 0 1 "+get+"\n", 1
		for i, segment := range strings.Split(c.segments, "|") {
			text += fmt.Sprintf("0.%d < P. %d 0 19 text=%s\n", 3+i, seq, segment)
			seq += len(strings.ReplaceAll(segment, `\n`, "\r\n"))
		}
		text += fmt.Sprintf("0.8 < F. %d 0 19\n0.9 > F. 19 0 %d\n0.91 < . %d 0 20", seq, seq+1, seq+1)
		assert.Equal(t, c.want, verdictsOf(diagnoseText(t, text)), name)
	}
}
