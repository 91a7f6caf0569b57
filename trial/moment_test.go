package trial_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/netns"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/trial"
	"github.com/tcplab/tcplab/wire"
)

// askTwice makes two requests on one connection, and gives each a short time.
func askTwice(conn net.Conn) {
	for range 2 {
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		_ = conn.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
		_, _ = conn.Read(make([]byte, 4<<10))
	}
}

// passed counts what a vantage point saw of one side: segments after its SYN, and those of them with data that came for the first
// time.
func passed(traces []wire.Trace, point string, fromClient bool) (segments, data int) {
	for _, t := range traces {
		if t.Point != point {
			continue
		}
		for _, a := range t.Attempts(lab.Port) {
			seen := map[uint32]bool{}
			for i := range a.Packets {
				p := &a.Packets[i]
				if p.Kind != wire.KindTCP || a.FromClient(p) != fromClient || p.TCP.Flags&wire.SYN != 0 {
					continue
				}
				segments++
				if p.TCP.Payload > 0 && !seen[p.TCP.Seq] {
					seen[p.TCP.Seq] = true
					data++
				}
			}
		}
	}
	return segments, data
}

// A program that hangs keeps its connections, and answers late what it was asked meanwhile.
func TestAServiceThatHangsKeepsItsConnections(t *testing.T) {
	t.Parallel()
	engine := netns.New()
	if err := engine.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { assert.NoError(t, engine.Close()) })
	s, err := scenarios.Named("service-hangs")
	require.NoError(t, err)
	standing, err := harness.Open(t.Context(), engine, s, lab.IPv4)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, standing.Close(context.Background())) })
	host, err := standing.Host(lab.ClientHost)
	require.NoError(t, err)
	conn, err := lab.DialContext(host)(t.Context(), "tcp", standing.Target().String())
	require.NoError(t, err)
	defer conn.Close()
	ask := func() { _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); require.NoError(t, err) }
	replies := bufio.NewReader(conn)
	hear := func() error {
		reply, err := http.ReadResponse(replies, nil)
		if err == nil {
			_, err = io.Copy(io.Discard, reply.Body)
		}
		return err
	}
	ask()
	require.NoError(t, hear())

	require.NoError(t, standing.Break(t.Context()))
	ask()
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(300*time.Millisecond)))
	assert.ErrorIs(t, hear(), os.ErrDeadlineExceeded, "the connection stays, and nothing comes")

	require.NoError(t, standing.Heal(t.Context()))
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(time.Minute)))
	assert.NoError(t, hear(), "what was asked meanwhile is answered")
	ask()
	assert.NoError(t, hear())
}

// A kernel that decides lets through exactly what makes the moment, and nothing after it: the vantage point behind the rule shows that,
// without a clock.
func TestAKernelBreaksAtTheMomentExactly(t *testing.T) {
	t.Parallel()
	engine := netns.New()
	if err := engine.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { assert.NoError(t, engine.Close()) })
	// Both rules are the router's, one on what comes from the client and one on what comes from the server.
	type count struct{ client, server int } // segments with data that got past the router, from each side
	tests := map[string]map[lab.Instant]count{
		"kernel-gives-up": {lab.Connected: {0, 0}, lab.RequestSent: {1, 1}, lab.RequestAcked: {1, 1}, lab.Replied: {1, 1}},
		// The client's request is repeated, because the acknowledgment does not come; its second request comes, too.
		"return-path-dropped": {lab.Connected: {-1, 0}, lab.RequestSent: {-1, 0}, lab.RequestAcked: {-1, 0}, lab.Replied: {-1, 1}},
	}
	for name, instants := range tests {
		for at, want := range instants {
			t.Run(fmt.Sprintf("%s/%s", name, at), func(t *testing.T) {
				t.Parallel()
				s, err := scenarios.Named(name)
				require.NoError(t, err)
				standing, err := harness.Open(t.Context(), engine, s, lab.IPv4)
				require.NoError(t, err)
				t.Cleanup(func() { assert.NoError(t, standing.Close(context.Background())) })
				pending, err := standing.BreakWhen(t.Context(), lab.When{At: at})
				require.NoError(t, err)
				assert.True(t, pending.Exact)
				fired, err := pending.Fired(t.Context())
				require.NoError(t, err)
				assert.False(t, fired, "it waits")
				capture, err := standing.Capture(t.Context(), "", "")
				require.NoError(t, err)
				host, err := standing.Host(lab.ClientHost)
				require.NoError(t, err)
				conn, err := lab.DialContext(host)(t.Context(), "tcp", standing.Target().String())
				require.NoError(t, err)
				askTwice(conn)
				require.NoError(t, conn.Close())
				require.NoError(t, capture.Stop(t.Context()))
				fired, err = pending.Fired(t.Context())
				require.NoError(t, err)
				assert.True(t, fired)

				_, fromClient := passed(capture.Traces(), lab.ServerHost, true)
				answers, fromServer := passed(capture.Traces(), lab.ClientHost, false)
				if want.client >= 0 {
					assert.Equal(t, want.client, fromClient, "segments with data from the client behind the router")
				}
				assert.Equal(t, want.server, fromServer, "segments with data from the server behind the router")
				if name == "return-path-dropped" && at == lab.RequestAcked {
					assert.Equal(t, 1, answers, "the acknowledgment passes, and nothing after it")
				}
				assert.ErrorContains(t, standing.Break(t.Context()), "broken already")
				require.NoError(t, standing.Heal(t.Context()))
				conn, err = lab.DialContext(host)(t.Context(), "tcp", standing.Target().String())
				require.NoError(t, err)
				_, err = io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
				require.NoError(t, err)
				_, err = conn.Read(make([]byte, 1))
				assert.NoError(t, err, "it is healed")
				require.NoError(t, conn.Close())
			})
		}
	}
}

