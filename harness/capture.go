package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"sync"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/safefile"
	"github.com/tcplab/tcplab/wire"
)

// recording is the captures of one phase: one per host that is on, each seeing all of the host's interfaces.
type recording struct {
	hosts  []*hostCapture
	points []lab.VantagePoint
}

// destination is where captured packets go, beside the traces of the recording.
type destination struct {
	// dir is the folder in which each host's capture is written to a file, whose name begins with prefix; empty: nowhere.
	dir, prefix string
	// keep takes each packet as it was captured, in the place of the traces, which stay empty; nil: they do not.
	keep func(host, iface string, f wire.Frame)
}

// record starts a capture on every host that is on, and returns when each of them sees packets.
func record(ctx context.Context, b *lab.Bench, to destination) (*recording, error) {
	r := &recording{points: b.Topology.VantagePoints()}
	var mutex sync.Mutex
	err := b.Topology.EachHost(func(name string) error {
		c, err := startCapture(ctx, b, name, to)
		if errors.Is(err, lab.ErrHostStopped) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("capture on host %s: %w", name, err)
		}
		mutex.Lock()
		defer mutex.Unlock()
		r.hosts = append(r.hosts, c)
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, r.stop(ctx))
	}
	return r, nil
}

// until returns when done is true of what was captured so far, or when ctx ends. It looks again at every packet.
func (r *recording) until(ctx context.Context, done func([]wire.Trace) bool) {
	for {
		// The channels are taken before the look, so that a packet in between is not missed.
		changed := make([]<-chan struct{}, len(r.hosts))
		for i, h := range r.hosts {
			changed[i] = h.change()
		}
		if done(r.traces()) || !anyOf(ctx, changed) {
			return
		}
	}
}

// anyOf waits for one of the channels and reports true, or false when ctx ends first.
func anyOf(ctx context.Context, channels []<-chan struct{}) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	woken := make(chan struct{}, len(channels))
	for _, c := range channels {
		go func() {
			select {
			case <-c:
				woken <- struct{}{}
			case <-ctx.Done():
			}
		}()
	}
	select {
	case <-woken:
		return true
	case <-ctx.Done():
		return false
	}
}

// stop ends the captures once everything that had arrived is written.
func (r *recording) stop(ctx context.Context) error {
	errs := make([]error, len(r.hosts))
	var group sync.WaitGroup
	for i, h := range r.hosts {
		group.Go(func() {
			if errs[i] = h.stop(ctx); errs[i] != nil {
				errs[i] = fmt.Errorf("capture on host %s: %w", h.name, errs[i])
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// traces returns what each vantage point has seen, in the order of the topology. A host that is off has seen nothing.
func (r *recording) traces() []wire.Trace {
	traces := make([]wire.Trace, len(r.points))
	for i, p := range r.points {
		traces[i].Point = p.Name
		for _, h := range r.hosts {
			if h.name == p.Host {
				seen := h.seen(p.Interface)
				traces[i].Packets, traces[i].Payloads = seen.Packets, seen.Payloads
			}
		}
	}
	return traces
}

// hostCapture is a capture on one host. Its packets are decoded as they come.
type hostCapture struct {
	name    string
	verb    *lab.Running
	decoded chan struct{}                          // closed when the stream has ended
	keep    func(host, iface string, f wire.Frame) // takes the packets in the place of all, where it is not nil

	mutex   sync.Mutex
	all     wire.Trace
	err     error
	changed chan struct{} // closed and replaced with every packet
}

func startCapture(ctx context.Context, b *lab.Bench, name string, to destination) (*hostCapture, error) {
	host, err := b.Host(name)
	if err != nil {
		return nil, err
	}
	var interfaces []string
	for _, e := range b.Topology.EndsOf(name) {
		interfaces = append(interfaces, e.Interface)
	}
	var file *os.File
	if to.dir != "" {
		if file, err = safefile.Create(to.dir, to.prefix+name+".pcapng"); err != nil {
			return nil, &ArtifactError{err}
		}
	}
	names := HostNames(b.Topology)
	c := &hostCapture{name: name, keep: to.keep, decoded: make(chan struct{}), changed: make(chan struct{})}
	stream, feed := io.Pipe()
	go c.decode(wire.WithNames(stream, names), file)
	cmd := host.Command(agent.CaptureVerb(interfaces...)...)
	cmd.Stdout = feed
	c.verb, err = lab.Start(ctx, cmd)
	if err != nil {
		_ = feed.Close()
		<-c.decoded
		if file != nil {
			_ = os.Remove(file.Name())
		}
		return nil, err
	}
	go func() {
		<-c.verb.Ended
		_ = feed.Close()
	}()
	return c, nil
}

// decode reads the stream to its end, keeping a copy in the file. A disk that is full does not stop the decoding; the
// error is kept for stop.
func (c *hostCapture) decode(stream io.Reader, file *os.File) {
	defer close(c.decoded)
	copied := &stickyWriter{}
	if file != nil {
		copied.w = file
		stream = io.TeeReader(stream, copied)
	}
	err := c.readPackets(stream)
	_, _ = io.Copy(io.Discard, stream) // the verb must not block on what is not decoded any more
	if file != nil {
		if failed := errors.Join(copied.err, file.Close()); failed != nil {
			err = errors.Join(err, &ArtifactError{failed})
		}
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.err = err
}

func (c *hostCapture) readPackets(stream io.Reader) error {
	reader, err := wire.NewReader(stream)
	if err != nil {
		return err
	}
	for {
		p, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if c.keep != nil {
			c.keep(c.name, p.Interface, reader.Frame(&p))
			continue
		}
		c.mutex.Lock()
		c.all.Keep(p, reader.Payload())
		close(c.changed)
		c.changed = make(chan struct{})
		c.mutex.Unlock()
	}
}

func (c *hostCapture) change() <-chan struct{} {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.changed
}

// seen is what was captured at an interface so far. Its payloads are a copy, because more may come.
func (c *hostCapture) seen(iface string) wire.Trace {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	t := c.all.On(iface)
	t.Payloads = maps.Clone(t.Payloads)
	return t
}

func (c *hostCapture) stop(ctx context.Context) error {
	err := c.verb.Stop(ctx)
	if errors.Is(err, lab.ErrHostStopped) {
		err = nil // it was switched off meanwhile, and what it had seen is here
	}
	<-c.decoded
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return errors.Join(err, c.err)
}

// ArtifactError is the failure to keep a run's files, such as a full disk.
type ArtifactError struct{ Err error }

func (e *ArtifactError) Error() string {
	if taken, ok := errors.AsType[*safefile.TakenError](e.Err); ok {
		return "write artifacts: " + taken.Error()
	}
	return fmt.Sprintf("write artifacts: %v; make room or choose another folder", e.Err)
}

func (e *ArtifactError) Unwrap() error { return e.Err }

// stickyWriter stops writing after the first error and keeps it, without telling the one who writes.
type stickyWriter struct {
	w   io.Writer
	err error
}

func (s *stickyWriter) Write(p []byte) (int, error) {
	if s.err == nil {
		_, s.err = s.w.Write(p)
	}
	return len(p), nil
}
