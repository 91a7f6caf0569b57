package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"os"
)

// captureWriter writes a pcap of made-up connections, many at a time.
type captureWriter struct {
	*bufio.Writer
	written int64
	clock   uint64 // µs
	frame   [1600]byte
}

// writeCapture fills a file up to a size: of a hundred connections, 90 are healthy, 4 are not answered, 3 are refused
// and 3 are reset by the server.
func writeCapture(name string, size int64) error {
	return withCapture(name, func(w *captureWriter) {
		const atOnce = 200
		var running [atOnce]benchConn
		for n := uint32(0); w.written < size; {
			for i := range running {
				if !running[i].step(w) {
					running[i] = newBenchConn(n)
					n++
				}
			}
		}
	})
}

// writeSample writes one connection of each kind.
func writeSample(name string) error {
	return withCapture(name, func(w *captureWriter) {
		for _, kind := range []uint32{0, 4, 7, 10} {
			for c := newBenchConn(kind); c.step(w); {
			}
		}
	})
}

// writeFlood writes SYNs, each from a port of its own, that nothing answers.
func writeFlood(name string, n uint32) error {
	return withCapture(name, func(w *captureWriter) {
		for i := range n {
			c := newBenchConn(i)
			w.segment(&c, true, 0x02, 0, 0)
		}
	})
}

func withCapture(name string, fill func(*captureWriter)) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := &captureWriter{Writer: bufio.NewWriterSize(f, 1<<20), clock: 1_700_000_000_000_000}
	header := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	header = append(header, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0)
	_, _ = w.Write(header)
	fill(w)
	return errors.Join(w.Flush(), f.Close())
}

// benchConn is a connection and how far it has come.
type benchConn struct {
	number, done uint32
	seq          [2]uint32
}

func newBenchConn(n uint32) benchConn {
	return benchConn{number: n, seq: [2]uint32{n * 7919, n * 104729}}
}

const (
	benchSYN, benchSYNACK, benchACK, benchPSH = 0x02, 0x12, 0x10, 0x18
	benchFIN, benchRST                        = 0x11, 0x14
)

// step writes the connection's next packet, and reports whether there was one.
func (c *benchConn) step(w *captureWriter) bool {
	c.done++
	switch kind := c.number % 100; {
	case kind < 4:
		return c.play(w, []benchStep{{true, benchSYN, 0}, {true, benchSYN, 0}, {true, benchSYN, 0}})
	case kind < 7:
		return c.play(w, []benchStep{{true, benchSYN, 0}, {false, benchRST, 0}})
	case kind < 10:
		return c.play(w, benchReset)
	}
	return c.play(w, benchHealthy)
}

type benchStep struct {
	up    bool
	flags byte
	size  int
}

var (
	benchReset   = []benchStep{{true, benchSYN, 0}, {false, benchSYNACK, 0}, {true, benchACK, 0}, {true, benchPSH, 200}, {false, benchRST, 0}}
	benchHealthy = []benchStep{{true, benchSYN, 0}, {false, benchSYNACK, 0}, {true, benchACK, 0}, {true, benchPSH, 200}, {false, benchACK, 0},
		{false, benchACK, 1448}, {true, benchACK, 0}, {false, benchACK, 1448}, {true, benchACK, 0}, {false, benchACK, 1448}, {true, benchACK, 0},
		{false, benchPSH, 300}, {true, benchACK, 0}, {true, benchPSH, 200}, {false, benchPSH, 700}, {true, benchACK, 0},
		{true, benchFIN, 0}, {false, benchFIN, 0}, {true, benchACK, 0}}
)

func (c *benchConn) play(w *captureWriter, steps []benchStep) bool {
	i := int(c.done) - 1
	if i >= len(steps) {
		return false
	}
	s := steps[i]
	if s.flags == benchSYN && i > 0 {
		w.clock += 1000
		c.seq[0]-- // the same SYN again
	}
	w.segment(c, s.up, s.flags, s.size, uint16(i))
	return true
}

// segment writes a frame of Ethernet, IPv4 and TCP with a timestamp option.
func (w *captureWriter) segment(c *benchConn, up bool, flags byte, size int, id uint16) {
	const ip, tcp, headers = 14, 34, 66
	w.clock += 20
	f := w.frame[:headers+size]
	clear(f[:headers])
	f[12] = 8
	f[ip], f[ip+8], f[ip+9] = 0x45, 64, 6
	be := binary.BigEndian
	be.PutUint16(f[ip+2:], uint16(headers-ip+size))
	be.PutUint16(f[ip+4:], id+1)
	clientIP, serverIP := 0x0a000000|c.number/50000, 0xcb007100|c.number%8
	clientPort, serverPort := uint16(10000+c.number%50000), uint16(443)
	from, to := 0, 1
	if !up {
		clientIP, serverIP, clientPort, serverPort, from, to = serverIP, clientIP, serverPort, clientPort, 1, 0
	}
	be.PutUint32(f[ip+12:], clientIP)
	be.PutUint32(f[ip+16:], serverIP)
	be.PutUint16(f[tcp:], clientPort)
	be.PutUint16(f[tcp+2:], serverPort)
	be.PutUint32(f[tcp+4:], c.seq[from])
	if flags&benchACK != 0 {
		be.PutUint32(f[tcp+8:], c.seq[to])
	}
	f[tcp+12], f[tcp+13] = 8<<4, flags
	be.PutUint16(f[tcp+14:], 64240)
	copy(f[tcp+20:], []byte{1, 1, 8, 10})
	be.PutUint32(f[tcp+24:], uint32(w.clock/1000))
	c.seq[from] += uint32(size)
	if flags&3 != 0 { // SYN and FIN have numbers of their own
		c.seq[from]++
	}
	var record [16]byte
	le := binary.LittleEndian
	le.PutUint32(record[0:], uint32(w.clock/1_000_000))
	le.PutUint32(record[4:], uint32(w.clock%1_000_000))
	le.PutUint32(record[8:], uint32(len(f)))
	le.PutUint32(record[12:], uint32(len(f)))
	_, _ = w.Write(record[:])
	_, _ = w.Write(f)
	w.written += int64(len(record) + len(f))
}
