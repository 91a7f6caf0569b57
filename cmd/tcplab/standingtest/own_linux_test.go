package standingtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"golang.org/x/sys/unix"
)

// A lab that stands has a server of the user's own: on its port, with its names, stopped by a fault and started by the heal.
func TestStandingOwnServer(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip(err)
	}
	t.Parallel()
	d := cmdtest.NewDesk(t)
	const server = "echo mine > $DIR/mine; python3 -m http.server --directory $DIR $PORT & until [ -e crash ]; do sleep 0.05; done; kill $!; exit 3"
	out := d.Must("up", "closed-port", "--engine", "netns", "--port", "8471", "--server", server)
	assert.Contains(t, out, "healthy: the client gets through to 203.0.113.10:8471\n")
	assert.Contains(t, out, "  tcplab exec client printenv TCPLAB_ADDR\n")
	assert.Equal(t, "203.0.113.10:8471\n", d.Must("exec", "client", "printenv", "TCPLAB_ADDR"))
	const ask = "curl -sS -m 3 http://server.lab:$TCPLAB_PORT/mine"
	assert.Equal(t, "mine\n", d.Must("exec", "client", "sh", "-c", ask))
	assert.Equal(t, "closed-port: netns, IPv4, broken: nobody listens on TCP port 8471 of the server\n", d.Must("break"))
	_, code := d.TCPLab("exec", "client", "sh", "-c", ask)
	assert.Equal(t, 7, code)
	d.Must("heal")
	assert.Equal(t, "mine\n", d.Must("exec", "client", "sh", "-c", ask))
	assert.NotEmpty(t, cmdtest.Mentioning(t, "http.server --directory "))
	require.NoError(t, os.WriteFile(filepath.Join(d.Dir, "crash"), nil, 0o644))
	require.Eventually(t, func() bool {
		return strings.HasPrefix(d.Must("status"), "closed-port: netns, IPv4, healthy, but the server ended by itself with exit code 3\n")
	}, cmdtest.Deadline, cmdtest.Poll)
	assert.Contains(t, d.Standing("closed-port").ServerOutput, "GET /mine")
	require.NoError(t, os.Remove(filepath.Join(d.Dir, "crash")))
	d.Must("down")

	d.Fails("closed-port/netns/ipv4: up: the server (echo no; exit 3) ended by itself with exit code 3; it printed:\nno", "up", "closed-port", "--engine", "netns", "--server", "echo no; exit 3")
	d.Fails("--port is for a server of your own: give that with --server or --server-image", "up", "closed-port", "--port", "7")
	out, code = d.TCPLab("up", "service-resets", "--engine", "netns", "--broken", "--port", "8471", "--server", server)
	assert.Equal(t, 2, code)
	assert.Contains(t, out, "it puts a server of tcplab's that misbehaves in the place of yours")
	d.Clean()
}

// A lab that stays up with a server on UDP ports: the fault is on each of them, and there is no moment of a connection.
func TestStandingServerOnUDP(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip(err)
	}
	t.Parallel()
	d := cmdtest.NewDesk(t)
	require.NoError(t, os.WriteFile(filepath.Join(d.Dir, "echo.py"), []byte(`import os, select, socket
sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in os.environ["PORTS"].split(",")]
for s, port in zip(sockets, os.environ["PORTS"].split(",")):
    s.bind((os.environ["HOST"], int(port)))
while True:
    for s in select.select(sockets, [], [])[0]:
        question, client = s.recvfrom(2000)
        s.sendto(b"answer\n", client)
`), 0o644))
	out := d.Must("up", "security-group-drop", "--engine", "netns", "--port", "5353/udp", "--port", "5354/udp", "--server", "exec python3 echo.py")
	assert.Contains(t, out, "healthy: the client gets through to 203.0.113.10:5353\n")
	const ask = "exec 3<>/dev/udp/server.lab/5354; echo question >&3; read -r -t 1 -N 1 -u 3 answer; echo $answer; env | grep -c TCPLAB_URL"
	answered := func() string { text, _ := d.TCPLab("exec", "client", "bash", "-c", ask); return text }
	assert.Equal(t, "a\n0\n", answered())
	assert.Equal(t, "security-group-drop: netns, IPv4, broken: the security group on the router does not let through udp/5353,5354\n", d.Must("break"))
	assert.Equal(t, "\n0\n", answered())
	d.Must("heal")
	assert.Equal(t, "a\n0\n", answered())
	out, code := d.TCPLab("break", "--when", "connected")
	assert.Equal(t, 2, code)
	assert.Contains(t, out, "that is a moment of a TCP connection")
	d.Must("down")
	d.Clean()
}