// patient asks, rests, and asks again.
const patient = `exec 3<>/dev/tcp/server.lab/$TCPLAB_PORT || exit 7
printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >&3; read -r line <&3; [[ $line == *200* ]] || exit 8
while read -r -t 2 line <&3; do :; done
printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >&3; read -r -t 6 line <&3; [[ $line == *200* ]]`

// content has what it wants with the first answer, and rests.
const content = `exec 3<>/dev/tcp/server.lab/$TCPLAB_PORT || exit 7
printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >&3; read -r line <&3; [[ $line == *200* ]] || exit 8
while read -r -t 1 line <&3; do :; done`

// A client that does not need the network any more succeeds although it is broken: that is no proof that it stands the failure.
func TestSuccessAfterTheMomentIsTold(t *testing.T) {
	t.Parallel()
	engine := netns.New()
	if err := engine.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { assert.NoError(t, engine.Close()) })
	s, err := scenarios.Named("firewall-drop")
	require.NoError(t, err)
	when, err := lab.ParseWhen("replied")
	require.NoError(t, err)
	r, err := trial.Run(t.Context(), engine, s, trial.Program{Argv: []string{"bash", "-c", content}}, trial.Options{Family: lab.IPv4,
		Demand: trial.Demand{Within: 5 * time.Second, Retries: 3}, When: when, Progress: func(harness.PhaseName) {}})
	require.NoError(t, err)
	assert.Equal(t, trial.OK, r.Verdict)
	assert.True(t, r.Broken.OK())
	assert.Contains(t, r.Sentence, "it succeeded all the same")
}

func TestBreakingInTheMidstOfACommand(t *testing.T) {
	t.Parallel()
	engine := netns.New()
	if err := engine.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { assert.NoError(t, engine.Close()) })
	tests := map[string]struct {
		scenario string
		when     string
		heal     time.Duration
		verdict  trial.ClientVerdict
		exit     int
		says     string
	}{
		"a connection that rests":        {"closed-port", "idle:300ms", 0, trial.OK, 1, `broken at idle:300ms, [0-9.]+[mµ]?s late \(by the live capture\)`},
		"after the reply":                {"service-hangs", "replied", 0, trial.OK, 1, `broken at replied, [0-9.]+[mµ]?s late \(by the live capture\)`},
		"by the kernel":                  {"firewall-drop", "replied", 0, trial.OK, 1, `broken at replied, exactly \(by the kernel\)`},
		"healed while it waits":          {"kernel-gives-up", "replied", 1500 * time.Millisecond, trial.OK, 0, `exactly \(by the kernel\), healed 1\.[5-9]\d* s later`},
		"never":                          {"closed-port", "idle:20s", 0, trial.Skipped, 0, "the moment idle:20s never came: the command ended before (exit 0"},
		"a failure with its own moment":  {"established-dropped", "replied", 0, trial.Skipped, 0, "it breaks each connection at a moment of its own"},
		"a program that goes on":         {"service-hangs", "replied", 1500 * time.Millisecond, trial.OK, 0, `\(by the live capture\), healed [0-9.]+ s later`},
		"another program in its place":   {"half-answer", "replied", 0, trial.Skipped, 0, "another program takes the service's place"},
		"for new connections alone":      {"ports-exhausted", "replied", 0, trial.Skipped, 0, "a connection that is made by then does not feel it"},
		"healed, though nothing is late": {"firewall-drop", "before", time.Second, trial.OK, 0, "broken at before, healed 1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := scenarios.Named(test.scenario)
			require.NoError(t, err)
			when, err := lab.ParseWhen(test.when)
			require.NoError(t, err)
			r, err := trial.Run(t.Context(), engine, s, trial.Program{Argv: []string{"bash", "-c", patient}}, trial.Options{Family: lab.IPv4,
				Demand: trial.Demand{Within: 12 * time.Second, Retries: 3}, When: when, HealAfter: test.heal, Progress: func(harness.PhaseName) {}})
			require.NoError(t, err)
			assert.Equal(t, test.verdict, r.Verdict, r.Sentence+r.Skipped)
			if test.verdict == trial.Skipped {
				assert.Contains(t, r.Skipped, test.says)
				return
			}
			assert.Regexp(t, test.says, r.Moment.String())
			assert.Equal(t, test.exit, min(r.Broken.Exit, 1), "%+v", r.Broken)
		})
	}
}

func TestParseWhen(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"before", "connected", "request-sent", "request-acked", "replied", "idle:2s", "idle:350ms", "signal"} {
		when, err := lab.ParseWhen(text)
		require.NoError(t, err)
		assert.Equal(t, text, when.String())
	}
	for _, text := range []string{"", "idle", "idle:", "idle:-1s", "idle:0s", "connected:0s", "before:2s", "signal:2s", "soon"} {
		_, err := lab.ParseWhen(text)
		assert.Error(t, err, text)
	}
}
