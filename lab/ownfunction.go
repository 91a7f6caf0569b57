package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
)

// ownFunction is a server that is a function of this process, with a listener of a host.
type ownFunction struct {
	listener *GatedListener
	returned chan struct{}
}

// startFunction lets the function serve.
func startFunction(ctx context.Context, host Host, s Service) (kept, error) {
	if s.UDP() || len(s.Numbers()) > 1 {
		return nil, fmt.Errorf("a function serves one port of TCP, and not %s: %w; let a command or an image serve them", s.PortWords(), ErrUnsupported)
	}
	controller, ok := host.(Controller)
	if !ok {
		return nil, fmt.Errorf("a listener on host %s: %w by this engine", host.Name(), ErrUnsupported)
	}
	config := net.ListenConfig{Control: controller.Control}
	l, err := config.Listen(ctx, "tcp", net.JoinHostPort("", strconv.Itoa(s.Number())))
	if err != nil {
		return nil, err
	}
	f := &ownFunction{listener: Gated(l.(*net.TCPListener)), returned: make(chan struct{})}
	go func() {
		defer close(f.returned)
		_ = s.Own.Serve(f.listener) // it ends with its listener; a client finds out where it ends sooner
	}()
	return f, nil
}

// Stop closes the listener and every connection that came from it, as the kernel does when a process ends, and returns when the
// function has.
func (f *ownFunction) Stop(ctx context.Context) error {
	f.listener.End()
	select {
	case <-f.returned:
		return nil
	case <-ctx.Done():
		return errors.Join(errors.New("the function that serves did not return when its listener was closed"), context.Cause(ctx))
	}
}
