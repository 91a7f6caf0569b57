package labtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// complaints takes a test's failures in the place of the test.
type complaints struct {
	testing.TB
	list []string
}

func (c *complaints) Errorf(format string, args ...any) {
	c.list = append(c.list, fmt.Sprintf(format, args...))
}

// ask returns a client without a timeout that makes so many connections.
func ask(lab *Lab, connections int) Action {
	return func(ctx context.Context) error {
		var err error
		for range connections {
			if err = askOnce(ctx, lab); err == nil {
				return nil
			}
		}
		return err
	}
}

func askOnce(ctx context.Context, lab *Lab) error {
	conn, err := lab.Dial(ctx, "tcp", lab.Target())
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if _, err := conn.Write([]byte("GET / HTTP/1.0\r\n\r\n")); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}

func TestGoodClient(t *testing.T) {
	t.Parallel()
	Each(t, Named(t, "closed-port"), func(t *testing.T, lab *Lab) {
		assert.Equal(t, 1, lab.Expect(ask(lab, 1), OK(), AtMost(1), AtMostSYNs(1)).Connections)
		lab.Break()
		assert.Equal(t, 3, lab.Expect(ask(lab, 3), FailsWithin(3*time.Second), AtMost(3)).Connections)
		lab.Heal()
		assert.Zero(t, lab.RecoversWithin(ask(lab, 1), 10*time.Second))
	})
}

// What is wrong with a client is told in one sentence, with a drawing below it; the test goes on.
func TestComplaints(t *testing.T) {
	t.Parallel()
	Each(t, Named(t, "closed-port", "service-hangs"), func(t *testing.T, lab *Lab) {
		c := &complaints{TB: t}
		lab.t = c
		lab.Expect(func(context.Context) error { return errors.New("elsewhere") }, OK())
		require.Len(t, c.list, 1)
		assert.Contains(t, c.list[0], "elsewhere; it made no connection in the lab: does the client use lab.Dial?")
		lab.Break()
		seen := lab.Expect(ask(lab, 20), FailsWithin(time.Second), AtMost(1))
		require.Len(t, c.list, 2)
		if lab.standing.Scenario().Name == "service-hangs" {
			assert.True(t, seen.Hung)
			assert.Regexp(t, `still waiting after 1[\d.]+ s: it has no timeout of its own for that`, c.list[1]) // later on a busy machine
		} else {
			assert.Contains(t, c.list[1], "20 connections in ")
			assert.Contains(t, c.list[1], " 1 were expected at most")
		}
		assert.Contains(t, c.list[1], "client")
		assert.Contains(t, c.list[1], "SYN")
		assert.Positive(t, lab.RecoversWithin(func(ctx context.Context) error { return net.ErrClosed }, 200*time.Millisecond))
		assert.Contains(t, c.list[2], "it does not recover within 200ms")
	})
}