// A connection that stands would not feel a lost SYN: nothing is broken then.
func TestStandingConnectionThatIsSpared(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	d.Must("up", "lost-syn-once", "--engine", "netns")
	client := d.Start(d.Command("exec", "client", "bash", "-c", "exec 3<>/dev/tcp/server.lab/8080; echo connected; exec sleep 1000"))
	client.AwaitOutput("connected\n")
	out, code := d.TCPLab("break")
	assert.Equal(t, 2, code)
	assert.Regexp(t, `^tcplab: the connection 198\.51\.100\.10:\d+ > 203\.0\.113\.10:8080 stands, and would not feel it: lost-syn-once is about the SYN of a new one; close the connection first, or use a failure that breaks it\n$`, out)
	assert.Contains(t, d.Must("status"), "lost-syn-once: netns, IPv4, healthy\n")
	require.NoError(t, client.Cmd.Process.Signal(unix.SIGTERM))
	client.Exit(cmdtest.Deadline)
	d.Must("break")
	d.Must("down")
	d.Clean()
}

// twoRequests makes two on one connection, and ends with 0 when both are answered, with 9 when the second is not.
const twoRequests = `exec 3<>/dev/tcp/server.lab/$TCPLAB_PORT || exit 7
ask() { printf 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' >&3; read -t 2 -r line <&3 && [[ $line == *200* ]] && while read -t 2 -r line <&3 && [[ $line != $'\r' ]]; do :; done && read -t 2 -r line <&3; }
ask || exit 8
ask || exit 9`

// The fault waits for a moment of a connection that the user makes by hand.
func TestStandingMoment(t *testing.T) {
	cmdtest.NeedEngine(t, "netns")
	t.Parallel()
	d := cmdtest.NewDesk(t)
	state := func(pattern string) {
		t.Helper()
		require.Eventually(t, func() bool { return regexp.MustCompile(pattern).MatchString(d.Must("status")) }, cmdtest.Deadline, cmdtest.Poll)
	}
	out := d.Must("up", "kernel-gives-up", "--engine", "netns", "--when", "replied", "--name", "gone")
	assert.Contains(t, out, "gone: netns, IPv4, waiting for replied: ")
	assert.Contains(t, out, "  tcplab heal\n")
	d.Fails("the fault waits for its moment already: \"tcplab heal\" ends that", "break")
	_, code := d.TCPLab("exec", "client", "bash", "-c", twoRequests)
	assert.Equal(t, 9, code, "the first request is answered, the second is not")
	state(`^gone: netns, IPv4, broken at replied, exactly \(by the kernel\): `)
	assert.Equal(t, "gone: netns, IPv4, healthy\n", d.Must("heal"))
	d.Must("exec", "client", "bash", "-c", twoRequests)

	d.Must("break", "--when", "connected")
	state(`^gone: netns, IPv4, waiting for connected: `)
	assert.Equal(t, "gone: netns, IPv4, healthy\n", d.Must("heal"))
	d.Must("exec", "client", "bash", "-c", twoRequests)
	d.Must("down")

	d.Must("up", "service-hangs", "--engine", "netns", "--name", "late", "--when", "idle:200ms")
	_, code = d.TCPLab("exec", "client", "bash", "-c", twoRequests+"\nread -t 2 -r line <&3; [ $? -gt 128 ] && exit 6")
	assert.Equal(t, 6, code, "the server is frozen where it is: its connection stands, and nothing comes")
	state(`^late: netns, IPv4, broken at idle:200ms, [0-9.]+[mµ]?s late \(by the live capture\): `)
	d.Must("heal")
	d.Must("exec", "client", "bash", "-c", twoRequests)
	d.Must("down")

	d.Fails("--when: there is no moment \"soon\": it is before, connected, request-sent, request-acked, replied or idle:DURATION", "up", "closed-port", "--when", "soon")
	d.Fails("give --broken or --when, not both", "up", "closed-port", "--when", "replied", "--broken")
	d.Fails("break at replied: it breaks each connection at a moment of its own (second-request): not supported", "up", "established-dropped", "--engine", "netns", "--when", "replied")
	d.Clean()
}
