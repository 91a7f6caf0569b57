package signature_test

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/signature"
)

// A port that nobody listens on must answer at once; here a firewall drops the SYN instead.
func Example() {
	syn := wire.Packet{
		Kind: wire.KindTCP, Time: time.Unix(0, 0),
		Src: netip.MustParseAddr("198.51.100.10"), SrcPort: 40000,
		Dst: netip.MustParseAddr("203.0.113.10"), DstPort: 8080,
		TCP: wire.TCP{Seq: 1234, Flags: wire.SYN, Window: 64240},
	}
	again := syn
	again.Time = syn.Time.Add(1012 * time.Millisecond)
	trace := wire.Trace{Point: "client", Packets: []wire.Packet{syn, again}}

	want := signature.MustParse(`
		+0       > S
		+0..0.05 < R.
	`)
	for _, attempt := range trace.Attempts(8080) {
		fmt.Print(want.Match(attempt, signature.Options{Tolerance: signature.DefaultTolerance()}))
	}
	// Output:
	//   want              got
	//   +0 > S            +0.000 > S
	// ! +0..0.05 < R.     +1.012 > S
	// packet 2 is a SYN from the client, a RST-ACK from the server was expected
	// packets seen:
	//   +0.000 > S  seq 0 win 64240
	//   +1.012 > S  seq 0 win 64240
}
