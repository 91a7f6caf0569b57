package labtest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
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
