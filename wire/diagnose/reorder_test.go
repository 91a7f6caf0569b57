package diagnose

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

// shuffled puts packets into the order in which several receive queues may hand them over: each is late by up to the time.
func shuffled(packets []wire.Packet, payloads [][]byte, late time.Duration, random *rand.Rand) ([]wire.Packet, [][]byte) {
	type arrival struct {
		at time.Time
		i  int
	}
	order := make([]arrival, len(packets))
	for i := range packets {
		order[i] = arrival{packets[i].Time.Add(time.Duration(random.Int64N(int64(late)))), i}
	}
	slices.SortStableFunc(order, func(a, b arrival) int { return a.at.Compare(b.at) })
	var p []wire.Packet
	var d [][]byte
	for _, a := range order {
		p, d = append(p, packets[a.i]), append(d, payloads[a.i])
		p[len(p)-1].Frame = len(p)
	}
	return p, d
}

// TestOrderWithin20msDoesNotMatter: times that are equal are told apart by a nanosecond, because nothing else could.
func TestOrderWithin20msDoesNotMatter(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for name, data := range goldenCaptures(t) {
		packets, payloads := readCapture(t, data)
		for i := range packets {
			packets[i].Time = packets[i].Time.Add(time.Duration(i))
		}
		list, _ := diagnosed(packets, payloads, Options{})
		for range 3 {
			p, d := shuffled(packets, payloads, 20*time.Millisecond, random)
			again, stats := diagnosed(p, d, Options{})
			require.Equal(t, outline(list), outline(again), name)
			assert.Zero(t, stats.Backwards)
		}
	}
}

func TestTimesThatRunBackwardsAreCounted(t *testing.T) {
	list, stats := diagnosed(textPackets(t, "9 > S 0 0 0\n10 > S 0 0 0\n0 > S 0 0 0 isn=9 port=7\n1 > S 0 0 0 isn=9 port=7"))
	assert.Equal(t, "no-answer no-answer", verdictsOf(list))
	assert.EqualValues(t, 1, stats.Backwards)
	assert.Equal(t, 10*time.Second, stats.FarthestBack)

	_, stats = diagnosed(textPackets(t, "9 > S 0 0 0\n8.96 > S 0 0 0 isn=9 port=7"))
	assert.Zero(t, stats.Backwards, "within the window")
}

func textPackets(t *testing.T, text string) ([]wire.Packet, [][]byte, Options) {
	packets, payloads := packetsOf(t, text)
	return packets, payloads, Options{}
}

// TestPacketsWithoutATimeKeepTheirPlace: pcapng's simple packets have none.
func TestPacketsWithoutATimeKeepTheirPlace(t *testing.T) {
	packets, payloads := packetsOf(t, exchange+"1 < R. 301 0 101")
	for i := range packets {
		packets[i].Time = time.Time{}
	}
	list, stats := diagnosed(packets, payloads, Options{})
	assert.Equal(t, "reset-by-server", verdictsOf(list))
	assert.Zero(t, stats.Backwards)
}

// TestWhatIsHeldIsBounded: within 50 ms a fast link fills much memory.
func TestWhatIsHeldIsBounded(t *testing.T) {
	e := New(Options{Emit: func(*Judged) {}})
	data := make([]byte, 1<<16)
	for n := range 3 * mostHeld {
		p := syn(n)
		p.Time = start.Add(time.Duration(n))
		e.Add(&p, nil)
		require.LessOrEqual(t, e.order.len(), mostHeld)
	}
	for n := range 1000 {
		p := syn(n)
		p.Time = start.Add(time.Duration(3*mostHeld + n))
		e.Add(&p, data)
		require.LessOrEqual(t, e.order.bytes, mostHeldBytes)
	}
	assert.Less(t, len(e.spare), 2*mostHeld/batchSize)
}

const linkIPv4 = 228 // LINKTYPE_IPV4

// rawSYN is an IPv4 packet with a SYN from this port.
func rawSYN(port uint16) []byte {
	be := binary.BigEndian
	b := []byte{0x45, 0, 0, 40, 0, 0, 0, 0, 64, protocolTCP, 0, 0}
	b = append(append(b, clientAddr.Addr().AsSlice()...), serverAddr.Addr().AsSlice()...)
	b = be.AppendUint32(be.AppendUint16(be.AppendUint16(b, port), serverAddr.Port()), clientISN)
	return append(b, 0, 0, 0, 0, 5<<4, byte(wire.SYN), 0xff, 0xff, 0, 0, 0, 0)
}

// TestBatchesAreGivenBackWhenTaken: each once, and only then.
func TestBatchesAreGivenBackWhenTaken(t *testing.T) {
	const number = 1000
	var file bytes.Buffer
	w, err := wire.NewWriter(&file, "test")
	require.NoError(t, err)
	_, err = w.AddInterface("any", linkIPv4)
	require.NoError(t, err)
	for n := range number {
		data := rawSYN(uint16(n))
		require.NoError(t, w.Write(0, wire.Frame{Time: start.Add(time.Duration(n) * time.Millisecond), Length: len(data), Data: data}, ""))
	}
	r, err := wire.NewReader(&file)
	require.NoError(t, err)
	reported := 0
	e := New(Options{Emit: func(*Judged) { reported++ }})
	given := map[*Batch]int{}
	for err == nil {
		b := new(Batch)
		err = b.Fill(r)
		e.AddBatch(b, func(b *Batch) {
			assert.Equal(t, b.n, b.taken)
			given[b]++
		})
	}
	e.Close()
	assert.Equal(t, number, reported)
	assert.Len(t, given, number/batchSize+1)
	for _, n := range given {
		assert.Equal(t, 1, n)
	}
}
