package faults

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// Misbehave lets another service run in the place of the one under test: one that listens elsewhere, or that does
// something else with its connections.
type Misbehave struct{ To lab.Service }

// deeds are the behaviours in plain words.
var deeds = map[lab.Behaviour]lang.Text{
	lab.CloseEarly:        {English: "reads the request and closes without an answer", Korean: "요청을 읽고 응답 없이 연결을 닫는다"},
	lab.HalfAnswer:        {English: "closes in the middle of its answer", Korean: "응답을 보내던 중에 연결을 닫는다"},
	lab.ResetAfterRequest: {English: "reads the request and resets the connection", Korean: "요청을 읽고 연결을 리셋한다"},
	lab.CloseUnread:       {English: "closes with the request unread", Korean: "요청을 읽지 않은 채 연결을 닫는다"},
	lab.Silent:            {English: "reads and says nothing", Korean: "읽기만 하고 아무 말도 하지 않는다"},
	lab.NeverRead:         {English: "takes connections and reads nothing from them", Korean: "연결을 받기만 하고 아무것도 읽지 않는다"},
	lab.Stall:             {English: "sends one half of its answer and then nothing", Korean: "응답의 절반을 보내고 멈춘다"},
	lab.KeepOpen:          {English: "answers and never closes the connection", Korean: "응답한 뒤 연결을 닫지 않는다"},
}

// tlsDeeds are the ways to speak TLS in plain words.
var tlsDeeds = map[lab.Secured]lang.Text{
	lab.TLSGood:              {English: "speaks TLS", Korean: "TLS로 통신한다"},
	lab.TLSExpired:           {English: "has a certificate that has expired", Korean: "만료된 인증서를 쓴다"},
	lab.TLSUnknown:           {English: "has a certificate of an authority that nobody trusts", Korean: "아무도 신뢰하지 않는 기관의 인증서를 쓴다"},
	lab.TLSOtherName:         {English: "has a certificate for another name", Korean: "다른 이름의 인증서를 쓴다"},
	lab.TLSOld:               {English: "speaks no version after TLS 1.1", Korean: "TLS 1.1 이하만 지원한다"},
	lab.TLSClientCertificate: {English: "asks for a certificate of the client", Korean: "클라이언트에게 인증서를 요구한다"},
	lab.TLSCutShort:          {English: "sends one half of a TLS record and then nothing", Korean: "TLS 레코드의 절반을 보내고 멈춘다"},
}

func (f Misbehave) String() string { return f.Words().English }

// Words are those of String in each language.
func (f Misbehave) Words() lang.Text {
	var does []lang.Text
	if f.To.Number() != lab.Port {
		does = append(does, lang.Text{English: "listens on TCP port %d in place of %d", Korean: "TCP %[2]d 포트가 아니라 %[1]d 포트에서 리슨한다"}.With(f.To.Number(), lab.Port))
	}
	if f.To.Bind != "" {
		does = append(does, lang.Text{English: "listens on %s only", Korean: "%s에서만 리슨한다"}.With(binds[f.To.Bind].words))
	}
	if deed, known := deeds[f.To.Behaviour]; known {
		does = append(does, deed)
	}
	if deed, known := tlsDeeds[f.To.TLS]; known {
		does = append(does, deed)
	}
	if f.To.Delay > 0 {
		does = append(does, lang.Text{English: "takes %s to answer", Korean: "응답하는 데 %s가 걸린다"}.With(durationWords(f.To.Delay)))
	}
	if len(does) == 0 {
		does = []lang.Text{{English: "speaks no TLS", Korean: "TLS를 쓰지 않는다"}}
	}
	return lang.Text{English: "the service on the server %s", Korean: "서버의 서비스가 %s"}.With(lang.Join(does, then))
}

// binds are the limits on where a service listens: in words, and the addresses that keep to them.
var binds = map[string]struct {
	words lang.Text
	holds func(netip.Addr) bool
}{
	"loopback": {lang.Text{English: "loopback addresses", Korean: "루프백 주소"}, netip.Addr.IsLoopback},
	"ipv4":     {lang.Text{English: "IPv4 addresses", Korean: "IPv4 주소"}, netip.Addr.Is4},
	"ipv6":     {lang.Text{English: "IPv6 addresses", Korean: "IPv6 주소"}, netip.Addr.Is6},
}

// Inject lets the other service run in the place of the one that does.
func (f Misbehave) Inject(ctx context.Context, b *lab.Bench) error { return b.RunService(ctx, f.To) }

