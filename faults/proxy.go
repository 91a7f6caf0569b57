package faults

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// Proxy stands on the router and answers in the place of the server: it accepts the client's connections to the
// router's address, at the service's port, and makes connections of its own to the server. So there are two
// connections: what ends the one says little about the other.
type Proxy struct {
	// Layer is 4 where it passes on connections, whatever is said on them, and 7 where it reads requests.
	Layer int
	// Idle is how long a client's connection may rest between two requests before it is closed; zero: a minute.
	Idle time.Duration
	// Patience is how long it waits for the server's answer before it gives the client 504, at layer 7; zero: a minute.
	Patience time.Duration
	// WAF is what a web application firewall does with a request that has an injection in it; empty: there is none.
	WAF WAFAction
	// Enforce: it does so. Else it only marks such a request, and passes it on.
	Enforce bool
}

// WAFAction is how a web application firewall refuses a request.
type WAFAction string

// The ways to refuse.
const (
	// Block answers 403 in the place of the server.
	Block WAFAction = "block"
	// Reset answers by a RST.
	Reset WAFAction = "reset"
)

// LoadBalancer has one server behind it. At layer 7 it answers 503 where it cannot reach the server, at layer 4 it resets
// the client's connection.
func LoadBalancer(layer int) Proxy { return Proxy{Layer: layer} }

// WAF is a web application firewall that detects injections and lets them pass.
func WAF(action WAFAction) Proxy { return Proxy{Layer: 7, WAF: action} }

// Injection is the path of a request that no web application firewall lets through: a script in its query.
const Injection = "/?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E"

// closesAfter is the time for which a connection may rest.
func (p Proxy) closesAfter() time.Duration {
	if p.Idle == 0 {
		return time.Minute
	}
	return p.Idle
}

// waits is the time for which it waits for an answer.
func (p Proxy) waits() time.Duration {
	if p.Patience == 0 {
		return time.Minute
	}
	return p.Patience
}

func (p Proxy) String() string { return p.Words().English }

// Words are those of String in each language.
func (p Proxy) Words() lang.Text {
	switch {
	case p.Patience != 0:
		return lang.Text{
			English: "load balancer on the router that waits for an answer for %s",
			Korean:  "라우터의 로드 밸런서(응답을 %s 동안 기다린다)",
		}.With(durationWords(p.Patience))
	case p.WAF == Reset && p.Enforce:
		return lang.Text{English: "WAF on the router that resets injections", Korean: "라우터의 WAF(인젝션을 리셋한다)"}
	case p.WAF != "" && p.Enforce:
		return lang.Text{English: "WAF on the router that blocks injections", Korean: "라우터의 WAF(인젝션을 차단한다)"}
	case p.WAF != "":
		return lang.Text{English: "WAF on the router that only detects injections", Korean: "라우터의 WAF(인젝션을 탐지만 한다)"}
	case p.Layer == 4:
		return lang.Text{English: "load balancer for connections on the router", Korean: "라우터의 L4 로드 밸런서"}
	}
	return lang.Text{
		English: "load balancer on the router that closes a connection after %s without a request",
		Korean:  "라우터의 로드 밸런서(요청 없이 %s가 지난 연결을 닫는다)",
	}.With(durationWords(p.closesAfter()))
}

// haproxy is the program that is a proxy where the host has it.
const haproxy = "haproxy"

// program is the one that is this proxy on a host; empty: the lab's own. HAProxy 2.6 does not reset a connection that it
// has accepted: it sends FIN and then RST, so that what the client feels is chance.
func (p Proxy) program(h lab.Host) string {
	if e, ok := h.(lab.Equipped); ok && e.Has(haproxy) && p.Layer == 7 && p.WAF != Reset {
		return haproxy
	}
	return ""
}

// Describe implements harness.Describer: it says which program it is.
func (p Proxy) Describe(b *lab.Bench) lang.Text {
	by := lang.Text{English: "the lab's own", Korean: "랩 자체 프로그램"}
	if router, err := b.Host(lab.RouterHost); err == nil && p.program(router) != "" {
		by = lang.Same(p.program(router))
	}
	return lang.Same("%s (%s)").With(p.Words(), by)
}

// Install starts it, in the place of the one before.
func (p Proxy) Install(ctx context.Context, b *lab.Bench) error {
	router, err := b.Host(lab.RouterHost)
	if err != nil {
		return err
	}
	for _, server := range b.Targets() {
		if err := b.Keep(ctx, fmt.Sprintf("proxy for %s", server), router.Command(ProxyVerb(p, server, p.program(router))...)); err != nil {
			return err
		}
	}
	return nil
}

// proofPatience is for how long the request that proves a proxy waits for its answer: it comes from the router itself.
const proofPatience = 3 * time.Second

// proof is a request that only this proxy makes end in that way.
func (p Proxy) proof() (agent.GoClient, lab.Outcome) {
	switch {
	case p.WAF == Reset && p.Enforce:
		return agent.GoClient{Path: Injection}, lab.Outcome{Errno: "ECONNRESET", Error: "connection reset by peer"}
	case p.WAF == Block && p.Enforce:
		return agent.GoClient{Path: Injection}, lab.Outcome{Status: 403, Error: (&lab.StatusError{Status: 403}).Error()}
	}
	return agent.GoClient{Idle: p.closesAfter() + p.closesAfter()/2}, lab.Outcome{Closed: true, Error: lab.ClosedEarly}
}

// ProxyVerb is a [Proxy] before the server, on the service's port, until its standard input ends. The program does it, or
// the verb itself where there is none.
func ProxyVerb(p Proxy, server netip.AddrPort, program string) []string {
	argv := lab.Verb("proxy", "--port", strconv.Itoa(int(server.Port())), "--layer", strconv.Itoa(p.Layer), "--idle", p.closesAfter().String())
	if p.Patience != 0 {
		argv = append(argv, "--patience", p.Patience.String())
	}
	if p.WAF != "" {
		argv = append(argv, "--waf", string(p.WAF))
	}
	if p.Enforce {
		argv = append(argv, "--enforce")
	}
	if program != "" {
		argv = append(argv, "--program", program)
	}
	return append(argv, server.String())
}

// Reconfigure gives a proxy other settings: it is stopped, and stands again in another way.
type Reconfigure struct{ Proxy, To Proxy }

func (f Reconfigure) String() string { return f.Words().English }

// Words are those of String in each language.
func (f Reconfigure) Words() lang.Text {
	return f.To.Words()
}

// Inject starts the other one.
func (f Reconfigure) Inject(ctx context.Context, b *lab.Bench) error { return f.To.Install(ctx, b) }

// Verify makes an attempt from the router itself, which must end as this proxy makes it end.
func (f Reconfigure) Verify(ctx context.Context, b *lab.Bench) error {
	router, err := b.Host(lab.RouterHost)
	if err != nil {
		return err
	}
	client, want := f.To.proof()
	got, err := client.Do(ctx, lab.Call{Host: router, Target: b.TargetAt(lab.RouterHost), Timeout: proofPatience})
	if err != nil {
		return err
	}
	if got.Errno != want.Errno || got.Status != want.Status || got.Closed != want.Closed {
		return fmt.Errorf("a request on the router itself must end with %s, but ended with %s", want, got)
	}
	return nil
}

// Heal starts the one from before.
func (f Reconfigure) Heal(ctx context.Context, b *lab.Bench) error { return f.Proxy.Install(ctx, b) }
