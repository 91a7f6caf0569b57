package diagnose

import "github.com/tcplab/tcplab/wire"

// circle is what shows a routing loop at a place within it: one SYN passes again and again, each time with a smaller time to live.
type circle struct {
	lowest uint8 // the smallest time to live so far
	falls  uint8 // how often it fell below that
	last   mark
}

// fewestFalls tells a loop from a router that is captured at its interfaces, where a packet passes two or three times.
const fewestFalls = 3

// pass takes in a copy of a SYN.
func (c *circle) pass(p *wire.Packet, first uint8, m mark) {
	if c.lowest == 0 {
		c.lowest = first
	}
	if p.TTL < c.lowest {
		c.lowest, c.last = p.TTL, m
		c.falls = min(c.falls+1, fewestFalls)
	}
}

func (c *circle) isLoop() bool { return c.falls >= fewestFalls }
