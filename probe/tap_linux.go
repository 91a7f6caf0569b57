package probe

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/wire"
)

// tap is a capture at the interface of a route, of which one flow's packets are kept.
type tap struct {
	end  *io.PipeWriter // the capture ends in good order when its input does
	done chan error
}

// startTap returns when every packet from now on is seen.
func startTap(ctx context.Context, route ChosenRoute, f *flow) (*tap, error) {
	if !route.ethernet {
		return nil, errors.New("the interface " + route.Interface + " has no Ethernet header, which the capture needs")
	}
	in, end := io.Pipe()
	out, file := io.Pipe()
	t := &tap{end: end, done: make(chan error, 2)}
	said := &sentence{ready: make(chan struct{})}
	go func() {
		streams := agent.Streams{Stdin: in, Stdout: file, Stderr: said, Namespace: &agent.Namespace{}}
		var err error
		if agent.Run(ctx, streams, verb(agent.CaptureVerb(route.Interface))) != 0 {
			err = errors.New(said.last())
		}
		_ = file.Close()
		_ = in.Close() // whoever waits for the end of the input is done, too
		t.done <- err
	}()
	read := make(chan error, 1)
	go func() { read <- f.read(out) }()
	select {
	case <-said.ready:
		go func() { t.done <- <-read }()
		return t, nil
	case err := <-t.done:
		return nil, err
	}
}

// stop ends the capture; the flow then has every packet that had arrived.
func (t *tap) stop() error {
	_ = t.end.Close()
	return errors.Join(<-t.done, <-t.done)
}

// read takes the flow's packets out of a capture, to its end.
func (f *flow) read(capture *io.PipeReader) error {
	defer capture.Close()
	reader, err := wire.NewReader(capture)
	var p wire.Packet
	for err == nil {
		if err = reader.Read(&p); err == nil {
			f.take(p)
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// sentence is the standard error of a verb: first, perhaps, that it works, and at last why it does not.
type sentence struct {
	text  bytes.Buffer
	ready chan struct{}
	works bool
}

func (s *sentence) Write(p []byte) (int, error) {
	if !s.works && strings.TrimSpace(string(p)) == lab.Ready {
		s.works = true
		close(s.ready)
		return len(p), nil
	}
	return s.text.Write(p)
}

// last is what the verb said of its failure, without its name. It is to be read when the verb has ended.
func (s *sentence) last() string {
	return strings.TrimPrefix(strings.TrimSpace(s.text.String()), "tcplab host capture: ")
}
