package diagnose

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestToldOnceOnlyWhenAlike: what is told of one attempt must be true of those that it is told for.
func TestToldOnceOnlyWhenAlike(t *testing.T) {
	const data, waited = exchange + "9 > P. 101 100 301\n", handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n"
	for name, c := range map[string]struct {
		one, another string
		alike        bool
	}{
		"the same again":                  {data + "9.1 < R. 301 0 201", data + "9.2 < R. 301 0 201", true},
		"the cause":                       {data + "9.1 < R. 301 0 201", data + "9.1 < R 301 0 0", false},
		"the time to live of the RST":     {data + "9.1 < R. 301 0 201", data + "9.1 < R. 301 0 201 ttl=107", false},
		"a silence before":                {data + "9.1 < R. 301 0 201", exchange + "351 > P. 101 100 301\n351.1 < R. 301 0 201", false},
		"a silence, of another limit":     {exchange + "241 < R. 301 0 101", exchange + "351 < R. 301 0 101", false},
		"the code of an ICMP error":       {"0 > S 0 0 0\n0.1 icmp 3 1", "0 > S 0 0 0\n0.1 icmp 3 13", false},
		"the same code":                   {"0 > S 0 0 0\n0.1 icmp 3 13", "0 > S 0 0 0\n0.2 icmp 3 13", true},
		"data sent again":                 {exchange + "1 > P. 101 9 301\n1.3 > R. 110 0 301", exchange + "1 > P. 101 9 301\n1.2 > P. 101 9 301\n1.3 > R. 110 0 301", false},
		"a RST that does not acknowledge": {"0 > S 0 0 0\n0.1 < R. 0 0 1", "0 > S 0 0 0\n0.1 < R. 0 0 1 raw", false},
		"an answer that came too late":    {waited + "9 > F. 101 0 1\n9 < . 1 0 102", waited + "9 > F. 101 0 1\n9 < . 1 0 102\n11 < P. 1 41 102\n11.1 > R 102 0 0", false},
		"a client that has waited":        {waited + "1 > R. 101 0 1", waited + "9 > R. 101 0 1", false},
		"keep-alives in vain":             {exchange + "9 > . 101 0 301", exchange + "9 > . 100 0 301\n18 > . 100 0 301\n27 > . 100 0 301", false},
		"what was said":                   {exchange, handshake + "0.02 < P. 1 0 1 text=FATAL_no\\n", false},
		"an answer that was cut off": {waited + "0.2 < F. 1 0 101", handshake + "0.02 > P. 1 0 1 text=GET_/_HTTP/1.1\\n\\n\n" +
			"0.03 < P. 1 0 19 text=HTTP/1.1_200_OK\\nContent-Length:_50\\n\\nhalf\n0.04 < F. 44 0 19", false},
	} {
		one, another := diagnoseText(t, c.one), diagnoseText(t, c.another)
		require.Equal(t, one[0].verdict, another[0].verdict, name)
		assert.Equal(t, c.alike, one[0].Likeness == another[0].Likeness, name)
	}
}
