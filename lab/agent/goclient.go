package agent

import (
	"context"
	"strconv"
	"time"

	"github.com/tcplab/tcplab/lab"
)

// GoClient is the default client: a Go program that connects, sends an HTTP request and reads the reply.
type GoClient struct {
	// Path is that of the request, with its query; empty stands for "/".
	Path string
	// Idle is how long the connection rests after the first reply, before it is used for another request. The outcome, its
	// time too, is then that of the second request.
	Idle time.Duration
	// KeepAlive is for how long nothing may come before the kernel asks whether the other end is still there, in whole seconds
	// (TCP_KEEPIDLE and TCP_KEEPINTVL, tcp(7)). It asks three times (TCP_KEEPCNT), and gives the connection up when so long has passed once
	// more. 0: it does not ask; Go's own default is 15 s, and nine times.
	KeepAlive time.Duration
	// Upload is how many bytes go with the request; the client then waits until they are written, and for the reply.
	Upload int
	// Retry is how long it waits before it connects again where its connection was refused, for as long as its patience lasts. 0: it does not
	// try again.
	Retry time.Duration
	// Greeted says that it waits for a line of the server's before it says anything, as clients of mail servers, SSH and MySQL do, and
	// speaks in lines.
	Greeted bool
	// TLS says that it speaks TLS, and trusts the lab's own authority.
	TLS bool
	// ServerName is the name that it asks for by TLS (SNI), and that the certificate must have. Empty stands for the server's address, for which
	// no name is sent.
	ServerName string
	// ByName says that it asks for the service by [lab.ServiceName], and not by an address.
	ByName bool
}

// Name is "go".
func (GoClient) Name() string { return "go" }

// Pause implements [lab.Pauser].
func (c GoClient) Pause() time.Duration { return c.Idle }

// Do runs "tcplab host dial" on the host.
func (c GoClient) Do(ctx context.Context, a lab.Call) (lab.Outcome, error) {
	where := []string{a.Target.String()}
	for _, also := range a.Also {
		where = append(where, also.String())
	}
	verb := "dial"
	if c.ByName && a.Name == "" {
		a.Name = lab.ServiceName
	}
	if a.Name != "" {
		verb, where = "dial-name", []string{a.HostPort()}
	}
	return lab.RunVerb(ctx, a.Host, c.verb(verb, a.Timeout, where...))
}

// AsksByName implements [lab.Namer].
func (c GoClient) AsksByName() bool { return c.ByName }

// TriesAll implements [lab.Trier].
func (GoClient) TriesAll() bool { return true }

func (c GoClient) verb(verb string, timeout time.Duration, where ...string) []string {
	argv := lab.Verb(verb, "--timeout", timeout.String())
	if c.Path != "" {
		argv = append(argv, "--path", c.Path)
	}
	if c.Idle != 0 {
		argv = append(argv, "--idle", c.Idle.String())
	}
	if c.KeepAlive != 0 {
		argv = append(argv, "--keep-alive", c.KeepAlive.String())
	}
	if c.Upload != 0 {
		argv = append(argv, "--upload", strconv.Itoa(c.Upload))
	}
	if c.Retry != 0 {
		argv = append(argv, "--retry", c.Retry.String())
	}
	if c.Greeted {
		argv = append(argv, "--greeted")
	}
	if c.TLS {
		argv = append(argv, "--tls")
	}
	if c.ServerName != "" {
		argv = append(argv, "--server-name", c.ServerName)
	}
	return append(argv, where...)
}
