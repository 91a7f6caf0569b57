// Package probe asks a live endpoint what a capture is asked by package diagnose: what happens to a connection.
//
// It goes the way that a practitioner goes: is there a route, and does the next hop answer for itself? Does the host
// answer ping? Is the port open, refused, rejected or silent? For each address of the target it sends [Echoes] echo
// requests and makes one connection attempt, which it closes at once in good order. It captures that one connection
// where it may, and then the verdict is what package diagnose says of the packets; elsewhere the verdict rests on the
// error and on the time, and the result says so.
package probe
