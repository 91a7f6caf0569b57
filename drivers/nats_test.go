package drivers

import (
	"context"
	"net"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/tcplab/tcplab/labtest"
)

// natsServer is nats-server of Debian, with a stream that keeps each request.
type natsServer struct{}

func (natsServer) programs() []string { return []string{natsPath} }

// natsPath is where Debian has it: an ordinary user's PATH lacks that folder.
const natsPath = "/usr/sbin/nats-server"

// stream is the name of the stream, and of the subjects in it.
const stream = "calls"

func (natsServer) serve() (labtest.Server, func(context.Context, *labtest.Lab, string) (int, error)) {
	s := labtest.Command(natsPath, "-a", "$HOST", "-p", "$PORT", "-js", "-sd", "$DIR")
	return s.On(4222), func(ctx context.Context, l *labtest.Lab, id string) (n int, err error) {
		return n, withStream(l, func(js jetstream.JetStream) error {
			s, err := js.Stream(ctx, stream)
			if err != nil {
				return err
			}
			info, err := s.Info(ctx, jetstream.WithSubjectFilter(stream+"."+id))
			if err == nil {
				n = int(info.State.Subjects[stream+"."+id])
			}
			return err
		})
	}
}

func (natsServer) version() string { return "nats-server " + printed(natsPath, "--version") }

func (natsServer) prepare(ctx context.Context, l *labtest.Lab) error {
	return withStream(l, func(js jetstream.JetStream) error {
		_, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: stream, Subjects: []string{stream + ".*"}})
		return err
	})
}

// withStream has a connection of its own, which is none of the driver's.
func withStream(l *labtest.Lab, do func(jetstream.JetStream) error) error {
	n := &natsClient{lab: l}
	defer n.close()
	if err := n.connect(); err != nil {
		return err
	}
	return do(n.js)
}

// natsClient is nats.go, whose request is a message that the stream acknowledges. It connects with its first call.
type natsClient struct {
	lab  *labtest.Lab
	tune []nats.Option
	conn *nats.Conn
	js   jetstream.JetStream
}

func (n *natsClient) connect() (err error) {
	if n.conn != nil {
		return nil
	}
	// The timeout and the keep-alive are those of nats.go's own dialer.
	own := nats.Dialer(dialer(n.lab, nats.DefaultTimeout, net.KeepAliveConfig{Enable: true}))
	if n.conn, err = nats.Connect(n.lab.Target(), append(n.tune, own)...); err != nil {
		n.conn = nil
		return err
	}
	n.js, err = jetstream.New(n.conn)
	return err
}

func (n *natsClient) call(ctx context.Context, id string, _ bool) error {
	if err := n.connect(); err != nil {
		return err
	}
	_, err := n.js.Publish(ctx, stream+"."+id, nil)
	return err
}

func (n *natsClient) close() {
	if n.conn != nil {
		n.conn.Close()
	}
}

func openNATS(tune ...nats.Option) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client { return &natsClient{lab: l, tune: tune} }
}

var _ = register(
	driver{name: "nats.go", module: "github.com/nats-io/nats.go", background: true, prompt: true, server: natsServer{}, open: openNATS()},
	driver{name: "nats.go", tuned: "`PingInterval` 1 s, `MaxPingsOutstanding` 1", module: "github.com/nats-io/nats.go", background: true, prompt: true, server: natsServer{},
		open: openNATS(nats.PingInterval(time.Second), nats.MaxPingsOutstanding(1))},
)
