package netns

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"syscall"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// Engine builds labs out of network namespaces.
type Engine struct {
	mutex   sync.Mutex
	process *helperProcess // nil until it is first used

	compressor *compressor // nil: real time
	patient    *Engine     // its like in real time; nil: it is in real time itself
}

// New returns the engine. It starts nothing before it is used.
func New() *Engine { return &Engine{} }

// Name is "netns".
func (e *Engine) Name() string { return "netns" }

// Available makes a namespace with everything a lab needs, and says what stands in the way.
func (e *Engine) Available(ctx context.Context) error {
	call, err := e.call(ctx, request{Op: opProbe})
	if err != nil {
		return err
	}
	defer call.Close()
	if err := answer(call, nil); err != nil {
		return unavailable(err)
	}
	return nil
}

// Build builds the topology.
func (e *Engine) Build(ctx context.Context, t lab.Topology) (lab.Lab, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	if err := lab.RequirePrograms(t.Programs); err != nil {
		return nil, fmt.Errorf("netns: build lab %s: %w", t.Name, err)
	}
	call, err := e.call(ctx, request{Op: opBuild, Topology: &t})
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = call.Close() })
	var built reply
	err = answer(call, &built)
	if !stop() { // the lab goes with the call, also one that was built by then
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = call.Close()
		return nil, fmt.Errorf("netns: build lab %s: %w", t.Name, err)
	}
	return &namespaceLab{engine: e, call: call, number: built.Lab, topology: t}, nil
}

// cause prefers the reason for which a context ended over the error that came of it.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// call starts the helper where there is none, and sends it a request on a channel of its own.
func (e *Engine) call(ctx context.Context, r request, fds ...int) (channel, error) {
	if err := ctx.Err(); err != nil {
		return channel{}, context.Cause(ctx)
	}
	main, err := e.helper()
	if err != nil {
		return channel{}, err
	}
	here, there, err := newPair()
	if err != nil {
		return channel{}, err
	}
	defer there.Close()
	if err := here.send(r, fds...); err != nil {
		return channel{}, errors.Join(err, here.Close())
	}
	if err := main.send(struct{}{}, int(there.Fd())); err != nil {
		return channel{}, errors.Join(fmt.Errorf("netns: the helper process has ended: %w", err), here.Close())
	}
	return here, nil
}

func (e *Engine) helper() (channel, error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.process != nil {
		return e.process.main, nil
	}
	p, err := startHelper(e.compressor)
	if err != nil {
		return channel{}, unavailable(err)
	}
	e.process = p
	running.Lock()
	defer running.Unlock()
	running.engines[e] = struct{}{}
	return p.main, nil
}

// running are the engines that have a helper. Each is held here, and with it its socket: were an engine collected while a
// call waits for its answer, the socket would be closed and the helper end, labs and all.
var running = struct {
	sync.Mutex
	engines map[*Engine]struct{}
}{engines: map[*Engine]struct{}{}}

// Close ends the helper, and with it every lab that still stands, and returns when it has ended. Without it, that happens
// at the end of the program.
func (e *Engine) Close() error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	var err error
	if e.patient != nil {
		err = e.patient.Close()
	}
	if e.process == nil {
		return err
	}
	err = errors.Join(err, e.process.main.Close())
	<-e.process.ended
	e.process = nil
	running.Lock()
	defer running.Unlock()
	delete(running.engines, e)
	return err
}

// answer waits for a reply. into may be nil.
func answer(c channel, into *reply) error {
	var r reply
	if _, err := c.receive(&r); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("the helper process has ended")
		}
		return err
	}
	if into != nil {
		*into = r
	}
	return r.err()
}

// namespaceLab is a lab of the helper.
type namespaceLab struct {
	engine   *Engine
	call     channel
	number   int
	topology lab.Topology
	closing  sync.Once
	closeErr error
}

func (l *namespaceLab) Host(name string) (lab.Host, error) {
	if _, err := l.topology.Config(name); err != nil {
		return nil, fmt.Errorf("netns: %w", err)
	}
	return &host{lab: l, name: name}, nil
}

// Close removes the lab. The helper removes it in any case when the call's socket is closed; the answer says that it
// is done.
func (l *namespaceLab) Close(ctx context.Context) error {
	l.closing.Do(func() {
		defer l.call.Close()
		stop := context.AfterFunc(ctx, func() { _ = l.call.Close() })
		defer stop()
		err := l.call.send(request{Op: opClose})
		if err == nil {
			err = answer(l.call, nil)
		}
		if err != nil {
			l.closeErr = fmt.Errorf("netns: remove lab: %w", cause(ctx, err))
		}
	})
	return l.closeErr
}

// host is a host of a lab.
type host struct {
	lab  *namespaceLab
	name string
}

func (h *host) Name() string { return h.name }

func (h *host) Addr(f lab.Family) netip.Addr { return h.lab.topology.Addr(h.name, f) }

func (h *host) Command(argv ...string) *lab.Cmd { return lab.NewCmd(h, argv...) }

// Stop implements [lab.Stopper].
func (h *host) Stop(ctx context.Context) error { return h.power(ctx, opStop) }

// Start implements [lab.Stopper].
func (h *host) Start(ctx context.Context) error { return h.power(ctx, opStart) }

func (h *host) power(ctx context.Context, op string) error {
	call, err := h.lab.engine.call(ctx, request{Op: op, Lab: h.lab.number, Host: h.name})
	if err != nil {
		return err
	}
	defer call.Close()
	stop := context.AfterFunc(ctx, func() { _ = call.Close() })
	defer stop()
	if err := answer(call, nil); err != nil {
		return fmt.Errorf("netns: %s host %s: %w", op, h.name, cause(ctx, err))
	}
	return nil
}

// Resident implements [lab.Resident].
func (h *host) Resident() {}

// Control implements [lab.Controller].
func (h *host) Control(_, _ string, c syscall.RawConn) error {
	return agent.SwapSocket(c, func(domain, typ, proto int) (int, error) {
		call, err := h.lab.engine.call(context.Background(), request{Op: opSocket, Lab: h.lab.number, Host: h.name,
			Socket: [3]int{domain, typ, proto}})
		if err != nil {
			return -1, err
		}
		defer call.Close()
		var r reply
		fds, err := call.receive(&r)
		if err := errors.Join(err, r.err()); err != nil {
			return -1, fmt.Errorf("netns: socket on host %s: %w", h.name, err)
		}
		if len(fds) != 1 {
			return -1, fmt.Errorf("netns: socket on host %s: %d descriptors came", h.name, len(fds))
		}
		return fds[0], nil
	})
}
