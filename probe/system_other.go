//go:build !linux

package probe

import (
	"context"
	"errors"
	"net/netip"
	"runtime"
	"syscall"
)

// errSystem is why something is not looked at here.
var errSystem = errors.New("it is read on Linux only, and this is " + runtime.GOOS)

// nextHop is not known here.
func nextHop(netip.Addr) (via netip.Addr, iface string) { return netip.Addr{}, "" }

// readNeighbour cannot tell which address is the next hop here, so it names none.
func readNeighbour(netip.Addr) (NextHop, error) { return NextHop{}, errSystem }

// readListeners knows nothing here.
func readListeners(uint16) ([]netip.Addr, error) { return nil, errSystem }

// claimPort leaves the port to connect: without a capture nobody asks for it.
func claimPort(syscall.RawConn, bool) (port int, err error) { return 0, nil }

// tap is a capture, which there is none of here.
type tap struct{}

func startTap(context.Context, ChosenRoute, *flow) (*tap, error) { return nil, errSystem }

func (*tap) stop() error { return nil }
