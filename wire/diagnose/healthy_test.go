package diagnose

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tcplab/tcplab/wire"
)

// healthy makes connections in which all arrives in the end: segments and acknowledgments are lost on either side of the vantage point and sent
// again, and the capture itself loses, copies and reorders packets.
type healthy struct {
	random  *rand.Rand
	at      float64 // s
	next    [2]uint32
	packets []wire.Packet
	data    [][]byte
	loss    float64 // of what is sent, at each side of the vantage point
	trip    float64 // s, from end to end and back
}

// capture adds a segment to what the vantage point sees.
func (h *healthy) capture(from int, flags wire.Flags, seq uint32, payload []byte) {
	p := wire.Packet{Kind: wire.KindTCP, TTL: 60, ID: uint16(h.random.Uint32()), Time: start.Add(time.Duration(h.at * 1e9))}
	p.Src, p.SrcPort, p.Dst, p.DstPort = clientAddr.Addr(), clientAddr.Port(), serverAddr.Addr(), serverAddr.Port()
	if from == server {
		p.Src, p.SrcPort, p.Dst, p.DstPort = p.Dst, p.DstPort, p.Src, p.SrcPort
	}
	p.TCP = wire.TCP{Flags: flags, Seq: seq, Window: 64240, Payload: len(payload)}
	if flags.Has(wire.ACK) {
		p.TCP.Ack = h.next[1-from]
	}
	if flags.Has(wire.SYN) {
		p.TCP.SetOptions([]byte{2, 4, 5, 180})
	}
	h.packets, h.data = append(h.packets, p), append(h.data, payload)
}

// lost draws whether a packet is lost on one of the two parts of its way.
func (h *healthy) lost() bool { return h.random.Float64() < h.loss }

// send brings a segment to the other side, which acknowledges it, and sends it again until the acknowledgment is back.
func (h *healthy) send(from int, flags wire.Flags, payload []byte) {
	seq, size := h.next[from], uint32(len(payload))
	if flags&(wire.SYN|wire.FIN) != 0 {
		size++
	}
	arrived, again := false, 0.2+h.trip
	if flags.Has(wire.SYN) {
		again = 1
	}
	for {
		begun := h.at
		seen := !h.lost()
		h.at += h.trip / 4
		if seen {
			h.capture(from, flags, seq, payload)
		}
		if arrived = arrived || seen && !h.lost(); seen && arrived {
			h.next[from] = seq + size
			h.at += h.trip / 2
			back := !h.lost()
			if back && flags&(wire.SYN|wire.ACK) != wire.SYN { // a SYN-ACK answers a SYN
				h.capture(1-from, wire.ACK, h.next[1-from], nil)
			}
			if back && !h.lost() {
				h.at += h.trip / 4
				return
			}
		}
		h.at, again = begun+again, 2*again
	}
}

// connection runs a connection from its SYN to its end.
func (h *healthy) connection(exchanges int) {
	h.next = [2]uint32{h.random.Uint32(), h.random.Uint32()}
	h.send(client, wire.SYN, nil)
	h.send(server, wire.SYN|wire.ACK, nil)
	const http, greeted = 0, 2
	kind := h.random.IntN(3)
	if kind == greeted {
		h.send(server, wire.ACK|wire.PSH, []byte("220 mx.example\r\n"))
	}
	for i := range exchanges {
		request := fmt.Sprintf("GET /%d HTTP/1.1\r\nHost: db.example\r\n\r\n", i)
		if kind != http {
			request = strings.Repeat("y", 1+h.random.IntN(3000))
		}
		for at := 0; at < len(request); at += 1460 {
			h.send(client, wire.ACK|wire.PSH, []byte(request[at:min(at+1460, len(request))]))
		}
		h.at += h.random.Float64()
		left := 1 + h.random.IntN(6000)
		answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", left) + strings.Repeat("x", left)
		if kind != http {
			answer = strings.Repeat("x", left)
		}
		for at := 0; at < len(answer); at += 1460 {
			h.send(server, wire.ACK|wire.PSH, []byte(answer[at:min(at+1460, len(answer))]))
		}
	}
	first := h.random.IntN(2)
	h.send(first, wire.ACK|wire.FIN, nil)
	h.send(1-first, wire.ACK|wire.FIN, nil)
}

// spoil makes of what passed a capture that lacks packets, holds some twice, and has them out of order. It keeps the last one: without the last
// acknowledgment, a FIN that was sent three times looks as if it had been in vain.
func (h *healthy) spoil(missing, copies, jitter float64) {
	var packets []wire.Packet
	for i, p := range h.packets {
		p.Frame = i // of its data
		for range 1 + int(h.random.Float64()+copies) {
			if last := i == len(h.packets)-1; last || h.random.Float64() >= missing {
				packets = append(packets, p)
			}
		}
	}
	order := make(map[int]float64)
	for i := range packets {
		order[i] = float64(packets[i].Time.Sub(start))/1e9 + jitter*h.random.Float64()
	}
	index := make([]int, len(packets))
	for i := range index {
		index[i] = i
	}
	slices.SortStableFunc(index, func(a, b int) int {
		switch {
		case order[a] < order[b]:
			return -1
		case order[a] > order[b]:
			return 1
		}
		return 0
	})
	sorted, data := make([]wire.Packet, len(packets)), make([][]byte, len(packets))
	for i, from := range index {
		sorted[i], data[i] = packets[from], h.data[packets[from].Frame]
		sorted[i].Frame = i + 1
	}
	h.packets, h.data = sorted, data
}

// TestHealthyConnectionsAreNoFailures: whatever is lost and sent again on the way, or by the capture, all arrived in the end.
func TestHealthyConnectionsAreNoFailures(t *testing.T) {
	for seed := range uint64(1500) {
		random := rand.New(rand.NewPCG(seed, 9))
		h := &healthy{random: random, loss: []float64{0, 0.02, 0.1, 0.2}[seed%4], trip: []float64{0.001, 0.05, 0.3}[seed%3]}
		h.connection(1 + random.IntN(6))
		if seed%5 == 0 { // the capture begins later
			begin := random.IntN(len(h.packets))
			h.packets, h.data = h.packets[begin:], h.data[begin:]
		}
		h.spoil([]float64{0, 0.02, 0, 0.1}[seed/4%4], []float64{0, 0, 0.3}[seed/16%3], []float64{0, 0.02}[seed/48%2])
		list, _ := diagnosed(h.packets, h.data, Options{})
		for _, r := range list {
			assert.False(t, r.Failed, "seed %d: %s: %s\n%s", seed, r.verdict, r.Summary, h)
		}
	}
}

// String is the packets, each in a line.
func (h *healthy) String() string {
	var b strings.Builder
	for i := range h.packets {
		p := &h.packets[i]
		sign := ">"
		if p.Src == serverAddr.Addr() {
			sign = "<"
		}
		fmt.Fprintf(&b, "%d %.3f %s %v %d %d %d\n", p.Frame, p.Time.Sub(start).Seconds(), sign, p.TCP.Flags, p.TCP.Seq, p.TCP.Payload, p.TCP.Ack)
	}
	return b.String()
}
