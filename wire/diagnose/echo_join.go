package diagnose

import "github.com/tcplab/tcplab/wire"

// fewSamples is how many of the first requests an exchange is known by, where addresses are translated.
const fewSamples = 4

// missingEcho is for an echo exchange that the server's capture does not hold.
func (j *JoinedSides) missingEcho(s *Seen) {
	switch {
	case s.packets[server] > 0:
		j.Text = "the server's capture does not hold this ping: another time, another interface, a filter, or something answers in its place"
	case s.echo.Requests == 0:
		j.Text = "no packet left for the server"
	case s.rejected:
		j.Loss, j.Text = LostBeforeServer, "no request reached the server: what sent the ICMP error stopped them"
	default:
		j.lost(client, wire.Passage{Near: s.echo.Requests}, "%s left the client, and none reached the server's network card",
			plural(s.echo.Requests, "echo request"))
	}
}

// compareEcho says where requests and replies were lost, from what both sides saw.
func (j *JoinedSides) compareEcho(c, s *Seen) {
	requests := wire.Passage{Near: c.packets[client], Far: s.packets[client], Unanswered: s.packets[server] == 0}
	replies := wire.Passage{Near: s.packets[server], Far: c.packets[server]}
	switch unheard := c.echo.Lost + c.echo.Pending + c.echo.Rejected; {
	case replies.Whereabouts() == wire.BegunBetween:
		j.lost(server, replies, "the server sent no reply: what the client got was sent by something on the way")
	case requests.Whereabouts() == wire.LostAtEnd:
		j.lost(client, requests, "%s reached the server's network card, and no reply left it", plural(requests.Far, "echo request"))
	case replies.Far == 0:
		j.lost(server, replies, "%s left the server, and none reached the client", plural(replies.Near, "echo reply"))
	case unheard == 0 && c.echo.Requests != s.echo.Requests:
		j.Text = "every echo request that the client's capture holds was answered"
	case replies.Whereabouts() == wire.LostBetween:
		j.lost(server, replies, "of %d echo replies that the server sent, %d reached the client", replies.Near, replies.Far)
	case requests.Whereabouts() == wire.LostBetween:
		j.lost(client, requests, "of %d echo requests that the client sent, %d reached the server", requests.Near, requests.Far)
	case requests.Far > replies.Near:
		requests.Unanswered = true // some of them
		j.lost(client, requests, "of %d echo requests that reached the server, it answered %d", requests.Far, replies.Near)
	default:
		j.Text = "both sides saw the same"
	}
}
