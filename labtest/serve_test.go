package labtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// greeter speaks first, as mail servers and databases do, and then returns each line. It ends with its listener.
func greeter(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			fmt.Fprintln(conn, "220 ready")
			for lines := bufio.NewScanner(conn); lines.Scan(); {
				fmt.Fprintln(conn, lines.Text())
			}
		}()
	}
}

// pool is a client with one connection that it keeps, and makes anew when that has failed.
type pool struct {
	lab  *Lab
	conn net.Conn
	in   *bufio.Reader
}

func (p *pool) ping(ctx context.Context) (err error) {
	if p.conn == nil {
		if p.conn, err = p.lab.Dial(ctx, "tcp", p.lab.Target()); err != nil {
			p.conn = nil
			return err
		}
		p.in = bufio.NewReader(p.conn)
		if err := p.line(ctx, "220 ready"); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(p.conn, "ping"); err != nil {
		return p.drop(err)
	}
	return p.line(ctx, "ping")
}

func (p *pool) line(ctx context.Context, want string) error {
	_ = p.conn.SetReadDeadline(time.Now().Add(700 * time.Millisecond))
	line, err := p.in.ReadString('\n')
	if err == nil && strings.TrimSpace(line) != want {
		err = fmt.Errorf("%q came, not %q", line, want)
	}
	if err != nil {
		return p.drop(err)
	}
	return ctx.Err()
}

func (p *pool) drop(err error) error {
	_ = p.conn.Close()
	p.conn = nil
	return err
}

func TestAServerThatIsAFunctionAndSpeaksFirst(t *testing.T) {
	t.Parallel()
	Each(t, Named(t, "closed-port", "firewall-drop", "stopped-host", "service-hangs"), func(t *testing.T, lab *Lab) {
		lab.Serve(Function(greeter).On(2525))
		assert.True(t, strings.HasSuffix(lab.Target(), ":2525"))
		p := &pool{lab: lab}
		assert.Equal(t, 1, lab.Expect(p.ping, OK()).Connections)
		assert.Zero(t, lab.Expect(p.ping, OK()).Connections, "the connection is kept")
		lab.Break()
		lab.Expect(withTimeout(p.ping), FailsWithin(3*time.Second))
		lab.Heal()
		lab.RecoversWithin(withTimeout(p.ping), 10*time.Second)
		if p.conn != nil {
			require.NoError(t, p.conn.Close())
		}
	})
}

// withTimeout is a call whose dials end in time.
func withTimeout(call Action) Action {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		return call(ctx)
	}
}

func TestAServerThatIsACommand(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip(err)
	}
	Each(t, Named(t, "service-hangs", "closed-port"), func(t *testing.T, lab *Lab) {
		lab.Serve(Command("python3", "-m", "http.server", "--directory", "$DIR", "$PORT").On(8001).WhenServing("/"))
		client := http.Client{Transport: &http.Transport{DialContext: lab.Dial}, Timeout: 2 * time.Second}
		t.Cleanup(client.CloseIdleConnections)
		get := func(ctx context.Context) error {
			response, err := client.Get("http://" + lab.Target() + "/")
			if err != nil {
				return err
			}
			return response.Body.Close()
		}
		lab.Expect(get, OK())
		lab.Break()
		lab.Expect(get, FailsWithin(3*time.Second))
		lab.Heal()
		lab.RecoversWithin(get, 5*time.Second)
	})
}

func TestQuotedWordsAreWordsOfTheShell(t *testing.T) {
	for _, word := range []string{"plain", `a "b" 'c'`, "`id`", "$(id)", `back\slash`, "$HOMER", "$DIRECTORY", "", "two words; exit 3"} {
		out, err := exec.Command("sh", "-c", "printf %s "+quoted(word)).Output()
		require.NoError(t, err)
		assert.Equal(t, word, string(out))
	}
	cmd := exec.Command("sh", "-c", "printf %s "+quoted("--dir=$DIR/x:$PORT"))
	cmd.Env = []string{"DIR=/a b", "PORT=7"}
	out, err := cmd.Output()
	require.NoError(t, err)
	assert.Equal(t, "--dir=/a b/x:7", string(out))
}

// A function that serves ends with its lab: the test would wait for it else, or leave it behind.
func TestAFunctionEndsWithItsLab(t *testing.T) {
	t.Parallel()
	returned := make(chan error, 1)
	t.Run("lab", func(t *testing.T) {
		lab := Open(t, Named(t, "closed-port")[0])
		lab.Serve(Function(func(l net.Listener) error {
			err := greeter(l)
			returned <- err
			return err
		}))
	})
	select {
	case err := <-returned:
		assert.ErrorIs(t, err, net.ErrClosed)
	default:
		assert.Fail(t, "it still serves")
	}
}

