package faults

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// NameServer is a host that answers questions for the service's name, as a host's own name server does (a recursive resolver).
type NameServer struct {
	// Host is the one, which is among the name servers of the client's plan.
	Host string
	// Truncates says that its answer is too large for a datagram, so that the client has to ask again by TCP.
	Truncates bool
	// BothFamilies says that the name has addresses of both families; else it has those of the run's alone.
	BothFamilies bool
}

func (s NameServer) String() string { return s.Words().English }

// Words are those of String in each language.
func (s NameServer) Words() lang.Text {
	more := lang.Text{}
	switch {
	case s.Truncates:
		more = lang.Text{English: ", whose answer needs TCP", Korean: "(응답에 TCP가 필요하다)"}
	case s.BothFamilies:
		more = lang.Text{English: ", which knows addresses of both families", Korean: "(두 주소 체계의 주소를 모두 안다)"}
	}
	return lang.Text{English: "name server on the %s host%s", Korean: "%s의 네임 서버%s"}.With(hostWords(s.Host), more)
}

// Install lets it answer, in the place of what answers there.
func (s NameServer) Install(ctx context.Context, b *lab.Bench) error {
	return s.serve(ctx, b, s.in(b))
}

// in is the program that answers in a lab.
func (s NameServer) in(b *lab.Bench) lab.NameService {
	service := lab.NameService{Addrs: s.addrs(b, lab.ServerHost)}
	if s.Truncates {
		service.Behaviour = lab.TruncateNames
	}
	return service
}

// addrs are a host's addresses, as far as the name server tells of them.
func (s NameServer) addrs(b *lab.Bench, host string) []netip.Addr {
	list := []netip.Addr{b.Topology.Addr(host, b.Family)}
	if s.BothFamilies {
		list = append(list, b.Topology.Addr(host, b.Family.Other()))
	}
	return list
}

func (s NameServer) serve(ctx context.Context, b *lab.Bench, service lab.NameService) error {
	host, err := b.Host(s.Host)
	if err != nil {
		return err
	}
	argv, told := service.Command()
	if err := b.KeepTold(ctx, s.kept(), host.Command(argv...), told); err != nil {
		return fmt.Errorf("start the %s: %w", s, err)
	}
	return nil
}

// kept is the name under which its program is kept.
func (s NameServer) kept() string { return "name server of the " + s.Host }

// ask asks it on its own host, so that nothing of it is on the lab's links.
func (s NameServer) ask(ctx context.Context, b *lab.Bench, f lab.Family, patience time.Duration) (a lab.NameAnswer, err error) {
	return a, b.Query(ctx, s.Host, lab.QueryVerb(b.Topology.Addr(s.Host, b.Family), f, patience), &a)
}

// answeredWithin is how long an answer may take from the same host, on the busiest machine.
const answeredWithin = 15 * time.Second

// MisnameService lets a name server give another answer to questions for the service's name.
type MisnameService struct {
	Server NameServer
	// Behaviour is how it answers; empty: with the addresses of LeadsTo.
	Behaviour lab.NameBehaviour
	// LeadsTo is the host whose addresses it tells in place of the server's; empty and without a behaviour: none.
	LeadsTo string
	// Half says that it leaves questions for addresses of the family unanswered that the run is not about.
	Half bool
}

func (f MisnameService) String() string { return f.Words().English }

// Words are those of String in each language.
func (f MisnameService) Words() lang.Text {
	says := lang.Text{English: "says that the name has no address", Korean: "그 이름에 주소가 없다고 답한다"}
	switch {
	case f.Half:
		says = lang.Text{English: "does not answer questions for addresses of the other family", Korean: "다른 주소 체계의 주소를 묻는 질문에 답하지 않는다"}
	case f.Behaviour != "":
		says = misanswers[f.Behaviour].words
	case f.LeadsTo != "":
		says = lang.Text{English: "tells the address of the %s in place of the server's", Korean: "서버의 주소 대신 %s의 주소를 알려 준다"}.With(hostWords(f.LeadsTo))
	}
	return lang.Text{English: "the name server on the %s host %s", Korean: "%s의 네임 서버가 %s"}.With(hostWords(f.Server.Host), says)
}

// misanswers are the behaviours in plain words, and the codes of their answers.
var misanswers = map[lab.NameBehaviour]struct {
	words lang.Text
	code  string
}{
	lab.DenyName:    {lang.Text{English: "says that there is no such name", Korean: "그런 이름이 없다고 답한다"}, lab.NXDomain},
	lab.FailNames:   {lang.Text{English: "says that it has failed", Korean: "실패했다고 답한다"}, lab.ServFail},
	lab.RefuseNames: {lang.Text{English: "says that it does not answer this client", Korean: "이 클라이언트에게는 답하지 않겠다고 한다"}, lab.Refused},
}

// Inject lets the other program answer.
func (f MisnameService) Inject(ctx context.Context, b *lab.Bench) error {
	return f.Server.serve(ctx, b, f.service(b))
}

