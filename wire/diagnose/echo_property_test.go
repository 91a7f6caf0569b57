package diagnose

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

// isEcho reports whether the packet is of an echo exchange.
func isEcho(p *wire.Packet) bool {
	return p.Kind == wire.KindICMP && (p.ICMP.IsEcho() || p.ICMP.Quote.HasEcho)
}

// echoCaptures are the packets of the golden captures with pings, in one exchange each.
func echoCaptures(t *testing.T) map[string][]wire.Packet {
	t.Helper()
	list := map[string][]wire.Packet{}
	for name, data := range goldenCaptures(t) {
		packets, _ := readCapture(t, data)
		if packets = slices.DeleteFunc(packets, func(p wire.Packet) bool { return !isEcho(&p) }); len(packets) > 0 {
			list[name] = packets
		}
	}
	require.Greater(t, len(list), 10)
	return list
}

// told is the verdict of the one exchange of these packets, and its counts.
func told(t *testing.T, packets []wire.Packet) (result, Echo) {
	t.Helper()
	packets = slices.Clone(packets)
	for i := range packets {
		packets[i].Frame = i + 1
	}
	list, _ := diagnosed(packets, make([][]byte, len(packets)), Options{})
	require.Len(t, list, 1)
	return list[0], list[0].seen.echo
}

// TestCapturedTwice has every packet of a ping twice, as a router on two interfaces does.
func TestEchoesCapturedTwice(t *testing.T) {
	for name, packets := range echoCaptures(t) {
		var twice []wire.Packet
		for _, p := range packets {
			again := p
			again.Time, again.TTL = p.Time.Add(20*time.Microsecond), p.TTL-1
			twice = append(twice, p, again)
		}
		want, counts := told(t, packets)
		got, twiceCounts := told(t, twice)
		assert.Equal(t, want.verdict, got.verdict, name)
		assert.Equal(t, counts, twiceCounts, name)
		assert.EqualValues(t, 2*want.packets, got.packets, name)
	}
}

// TestMisorderedEchoes writes packets that came within 100 ms in any order, as the queues of a network card do: each keeps
// its time.
func TestMisorderedEchoes(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for name, packets := range echoCaptures(t) {
		want, counts := told(t, packets)
		for range 20 {
			mixed := slices.Clone(packets)
			for first := 0; first < len(mixed); {
				after := first + 1
				for after < len(mixed) && mixed[after].Time.Sub(mixed[first].Time) < 100*time.Millisecond {
					after++
				}
				near := mixed[first:after]
				random.Shuffle(len(near), func(i, j int) { near[i], near[j] = near[j], near[i] })
				first = after
			}
			got, mixedCounts := told(t, mixed)
			require.Equal(t, want.verdict, got.verdict, name)
			require.Equal(t, counts, mixedCounts, name)
		}
	}
}

// TestEchoesUpToHere cuts each capture after each of its packets: what has not been seen yet is never held against the host.
func TestEchoesUpToHere(t *testing.T) {
	for name, packets := range echoCaptures(t) {
		whole, _ := told(t, packets)
		for n := 1; n < len(packets); n++ {
			part, counts := told(t, packets[:n])
			lost := counts.Lost > 0 || strings.HasSuffix(part.verdict, "?")
			assert.True(t, part.verdict == whole.verdict || part.verdict == "ok" || strings.HasPrefix(part.verdict, "no-answer") && lost ||
				part.verdict == "rejected" && counts.Rejected > 0, "%s, the first %d: %s, %+v", name, n, part.verdict, counts)
			if counts.Requests > 0 {
				assert.Equal(t, counts.Requests, counts.Answered+counts.Rejected+counts.Lost+counts.Pending, name)
			}
			if strings.Contains(name, "healthy") {
				assert.Contains(t, []string{"ok", "no-answer?"}, part.verdict, name)
			}
		}
	}
}

// TestEchoesFromHere begins each capture at each of its packets: the end of it decides.
func TestEchoesFromHere(t *testing.T) {
	for name, packets := range echoCaptures(t) {
		for n := 1; n < len(packets); n++ {
			part, _ := told(t, packets[n:])
			switch {
			case strings.Contains(name, "healthy"):
				assert.Contains(t, []string{"ok", "one-sided"}, part.verdict, name)
			case strings.Contains(name, "dead-host"):
				assert.True(t, strings.HasPrefix(part.verdict, "no-answer"), "%s: %s", name, part.verdict)
			}
		}
	}
}

// TestEchoCountsAreTrue makes pings of which every request's fate is known: answered, rejected (at once, or when a router
// gives up 3 s later) or lost, some quicker than answers come.
func TestEchoCountsAreTrue(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	templates, _ := packetsOf(t, "0 ping 1\n0 pong 1\n0 icmp 3 1 ping=1\n0 > S 0 0 0")
	for round := range 300 {
		want := Echo{ID: pingID, Requests: int64(1 + random.IntN(200))}
		interval := time.Duration(1+random.IntN(1500)) * time.Millisecond
		trip := time.Duration(1+random.IntN(900)) * time.Millisecond
		var packets []wire.Packet
		add := func(template int, at time.Duration, sequence int) {
			p := templates[template]
			p.Time, p.ID = start.Add(at), uint16(len(packets))
			p.ICMP.Sequence, p.ICMP.Quote.Sequence = uint16(sequence), uint16(sequence)
			packets = append(packets, p)
		}
		var at time.Duration
		for n := range int(want.Requests) {
			at = time.Duration(n) * interval
			add(0, at, n)
			switch random.IntN(4) {
			case 0, 1:
				want.Answered++
				add(1, at+trip, n)
			case 2:
				want.Lost++
			case 3:
				want.Rejected++
				add(2, at+time.Duration(random.IntN(2))*3*time.Second+time.Millisecond, n)
			}
		}
		add(3, at+10*time.Second, 0)
		slices.SortStableFunc(packets, func(a, b wire.Packet) int { return a.Time.Compare(b.Time) })
		list, _ := diagnosed(packets, make([][]byte, len(packets)), Options{})
		require.Len(t, list, 2)
		require.Equal(t, want, list[0].seen.echo, "round %d: every %s, round trip %s", round, interval, trip)
	}
}
