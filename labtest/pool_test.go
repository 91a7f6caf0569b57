package labtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kept is one connection on which requests are made, and which is never made anew.
type keptConnection struct {
	conn net.Conn
	in   *bufio.Reader
}

func keep(t *testing.T, lab *Lab) *keptConnection {
	t.Helper()
	conn, err := lab.Dial(t.Context(), "tcp", lab.Target())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return &keptConnection{conn, bufio.NewReader(conn)}
}

func (k *keptConnection) get(context.Context) error { return k.getWithin(time.Second) }

// patientGet waits for as long as any call does.
func (k *keptConnection) patientGet(context.Context) error { return k.getWithin(Limit) }

func (k *keptConnection) getWithin(patience time.Duration) error {
	_ = k.conn.SetDeadline(time.Now().Add(patience))
	if _, err := fmt.Fprint(k.conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return err
	}
	response, err := http.ReadResponse(k.in, nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// A connection of a pool that stands when the failure begins feels it. One whose failure comes of rest, rests; one that is used meanwhile is
// not forgotten.
func TestConnectionsThatStandFeelTheFailure(t *testing.T) {
	t.Parallel()
	rest := map[string]time.Duration{"nat-forgets": 2500 * time.Millisecond, "nat-forgets-reset": 2500 * time.Millisecond, "load-balancer-idle-timeout": 1500 * time.Millisecond}
	Each(t, Named(t, "nat-forgets", "nat-forgets-reset", "security-group-drop", "load-balancer-idle-timeout"), func(t *testing.T, lab *Lab) {
		name := lab.standing.Scenario().Name
		c := keep(t, lab)
		lab.Expect(c.get, OK())
		lab.Break()
		if name == "nat-forgets" || name == "nat-forgets-reset" {
			for range 4 {
				time.Sleep(400 * time.Millisecond) // a rest that is shorter than the memory is no failure
				assert.Zero(t, lab.Expect(c.get, OK()).Connections)
			}
		}
		time.Sleep(rest[name]) // the pool rests: the memory runs out without a sign
		seen := lab.Expect(c.get, FailsWithin(1500*time.Millisecond))
		assert.Zero(t, seen.Connections, "the connection is the one that stood")
		lab.Heal()
		again := keep(t, lab)
		lab.Expect(again.get, OK())
		time.Sleep(rest[name]) // the pool rests: the memory runs out without a sign
		lab.Expect(again.get, OK())
	})
}

// Where a connection that stands would not feel the failure, nothing is broken, and that is said.
func TestAConnectionThatWouldNotFeelTheFailure(t *testing.T) {
	t.Parallel()
	lab := Open(t, Named(t, "lost-syn-once")[0])
	c := keep(t, lab)
	lab.Expect(c.get, OK())
	assert.ErrorContains(t, lab.standing.Break(t.Context()), "stands, and would not feel it: lost-syn-once is about the SYN of a new one")
	assert.False(t, lab.standing.Broken())
	_, err := lab.standing.BreakWhen(t.Context(), Replied)
	assert.ErrorContains(t, err, "a connection that is made by then does not feel it")
	require.NoError(t, c.conn.Close())
	lab.Break()
	assert.Equal(t, 2, lab.Expect(func(context.Context) error { return keep(t, lab).get(t.Context()) }, OK()).SYNs)
}
