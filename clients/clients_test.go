package clients

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
)

func TestNamed(t *testing.T) {
	for _, c := range All() {
		got, err := Named(c.Name())
		require.NoError(t, err)
		assert.Equal(t, c, got)
		assert.NotEmpty(t, About(c), c.Name())
	}
	_, err := Named("crul")
	assert.ErrorContains(t, err, `there is no client "crul"; there are `)
	assert.ErrorContains(t, err, "curl")
	assert.Panics(t, func() { register(Curl{}, "again") })
}

// What each program prints was copied from runs in the lab.

func TestCurlOutcome(t *testing.T) {
	for name, c := range map[string]struct {
		out  output
		want lab.Outcome
	}{
		"reply": {
			output{stdout: `{"http_code":200,"errormsg":null,"time_connect":0.0001,"time_total":0.000612,"local_ip":"198.51.100.10","local_port":41732}`},
			lab.Outcome{Status: 200, Elapsed: 612 * time.Microsecond, Local: netip.MustParseAddrPort("198.51.100.10:41732")},
		},
		"an error of the server's": {
			output{stdout: `{"http_code":503,"errormsg":null,"time_connect":0.0001,"time_total":0.001,"local_ip":"","local_port":0}`},
			lab.Outcome{Status: 503, Elapsed: time.Millisecond, Stage: "read", Code: "HTTP 503", Error: "the server answered 503 Service Unavailable"},
		},
		"refused": {
			output{code: 7, stdout: `{"http_code":0,"errormsg":"Failed to connect to 203.0.113.10 port 8080 after 0 ms: Couldn't connect to server","time_connect":0,"time_total":0.001}`,
				stderr: "*   Trying 203.0.113.10:8080...\n* connect to 203.0.113.10 port 8080 failed: Connection refused\n"},
			lab.Outcome{ExitCode: 7, Code: "exit 7", Stage: "connect", Errno: "ECONNREFUSED", Elapsed: time.Millisecond,
				Error: "curl: (7) Failed to connect to 203.0.113.10 port 8080 after 0 ms: Couldn't connect to server"},
		},
		"no route": {
			output{code: 7, stdout: `{"errormsg":"Couldn't connect to server","time_connect":0,"time_total":0}`,
				stderr: "* Immediate connect fail for 203.0.113.10: Network is unreachable\n"},
			lab.Outcome{ExitCode: 7, Code: "exit 7", Stage: "connect", Errno: "ENETUNREACH", Error: "curl: (7) Couldn't connect to server"},
		},
		"its own timeout, which has the words of the kernel's": {
			output{code: 28, stdout: `{"errormsg":"Connection timed out after 3001 milliseconds","time_connect":0,"time_total":3.001}`,
				stderr: "*   Trying 203.0.113.10:8080...\n* Connection timed out after 3001 milliseconds\n"},
			lab.Outcome{ExitCode: 28, Code: "exit 28", Stage: "connect", Timeout: true, Elapsed: 3001 * time.Millisecond,
				Error: "curl: (28) Connection timed out after 3001 milliseconds"},
		},
		"the kernel's giving up": {
			output{code: 28, stdout: `{"errormsg":"Failed to connect","time_connect":0,"time_total":7.1}`,
				stderr: "* connect to 203.0.113.10 port 8080 failed: Connection timed out\n"},
			lab.Outcome{ExitCode: 28, Code: "exit 28", Stage: "connect", Errno: "ETIMEDOUT", Elapsed: 7100 * time.Millisecond,
				Error: "curl: (28) Failed to connect"},
		},
		"a read that times out": {
			output{code: 28, stdout: `{"errormsg":"Operation timed out after 3000 milliseconds with 0 bytes received","time_connect":0.001,"time_total":3}`},
			lab.Outcome{ExitCode: 28, Code: "exit 28", Stage: "read", Timeout: true, Elapsed: 3 * time.Second,
				Error: "curl: (28) Operation timed out after 3000 milliseconds with 0 bytes received"},
		},
		"reset": {
			output{code: 56, stdout: `{"errormsg":"Recv failure: Connection reset by peer","time_connect":0.001,"time_total":0.002}`},
			lab.Outcome{ExitCode: 56, Code: "exit 56", Stage: "read", Errno: "ECONNRESET", Elapsed: 2 * time.Millisecond,
				Error: "curl: (56) Recv failure: Connection reset by peer"},
		},
		"closed without an answer": {
			output{code: 52, stdout: `{"errormsg":"Empty reply from server","time_connect":0.001,"time_total":0.002}`},
			lab.Outcome{ExitCode: 52, Code: "exit 52", Stage: "read", Closed: true, Elapsed: 2 * time.Millisecond,
				Error: "curl: (52) Empty reply from server"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Program = "curl"
			got, err := curlOutcome(c.out)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
	_, err := curlOutcome(output{code: 2, stderr: "curl: option --noproxy: is unknown\n"})
	assert.EqualError(t, err, "curl ended with exit code 2 and no report (it must be 7.75 or newer): curl: option --noproxy: is unknown")
}

func TestSystemPingOutcome(t *testing.T) {
	const head = "PING 203.0.113.10 (203.0.113.10) 56(84) bytes of data.\n"
	for name, c := range map[string]struct {
		out  output
		want lab.Outcome
	}{
		"all answered": {
			output{stdout: head + "64 bytes from 203.0.113.10: icmp_seq=1 ttl=63 time=0.070 ms\n\n--- 203.0.113.10 ping statistics ---\n3 packets transmitted, 3 received, 0% packet loss, time 403ms\n"},
			lab.Outcome{Code: "0 of 3 lost"},
		},
		"none answered": {
			output{code: 1, stdout: head + "\n--- 203.0.113.10 ping statistics ---\n3 packets transmitted, 0 received, 100% packet loss, time 400ms\n"},
			lab.Outcome{ExitCode: 1, Stage: "read", Timeout: true, Code: "3 of 3 lost", Error: "system-ping: 3 of 3 lost (100% packet loss)"},
		},
		"some answered": {
			output{stdout: head + "3 packets transmitted, 2 received, 33.3333% packet loss, time 400ms\n"},
			lab.Outcome{Stage: "read", Code: "1 of 3 lost", Error: "system-ping: 1 of 3 lost (33% packet loss)"},
		},
		"unreachable": {
			output{code: 1, stdout: head + "From 198.51.100.1 icmp_seq=1 Destination Host Unreachable\n\n3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2034ms\n"},
			lab.Outcome{ExitCode: 1, Stage: "read", Errno: "EHOSTUNREACH", Code: "3 of 3 lost", Error: "system-ping: Destination Host Unreachable, says 198.51.100.1"},
		},
		"no route": {
			output{code: 2, stderr: "ping: connect: Network is unreachable\n"},
			lab.Outcome{ExitCode: 2, Stage: "connect", Errno: "ENETUNREACH", Code: "exit 2", Error: "ping: connect: Network is unreachable"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Program = "system-ping"
			assert.Equal(t, c.want, systemPingOutcome(c.out))
		})
	}
}

func TestSystemTracerouteOutcome(t *testing.T) {
	const head = "traceroute to 203.0.113.10 (203.0.113.10), 3 hops max, 60 byte packets\n"
	for name, c := range map[string]struct {
		out  output
		want lab.Outcome
	}{
		"reached": {
			output{stdout: head + " 1  198.51.100.1  0.043 ms\n 2  203.0.113.10  0.025 ms\n"},
			lab.Outcome{Code: "reached at hop 2"},
		},
		"lost after the router": {
			output{stdout: head + " 1  198.51.100.1  0.043 ms\n 2  *\n 3  *\n"},
			lab.Outcome{Stage: "read", Timeout: true, Code: "lost after 198.51.100.1",
				Error: "system-traceroute-udp: nothing answered after hop 1, 198.51.100.1"},
		},
		"no hop answered": {
			output{stdout: head + " 1  *\n 2  *\n 3  *\n"},
			lab.Outcome{Stage: "read", Timeout: true, Code: "no hop answered", Error: "system-traceroute-udp: no hop answered"},
		},
		"a router says that the host is unreachable": {
			output{stdout: head + " 1  198.51.100.1  3067.043 ms !H\n"},
			lab.Outcome{Stage: "read", Errno: "EHOSTUNREACH", Code: "!H by 198.51.100.1", Error: "system-traceroute-udp: hop 1 answered !H"},
		},
		"no route": {
			output{code: 1, stdout: head, stderr: "connect: Network is unreachable\n"},
			lab.Outcome{ExitCode: 1, Stage: "connect", Errno: "ENETUNREACH", Code: "exit 1", Error: "connect: Network is unreachable"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Program = "system-traceroute-udp"
			assert.Equal(t, c.want, systemTracerouteOutcome("system-traceroute-udp", netip.MustParseAddr("203.0.113.10"), c.out))
		})
	}
}