// Verify looks at the sockets in state LISTEN, and at what becomes of a request from the server to itself, of which nothing
// is on the lab's links. The sockets alone do not do: one of IPv6 may take IPv4 as well, and its table does not tell.
func (f Misbehave) Verify(ctx context.Context, b *lab.Bench) error {
	if err := f.verifyListeners(ctx, b); err != nil {
		return err
	}
	server, err := b.Host(lab.ServerHost)
	if err != nil {
		return err
	}
	ask := func(patience time.Duration) (lab.Outcome, error) {
		return agent.GoClient{TLS: f.To.TLS != ""}.Do(ctx, lab.Call{Host: server, Target: b.Target(), Timeout: f.To.Delay + patience})
	}
	var o lab.Outcome
	if f.To.Behaviour == lab.Silent || f.To.TLS == lab.TLSCutShort { // no answer will come
		o, err = askInVain(ask)
	} else {
		o, err = ask(lab.DefaultTimeout)
	}
	if err != nil {
		return err
	}
	bind, limited := binds[f.To.Bind]
	reached := f.To.Number() == b.Service.Number() && (!limited || bind.holds(b.Target().Addr()))
	if !f.shows(o, reached) {
		return fmt.Errorf("%s, but a request from the server itself ended after %s with: %s", f, o.Elapsed, o)
	}
	return nil
}

func (f Misbehave) verifyListeners(ctx context.Context, b *lab.Bench) error {
	var listening []netip.AddrPort
	if err := b.Query(ctx, lab.ServerHost, agent.ListenersVerb(f.To.Number()), &listening); err != nil {
		return err
	}
	if len(listening) == 0 {
		return fmt.Errorf("nothing on the server listens on TCP port %d", f.To.Number())
	}
	if bind, limited := binds[f.To.Bind]; limited {
		if i := slices.IndexFunc(listening, func(a netip.AddrPort) bool { return !bind.holds(a.Addr()) }); i >= 0 {
			return fmt.Errorf("the server listens on %s, too", listening[i])
		}
	}
	if f.To.Number() == b.Service.Number() {
		return nil
	}
	if err := b.Query(ctx, lab.ServerHost, agent.ListenersVerb(b.Service.Number()), &listening); err != nil {
		return err
	}
	if len(listening) > 0 {
		return fmt.Errorf("the server still listens on %v", listening)
	}
	return nil
}

// tlsEnds are the ends of a client that speaks TLS, where it fails.
var tlsEnds = map[lab.Secured]string{
	lab.TLSExpired:           lab.TLSCertificateExpired,
	lab.TLSUnknown:           lab.TLSCertificateUnknown,
	lab.TLSOtherName:         lab.TLSCertificateName,
	lab.TLSOld:               lab.TLSAlert + "protocol version not supported",
	lab.TLSClientCertificate: lab.TLSAlert + "certificate required",
}

// shows reports whether a request has ended as the service lets it end, which reached it or did not.
func (f Misbehave) shows(o lab.Outcome, reached bool) bool {
	if !reached {
		return o.Errno == "ECONNREFUSED"
	}
	if code := tlsEnds[f.To.TLS]; code != "" {
		return o.Code == code
	}
	if f.To.TLS == lab.TLSCutShort {
		return o.Timeout && o.Stage == "read"
	}
	switch f.To.Behaviour {
	case lab.CloseEarly, lab.HalfAnswer:
		return o.Closed && o.Stage == "read"
	case lab.ResetAfterRequest, lab.CloseUnread:
		return o.Errno == "ECONNRESET" && o.Stage == "read"
	case lab.Silent, lab.Stall, lab.KeepOpen, lab.NeverRead:
		return o.Timeout && o.Stage == "read"
	}
	return o.OK() && o.Elapsed >= f.To.Delay
}

// Heal ends the other service, and starts the one under test again.
func (f Misbehave) Heal(ctx context.Context, b *lab.Bench) error {
	return errors.Join(b.StopService(ctx), b.StartService(ctx))
}

// BindOtherFamily lets the service listen only on addresses of the family that the client does not use.
type BindOtherFamily struct{}

func (b BindOtherFamily) String() string { return b.Words().English }

// Words are those of String in each language.
func (BindOtherFamily) Words() lang.Text {
	return lang.Text{
		English: "the service on the server listens only on addresses of the other address family",
		Korean:  "서버의 서비스가 다른 주소 체계의 주소에서만 리슨한다",
	}
}

// in is the fault with a family.
func (BindOtherFamily) in(f lab.Family) Misbehave {
	if f == lab.IPv6 {
		return Misbehave{lab.Service{Bind: "ipv4"}}
	}
	return Misbehave{lab.Service{Bind: "ipv6"}}
}

// Inject lets the service listen on the other family.
func (f BindOtherFamily) Inject(ctx context.Context, b *lab.Bench) error {
	return f.in(b.Family).Inject(ctx, b)
}

// Verify looks at the sockets in state LISTEN, and asks the service at the client's family.
func (f BindOtherFamily) Verify(ctx context.Context, b *lab.Bench) error {
	return f.in(b.Family).Verify(ctx, b)
}

// Heal lets the service listen on both families again.
func (f BindOtherFamily) Heal(ctx context.Context, b *lab.Bench) error {
	return f.in(b.Family).Heal(ctx, b)
}
