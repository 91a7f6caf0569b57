package faults

import (
	"context"
	"encoding/json"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
)

// scripted is a lab of one host whose verbs print what is written for them, and keeps what it was asked for.
type scripted struct {
	lab.Host
	prints map[string]any // by verb
	asked  [][]string
	told   []byte // the first line of standard input of a verb that is kept
}

func (s *scripted) Name() string { return "scripted" }

func (s *scripted) Command(argv ...string) *lab.Cmd { return lab.NewCmd(s, argv...) }

// finished is a command that has ended well.
type finished struct{}

func (finished) Wait() (int, error) { return 0, nil }

// kept is a verb that runs until its input ends.
type kept struct{ input io.Reader }

func (k kept) Wait() (int, error) {
	_, err := io.Copy(io.Discard, k.input)
	return 0, err
}

// told is a verb that reads a line first.
type told struct {
	by *scripted
	*lab.Cmd
}

func (v told) Wait() (int, error) {
	line := make([]byte, 1<<10)
	n, err := v.Stdin.Read(line)
	if err != nil {
		return 1, err
	}
	v.by.told = line[:n]
	if _, err := io.WriteString(v.Stderr, lab.Ready+"\n"); err != nil {
		return 1, err
	}
	return kept{v.Stdin}.Wait()
}

func (s *scripted) StartCommand(_ context.Context, c *lab.Cmd) (lab.Process, error) {
	s.asked = append(s.asked, c.Argv)
	if c.Argv[2] == "listen" || c.Argv[2] == "hold" {
		if slices.Contains(c.Argv, "--told") {
			return told{s, c}, nil
		}
		_, err := io.WriteString(c.Stderr, lab.Ready+"\n")
		return kept{c.Stdin}, err
	}
	if what, ok := s.prints[c.Argv[2]]; ok {
		return finished{}, json.NewEncoder(c.Stdout).Encode(what)
	}
	return finished{}, nil
}

// benchOf is a bench whose hosts all are the scripted one.
func benchOf(s *scripted) *lab.Bench {
	return &lab.Bench{Lab: oneHostLab{host: s}, Topology: lab.Routed(), Family: lab.IPv4}
}

// The outcomes that a fault may find when it looks whether it has taken hold.
var (
	wasServed    = lab.Outcome{Program: "go"}
	wasClosed    = lab.Outcome{Program: "go", Stage: "read", Closed: true, Error: "EOF"}
	wasReset     = lab.Outcome{Program: "go", Stage: "read", Errno: "ECONNRESET", Error: "connection reset by peer"}
	wasUnheard   = lab.Outcome{Program: "go", Stage: "read", Timeout: true, Error: "i/o timeout"}
	wasDropped   = lab.Outcome{Program: "go", Stage: "connect", Timeout: true, Error: "i/o timeout"}
	wasRefused   = lab.Outcome{Program: "go", Stage: "connect", Errno: "ECONNREFUSED", Error: "connection refused"}
	hadNoPort    = lab.Outcome{Program: "go", Stage: "connect", Errno: "EADDRNOTAVAIL", Error: "cannot assign requested address"}
	everyOutcome = []lab.Outcome{wasServed, wasClosed, wasReset, wasUnheard, wasDropped, wasRefused, hadNoPort}
)

// A fault has taken hold if a request of its own ends in one of a few ways, and in no other one.
func TestHowARequestShowsThatAFaultHasTakenHold(t *testing.T) {
	for _, c := range []struct {
		fault interface {
			String() string
			Verify(context.Context, *lab.Bench) error
		}
		shown []lab.Outcome
	}{
		{EndIdle{After: time.Second}, []lab.Outcome{wasClosed, wasReset}},
		{Freeze{}, []lab.Outcome{wasUnheard}},
		{FillQueue{Backlog: 1}, []lab.Outcome{wasDropped}},
		{UsePorts{}, []lab.Outcome{hadNoPort}},
		{Exhaust{Connections: 2}, []lab.Outcome{wasRefused}},
		{Exhaust{Connections: 2, NAT: true}, []lab.Outcome{wasDropped}},
	} {
		for _, o := range everyOutcome {
			s := &scripted{prints: map[string]any{"dial": o, "listeners": []string{"[::]:8080"}}}
			err := c.fault.Verify(t.Context(), benchOf(s))
			assert.Equal(t, slices.ContainsFunc(c.shown, func(s lab.Outcome) bool { return s.Error == o.Error && s.Stage == o.Stage }), err == nil, "%s: %s: %v", c.fault, o, err)
		}
	}
}

