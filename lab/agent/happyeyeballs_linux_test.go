package agent

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
)

// service are addresses and what each does with a SYN: an error, or nil for an answer. An address that has no entry is silent.
type service map[string]error

var errFirst, errSecond = errors.New("refused by the first"), errors.New("refused by the second")

// dial notes when each address was tried.
func (s service) dial(tried map[string]time.Duration) dialFunc {
	start := time.Now()
	return func(ctx context.Context, _, address string) (net.Conn, error) {
		tried[address] = time.Since(start)
		err, answers := s[address]
		switch {
		case !answers:
			<-ctx.Done()
			return nil, context.Cause(ctx)
		case err != nil:
			return nil, err
		}
		conn, _ := net.Pipe()
		return conn, nil
	}
}

// The next address is tried when the one before it has failed or is silent for 250 ms, and the time that this takes is all that a
// client notices.
func TestTheNextAddressIsTried(t *testing.T) {
	const one, two = "203.0.113.10:80", "[2001:db8::10]:80"
	for name, test := range map[string]struct {
		service service
		tried   map[string]time.Duration
		err     error
	}{
		"the first answers":          {service{one: nil, two: nil}, map[string]time.Duration{one: 0}, nil},
		"the first refuses":          {service{one: errFirst, two: nil}, map[string]time.Duration{one: 0, two: 0}, nil},
		"the first is silent":        {service{two: nil}, map[string]time.Duration{one: 0, two: lab.AttemptDelay}, nil},
		"both refuse":                {service{one: errFirst, two: errSecond}, map[string]time.Duration{one: 0, two: 0}, errFirst},
		"silent, and then a refusal": {service{two: errSecond}, map[string]time.Duration{one: 0, two: lab.AttemptDelay}, errSecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				tried := map[string]time.Duration{}
				conn, err := dialFirst(ctx, test.service.dial(tried), []netip.AddrPort{netip.MustParseAddrPort(one), netip.MustParseAddrPort(two)})
				assert.Equal(t, test.tried, tried)
				require.Equal(t, test.err, err)
				if conn != nil {
					require.NoError(t, conn.Close())
				}
			})
		})
	}
}
