package client_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/tcplab/tcplab/labtest"
)

// greet is a server that speaks first, as databases do, and then returns each line.
func greet(l net.Listener) error {
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

// TestServer breaks the connection with a server of the test's own when that has replied, and not before.
func TestServer(t *testing.T) {
	labtest.Each(t, labtest.Named(t, "firewall-drop", "return-path-dropped"), func(t *testing.T, lab *labtest.Lab) {
		lab.Serve(labtest.Function(greet).On(2525))
		ping := func(ctx context.Context) error {
			dialing, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			conn, err := lab.Dial(dialing, "tcp", lab.Target())
			if err != nil {
				return err
			}
			defer conn.Close()
			if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
				return err
			}
			lines := bufio.NewScanner(conn)
			if !lines.Scan() { // the greeting
				return fmt.Errorf("no greeting (%v)", lines.Err())
			}
			fmt.Fprintln(conn, "ping")
			if !lines.Scan() || lines.Text() != "ping" {
				return fmt.Errorf("no answer (%v)", lines.Err())
			}
			return nil
		}
		lab.Expect(ping, labtest.OK())
		lab.BreakWhen(labtest.Replied)
		lab.Expect(ping, labtest.OK())
		lab.AwaitBreak()
		lab.Expect(ping, labtest.FailsWithin(2*time.Second))
		lab.Heal()
		lab.RecoversWithin(ping, 5*time.Second)
	})
}
