package diagnose

import "net/netip"

// view is what the capture as a whole tells about its vantage point.
type view struct {
	last    int64 // the latest time, in ns
	kinds   kinds
	both    int64 // connections of which both directions were seen
	lone    int64 // connections of which one direction is missing for certain
	servers map[endpoint]struct{}
	flows   map[endpoint]uint8 // of how many connections without a SYN it is an end, up to several
	ftp     map[pair]struct{}
	answers map[endpoint]*answers
	tries   map[caller]*tries
	claims  map[netip.Addr]claim
	proofs  map[pair]proof
	veils   veils
	links   map[netip.Addr]mark // the latest answers to ARP and Neighbour Discovery
	lookups *lookups
	names   map[netip.Addr]nameOf // of which lookups told the address
}

func (v *view) count(c *conn) {
	if c.isLone() {
		v.lone++
	}
	v.proveTCP(c)
}
