package diagnose

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWhoIsTheClientOfAConnectionWithoutABeginning: the lower port is a guess, which the rest of the capture corrects. The client's
// port is lower here, 5000, and the RST is the other side's.
func TestWhoIsTheClientOfAConnectionWithoutABeginning(t *testing.T) {
	const reset = "\n0.1 < R. 900 0 600 port=5000 raw"
	for name, c := range map[string]struct{ packets, verdict string }{
		"nothing tells":           {"0 > P. 500 100 900 port=5000 raw" + reset, "midstream/reset-by-client"},
		"a request":               {"0 > P. 500 100 900 port=5000 raw text=GET_/_HTTP/1.1\\n\\n" + reset, "midstream/reset-by-server"},
		"an answer":               {"0 < P. 900 100 500 port=5000 raw text=HTTP/1.1_200_OK\\n\\n\n0.05 > . 500 0 1000 port=5000 raw\n0.1 < R. 1000 0 500 port=5000 raw", "midstream/reset-by-server"},
		"a ClientHello":           {"0 > P. 500 100 900 port=5000 raw text=\x16\x03\x01\x00\x5f\x01" + reset, "midstream/reset-by-server"},
		"another such, elsewhere": {"0 > P. 500 100 900 port=5000 raw" + reset + "\n1 > . 5 0 5 port=5001 raw\n1 < . 5 0 5 port=5001 raw", "midstream/reset-by-server"},
		"a SYN to it later":       {"0 > P. 500 100 900 port=5000 raw" + reset + "\n1 > S 0 0 0 port=9", "midstream/reset-by-server"},
		"a scan from one port": {"0 > . 5 0 5 port=5000 to=80 raw\n0.1 < R 5 0 0 port=5000 to=80 raw\n0.2 > . 5 0 5 port=5000 to=443 raw\n" +
			"0.3 < R 5 0 0 port=5000 to=443 raw\n0.4 > . 5 0 5 port=5000 to=3306 raw\n0.5 < R 5 0 0 port=5000 to=3306 raw", "midstream/reset-by-server"},
		"no words of a client": {"0 > P. 500 100 900 port=5000 raw text=GETTING_ON" + reset, "midstream/reset-by-client"},
	} {
		list := diagnoseText(t, c.packets)
		require.NotEmpty(t, list, name)
		assert.Equal(t, c.verdict, list[0].verdict, name)
	}
}