// self is this test binary as a program that has the lab's verbs: it goes by the name it is called by.
func self(t *testing.T) string {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	link := filepath.Join(t.TempDir(), "tcplab")
	require.NoError(t, os.Symlink(program, link))
	return link
}

// A server of several ports: what breaks the service breaks each of them.
func TestAServerOnSeveralPorts(t *testing.T) {
	t.Parallel()
	Each(t, Named(t, "firewall-drop", "closed-port"), func(t *testing.T, lab *Lab) {
		lab.Serve(Shell(`sleep 1000 | `+self(t)+` host listen --port 7201 & sleep 1000 | `+self(t)+` host listen --port 7202`).On(7201, 7202))
		assert.True(t, strings.HasSuffix(lab.Target(), ":7201"))
		second := func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			conn, err := lab.Dial(ctx, "tcp", strings.Replace(lab.Target(), "7201", "7202", 1))
			if err != nil {
				return err
			}
			return conn.Close()
		}
		assert.Equal(t, 1, lab.Expect(second, OK()).Connections)
		lab.Break()
		assert.Equal(t, 1, lab.Expect(second, FailsWithin(2*time.Second)).Connections)
		lab.Heal()
		lab.RecoversWithin(second, 5*time.Second)
	})
}

// A server that takes datagrams, and a client that asks it by lab.Dial.
func TestAServerOnUDP(t *testing.T) {
	t.Parallel()
	Each(t, Named(t, "firewall-drop", "closed-port", "security-group-drop"), func(t *testing.T, lab *Lab) {
		lab.Serve(Shell(`(echo '{"proto":"udp","port":7203}'; sleep 1000) | ` + self(t) + ` host listen --told`).OnUDP(7203))
		question := func(ctx context.Context) error {
			conn, err := lab.Dial(ctx, "udp", lab.Target())
			if err != nil {
				return err
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(700 * time.Millisecond))
			if _, err := fmt.Fprint(conn, "question"); err != nil {
				return err
			}
			_, err = conn.Read(make([]byte, 100))
			return err
		}
		seen := lab.Expect(question, OK())
		assert.Zero(t, seen.Connections)
		require.NotEmpty(t, seen.Datagrams)
		assert.Equal(t, 1, seen.Datagrams[0].ToService)
		assert.Equal(t, 1, seen.Datagrams[0].FromService)
		lab.Break()
		seen = lab.Expect(question, FailsWithin(2*time.Second))
		server := seen.Datagrams[len(seen.Datagrams)-1]
		switch name := lab.standing.Scenario().Name; name {
		case "closed-port":
			assert.ErrorIs(t, seen.Err, syscall.ECONNREFUSED)
			assert.Equal(t, 1, seen.Datagrams[0].Errors)
		case "firewall-drop":
			assert.Equal(t, 1, server.ToService, "it reaches the server's network card")
		default:
			assert.Zero(t, server.ToService)
		}
		lab.Heal()
		lab.RecoversWithin(question, 5*time.Second)
		c := &complaints{TB: t}
		lab.t = c
		lab.Expect(func(context.Context) error { return net.ErrClosed }, OK())
		require.Len(t, c.list, 1)
		assert.Contains(t, c.list[0], "it sent no datagram in the lab: does the client use lab.Dial?")
		assert.Contains(t, c.list[0], "datagrams at server: 0 to the service")
	})
}

// The hint beside a complaint depends on what was seen of the call.
func TestTheHintIsWhatWasSeen(t *testing.T) {
	t.Parallel()
	lab := Open(t, Named(t, "service-hangs")[0])
	c := &complaints{TB: t}
	lab.t = c
	hint := func(call Action, want string) {
		t.Helper()
		c.list = nil
		lab.Expect(call, OK())
		require.Len(t, c.list, 1)
		assert.Contains(t, c.list[0], want)
	}
	nothing := func(context.Context) error { return errors.New("no") }
	hint(nothing, "no; it made no connection in the lab: does the client use lab.Dial?")
	hint(func(ctx context.Context) error {
		_, err := lab.Dial(ctx, "tcp", "203.0.113.10:9999")
		return err
	}, "; it connected to 203.0.113.10:9999, and the service is at 203.0.113.10:8080")
	pooled := keep(t, lab)
	hint(nothing, "; it made no new connection, and sent nothing on the one from "+pooled.conn.LocalAddr().String()+" that stands")
	lab.Break()
	hint(pooled.get, "; it made no new connection, and used the one from "+pooled.conn.LocalAddr().String()+" that was there before")
	lab.Heal()
}
