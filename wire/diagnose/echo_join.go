package diagnose

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/tcplab/tcplab/wire"
)

// fewSamples is how many of the first requests an exchange is known by, where addresses are translated.
const fewSamples = 4

// sample is what address translation leaves alone of an echo request. Its data holds the time, as ping makes it.
type sample struct {
	sequence uint16
	sum      uint16
}

// dataSum is the checksum (RFC 1071) of what address translation leaves alone: not of the identifier, and not of the
// addresses, which are in the sum with IPv6.
func dataSum(p *wire.Packet) uint16 {
	sum := uint32(^p.ICMP.Checksum) + uint32(^p.ICMP.ID)
	if p.ICMP.V6 {
		for _, addr := range []netip.Addr{p.Src, p.Dst} {
			b := addr.As16()
			for i := 0; i < len(b); i += 2 {
				sum += uint32(^binary.BigEndian.Uint16(b[i:]))
			}
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	if sum == 0xffff { // the other zero
		return 0
	}
	return uint16(sum)
}

// findEcho looks for an echo exchange through address translation: the data of the requests tells.
func (j *joiner) findEcho(s *Seen) (index int, nat bool) {
	found := -1
	for _, i := range j.echoes {
		if !s.sharesEcho(&j.list[i]) {
			continue
		}
		if found >= 0 {
			return -1, false // some programs send the same data always
		}
		found = i
	}
	return found, found >= 0
}

// sharesEcho reports whether both have seen the same request.
func (s *Seen) sharesEcho(other *Seen) bool {
	for i := range min(s.echo.Requests, fewSamples) {
		for k := range min(other.echo.Requests, fewSamples) {
			if s.samples[i] == other.samples[k] {
				return true
			}
		}
	}
	return false
}

// missingEcho is for an echo exchange that the server's capture does not hold.
func (j *Joined) missingEcho(s *Seen) {
	switch {
	case s.packets[server] > 0:
		j.Text = "the server's capture does not hold this ping: another time, another interface, a filter, or something answers in its place"
	case s.echo.Requests == 0:
		j.Text = "no packet left for the server"
	case s.rejected:
		j.Loss, j.Text = LostBeforeServer, "no request reached the server: what sent the ICMP error stopped them"
	default:
		j.Loss, j.Text = LostBeforeServer, fmt.Sprintf("%s left the client, and none reached the server's network card",
			plural(s.echo.Requests, "echo request"))
	}
}

// compareEcho says where requests and replies were lost, from what both sides saw.
func (j *Joined) compareEcho(c, s *Seen) {
	asked, heard := s.packets[client], s.packets[server]
	switch unheard := c.echo.Lost + c.echo.Pending + c.echo.Rejected; {
	case heard == 0 && c.packets[server] > 0:
		j.Loss, j.Text = ForgedBetween, "the server sent no reply: what the client got was sent by something on the way"
	case heard == 0:
		j.Loss, j.Text = LostAtServer, fmt.Sprintf("%s reached the server's network card, and no reply left it", plural(asked, "echo request"))
	case c.packets[server] == 0:
		j.Loss, j.Text = LostBeforeClient, fmt.Sprintf("%s left the server, and none reached the client", plural(heard, "echo reply"))
	case unheard == 0 && c.echo.Requests != s.echo.Requests:
		j.Text = "every echo request that the client's capture holds was answered"
	case heard > c.packets[server]:
		j.Loss, j.Text = LostBeforeClient, fmt.Sprintf("of %d echo replies that the server sent, %d reached the client", heard, c.packets[server])
	case c.packets[client] > asked:
		j.Loss, j.Text = LostBeforeServer, fmt.Sprintf("of %d echo requests that the client sent, %d reached the server", c.packets[client], asked)
	case asked > heard:
		j.Loss, j.Text = LostAtServer, fmt.Sprintf("of %d echo requests that reached the server, it answered %d", asked, heard)
	default:
		j.Text = "both sides saw the same"
	}
}
