package enginetest

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/lab"
)

// testMemory: what a NAT remembers is limited for a connection that stands, also once the connection has had another packet. The client asks every
// second whether the server is still there.
func testMemory(t *testing.T, built *bench) {
	b := built.on(t)
	b.serve()
	b.output("router", faults.NATVerb(faults.NAT{})...)
	target := netip.AddrPortFrom(b.host("server").Addr(lab.IPv4), lab.Port)
	cmd := b.host("client").Command(lab.Verb("dial", "--timeout", "30s", "--idle", "4s", "--keep-alive", "1s", target.String())...)
	require.NoError(t, cmd.Start(b.context()))
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	const limit = 3 * time.Second
	memory := func() time.Duration {
		return time.Duration(b.counters("router")[faults.NATMemoryCounter]) * time.Second
	}
	require.Eventually(t, func() bool { return memory() > time.Hour }, deadline, 20*time.Millisecond, "the connection stands")
	b.output("router", faults.NATVerb(faults.NAT{Idle: limit})...)
	for looks := 0; ; looks++ {
		select {
		case err := <-ended:
			require.NoError(t, err)
			assert.Greater(t, looks, 3)
			b.output("router", lab.Verb("nat", "remove")...)
			return
		default:
			assert.LessOrEqual(t, memory(), limit)
		}
	}
}