func (f MisnameService) service(b *lab.Bench) lab.NameService {
	service := f.Server.in(b)
	switch {
	case f.Half:
		service.Behaviour = lab.AnswerIPv4
		if b.Family == lab.IPv6 {
			service.Behaviour = lab.AnswerIPv6
		}
	case f.LeadsTo != "":
		service.Addrs = f.Server.addrs(b, f.LeadsTo)
	case f.Behaviour == "":
		service.Addrs = nil
	default:
		service.Behaviour = f.Behaviour
	}
	return service
}

// Verify asks the name server for addresses of the run's family, and where it must be silent, for those of the other.
func (f MisnameService) Verify(ctx context.Context, b *lab.Bench) error {
	got, err := f.Server.ask(ctx, b, b.Family, answeredWithin)
	if err != nil {
		return err
	}
	want := lab.NameAnswer{Code: lab.NoError}
	if wrong, is := misanswers[f.Behaviour]; is {
		want.Code = wrong.code
	}
	for _, addr := range f.service(b).Addrs {
		if b.Family.Of(addr) && want.Code == lab.NoError {
			want.Addrs = append(want.Addrs, addr)
		}
	}
	if got.Code != want.Code || !slices.Equal(got.Addrs, want.Addrs) {
		return fmt.Errorf("%s, but on the host itself the answer was %+v", f, got)
	}
	if !f.Half {
		return nil
	}
	if got, err = f.Server.ask(ctx, b, b.Family.Other(), unanswered); err == nil && !got.Timeout {
		err = fmt.Errorf("%s, but on the host itself the answer was %+v", f, got)
	}
	return err
}

// Heal lets it answer as before.
func (f MisnameService) Heal(ctx context.Context, b *lab.Bench) error {
	return f.Server.Install(ctx, b)
}

// EndNameServer ends the program of a name server; its host stays up.
type EndNameServer struct{ Server NameServer }

func (f EndNameServer) String() string { return f.Words().English }

// Words are those of String in each language.
func (f EndNameServer) Words() lang.Text {
	return lang.Text{
		English: "nobody listens on UDP port %[2]d of the %[1]s host",
		Korean:  "%s의 UDP %d 포트에서 리슨하는 프로세스가 없다",
	}.With(hostWords(f.Server.Host), lab.NamePort)
}

// Inject ends the program.
func (f EndNameServer) Inject(ctx context.Context, b *lab.Bench) error {
	return b.End(ctx, f.Server.kept())
}

// Verify asks on the host itself: its kernel must say that nobody listens.
func (f EndNameServer) Verify(ctx context.Context, b *lab.Bench) error {
	got, err := f.Server.ask(ctx, b, b.Family, answeredWithin)
	if err == nil && got.Errno != "ECONNREFUSED" {
		err = fmt.Errorf("%s, but on the host itself the answer was %+v", f, got)
	}
	return err
}

// Heal starts it again.
func (f EndNameServer) Heal(ctx context.Context, b *lab.Bench) error { return f.Server.Install(ctx, b) }

// StopNameServer switches the host of a name server off in the way of a cloud, as [StopHost] does.
type StopNameServer struct{ Server NameServer }

func (f StopNameServer) host() StopHost {
	return StopHost{Host: f.Server.Host, LastHop: lab.RouterHost}
}

func (f StopNameServer) String() string { return f.Words().English }

// Words are those of String in each language.
func (f StopNameServer) Words() lang.Text {
	return lang.Text{
		English: "the %s host is switched off",
		Korean:  "%s가 꺼져 있다",
	}.With(hostWords(f.Server.Host))
}

// Inject cuts the power.
func (f StopNameServer) Inject(ctx context.Context, b *lab.Bench) error {
	return f.host().Inject(ctx, b)
}

// Verify asks the host to do something, which must fail.
func (f StopNameServer) Verify(ctx context.Context, b *lab.Bench) error {
	return f.host().Verify(ctx, b)
}

// Heal switches the host on, and starts the name server.
func (f StopNameServer) Heal(ctx context.Context, b *lab.Bench) error {
	if err := f.host().powerOn(ctx, b); err != nil {
		return err
	}
	b.Lose(f.Server.kept()) // it died with the host
	return f.Server.Install(ctx, b)
}

// Portal is a login page that a router shows to whoever is not known yet (a captive portal): it answers each request with the status 511.
type Portal struct{ Host string }

func (p Portal) String() string { return p.Words().English }

// Words are those of String in each language.
func (p Portal) Words() lang.Text {
	return lang.Text{
		English: "login page on the %s",
		Korean:  "%s의 로그인 페이지",
	}.With(hostWords(p.Host))
}

// Install lets it serve on the service's port.
func (p Portal) Install(ctx context.Context, b *lab.Bench) error {
	host, err := b.Host(p.Host)
	if err != nil {
		return err
	}
	argv, told := lab.Service{Port: b.Service.Port, Behaviour: lab.AskLogin}.Command()
	return b.KeepTold(ctx, "portal of the "+p.Host, host.Command(argv...), told)
}