// Of the sockets, those count that are established, with the service's port on the side of the host that is asked.
func TestAClientHasForgottenWhatTheServerStillHas(t *testing.T) {
	const client, service = "198.51.100.10:50000", "192.0.2.1:8080"
	socket := func(local, remote, state string) lab.Socket {
		return lab.Socket{Local: netip.MustParseAddrPort(local), Remote: netip.MustParseAddrPort(remote), State: state}
	}
	for name, c := range map[string]struct {
		sockets []lab.Socket // of both hosts, which are one here
		forgot  bool
	}{
		"the server alone has it":   {[]lab.Socket{socket(service, client, "ESTAB")}, true},
		"both have it":              {[]lab.Socket{socket(service, client, "ESTAB"), socket(client, service, "ESTAB")}, false},
		"the client closes its own": {[]lab.Socket{socket(service, client, "ESTAB"), socket(client, service, "TIME-WAIT")}, true},
		"the server closes, too":    {[]lab.Socket{socket(service, client, "CLOSE-WAIT")}, false},
		"there is none":             {nil, false},
	} {
		err := ClientForgets{}.Verify(t.Context(), benchOf(&scripted{prints: map[string]any{"sockets": c.sockets}}))
		assert.Equal(t, c.forgot, err == nil, "%s: %v", name, err)
	}
}

func TestEndIdleInWords(t *testing.T) {
	for want, f := range map[string]EndIdle{
		"the server closes a connection after 1s without a request":  {After: time.Second},
		"the server resets a connection after 5s without a request":  {After: 5 * time.Second, Reset: true},
		"the server forgets a connection after 1s without a request": {After: time.Second, Forget: true},
	} {
		assert.Equal(t, want, f.String())
	}
}

func TestEndIdleRunsAServiceThatDoes(t *testing.T) {
	for want, f := range map[lab.Behaviour]EndIdle{
		"":                  {After: time.Second},
		lab.ServeThenReset:  {After: time.Second, Reset: true},
		lab.ServeThenForget: {After: time.Second, Forget: true},
	} {
		s := &scripted{}
		b := benchOf(s)
		b.Service.Port = 9000
		require.NoError(t, f.Inject(t.Context(), b))
		told := lab.Service{}
		require.NoError(t, json.Unmarshal(s.told, &told))
		assert.Equal(t, lab.Service{Port: 9000, Behaviour: want, Idle: time.Second}, told, "%s", f)
		require.NoError(t, f.Heal(t.Context(), b))
		require.NoError(t, json.Unmarshal(s.told, &told))
		assert.Equal(t, b.Service.String(), lab.Service{Port: told.Port}.String(), "the service under test is back")
		require.NoError(t, b.StopService(t.Context()))
	}
}

func TestEndIdleWaitsForTwiceItsLimit(t *testing.T) {
	s := &scripted{prints: map[string]any{"dial": wasClosed}}
	require.NoError(t, EndIdle{After: 1500 * time.Millisecond}.Verify(t.Context(), benchOf(s)))
	require.Len(t, s.asked, 1)
	assert.Equal(t, []string{"--idle", "3s", "203.0.113.10:8080"}, s.asked[0][len(s.asked[0])-3:])
}

func TestCutInWords(t *testing.T) {
	for want, c := range map[string]Cut{
		"the router drops what comes on a connection from its request on":                        {From: AtRequest},
		"the router drops what comes from the server on a connection from its second request on": {From: AtSecondRequest, Back: true},
		"the router rejects what comes on a connection from its reply on, 3 packets":             {From: AtReply, Reject: true, Packets: 3},
	} {
		assert.Equal(t, want, c.String())
		assert.Equal(t, "cut: "+want, c.CounterName(lab.IPv6))
	}
}

func TestCutVerb(t *testing.T) {
	assert.Equal(t, lab.Verb("cut", "set", "--proto", "tcp", "--port", "8080", "--from", "request", "--packets", "0"), CutVerb(Cut{From: AtRequest}, lab.Service{}))
	assert.Equal(t, lab.Verb("cut", "set", "--proto", "tcp", "--port", "8080", "--from", "reply", "--packets", "3", "--back", "--reject"),
		CutVerb(Cut{From: AtReply, Back: true, Reject: true, Packets: 3}, lab.Service{}))
}

func TestCutLooksForItsOwnCounter(t *testing.T) {
	cut := Cut{From: AtRequest}
	for name, counters := range map[string]lab.Counters{
		"none":    {},
		"another": {Cut{From: AtReply}.CounterName(lab.IPv4): 1},
	} {
		err := cut.Verify(t.Context(), benchOf(&scripted{prints: map[string]any{"counters": counters}}))
		assert.EqualError(t, err, "host router has no rule by which "+cut.String(), name)
	}
	own := lab.Counters{cut.CounterName(lab.IPv4): 0}
	assert.NoError(t, cut.Verify(t.Context(), benchOf(&scripted{prints: map[string]any{"counters": own}})))
}

func TestCrashLeavesNoListener(t *testing.T) {
	for _, c := range []struct {
		ends      lab.Outcome
		listening []string
		shown     bool
	}{
		{wasClosed, []string{}, true}, {wasClosed, []string{"[::]:8080"}, false}, {wasServed, []string{}, false}, {wasReset, []string{}, false},
	} {
		b := benchOf(&scripted{prints: map[string]any{"dial": c.ends, "listeners": c.listening}})
		assert.Equal(t, c.shown, Crash{}.Verify(t.Context(), b) == nil, "%s, %v", c.ends, c.listening)
		require.NoError(t, b.StopService(t.Context()))
	}
}

func TestMisrouteLooksForItsOwnRoute(t *testing.T) {
	f := Misroute{Host: "client", To: "server", Kind: Blackhole}
	own := []lab.Route{{To: netip.MustParsePrefix("203.0.113.10/32"), Kind: "blackhole"}, {To: netip.MustParsePrefix("2001:db8:2::10/128"), Kind: "blackhole"}}
	assert.NoError(t, f.Verify(t.Context(), benchOf(&scripted{prints: map[string]any{"route": own}})))
	for _, kind := range []string{"", "prohibit"} {
		other := []lab.Route{{To: own[0].To, Kind: kind}, own[1]}
		assert.EqualError(t, f.Verify(t.Context(), benchOf(&scripted{prints: map[string]any{"route": other}})),
			`host client has no route to 203.0.113.10/32 of the kind "blackhole"`)
	}
	everywhere := Misroute{Host: "client", Kind: DeadGateway}
	assert.Equal(t, "the client sends what goes to the outside to a gateway that is not there", everywhere.String())
	assert.Equal(t, []string{"tcplab exec client ip route replace 0.0.0.0/0 via 198.51.100.253"}, everywhere.ByHand(lab.IPv4))
}

// On a busy machine a connection may take longer than the first patience: that says nothing of the reply.
func TestARequestInVainMustBeConnected(t *testing.T) {
	var asked []time.Duration
	ends := func(stages ...string) func(time.Duration) (lab.Outcome, error) {
		asked = nil
		return func(patience time.Duration) (lab.Outcome, error) {
			asked = append(asked, patience)
			return lab.Outcome{Timeout: true, Stage: stages[min(len(asked), len(stages))-1]}, nil
		}
	}
	o, err := askInVain(ends("connect", "read"))
	require.NoError(t, err)
	assert.Equal(t, "read", o.Stage)
	assert.Equal(t, []time.Duration{time.Second, 4 * time.Second}, asked)
	o, err = askInVain(ends("connect"))
	require.NoError(t, err)
	assert.Equal(t, "connect", o.Stage)
	assert.Equal(t, []time.Duration{time.Second, 4 * time.Second, 16 * time.Second}, asked)
}
