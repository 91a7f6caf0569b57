package drivers

import (
	"context"
	"net"
	"os"
	"sync"
	"time"

	"github.com/tcplab/tcplab/labtest"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// kafkaBroker is kfake, the broker that franz-go's own tests use: it speaks Kafka's protocol and keeps its log in files, and is no Apache
// Kafka.
type kafkaBroker struct{}

func (kafkaBroker) programs() []string { return nil }

func (kafkaBroker) version() string { return "kfake " + required("github.com/twmb/franz-go/pkg/kfake") }

func (kafkaBroker) prepare(context.Context, *labtest.Lab) error { return nil } // each broker has the topic

// topic is where the requests are, in one partition.
const topic = "calls"

func (kafkaBroker) serve() (labtest.Server, func(context.Context, *labtest.Lab, string) (int, error)) {
	dir, err := os.MkdirTemp(scratch, "kafka") // a broker that is started again has the log of the one before
	if err != nil {
		panic(err)
	}
	return labtest.Function(func(l net.Listener) error {
		own := &advertised{Listener: l, ended: make(chan struct{})}
		broker, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.DataDir(dir), kfake.SeedTopics(1, topic),
			kfake.ListenFn(func(string, string) (net.Listener, error) { return own, nil }))
		if err != nil {
			return err
		}
		<-own.ended
		broker.Close()
		return nil
	}).On(9092), inTopic
}

// advertised is a listener whose address is the one at which a client has found it: a broker tells that to its clients, who then connect there.
type advertised struct {
	net.Listener
	ended chan struct{}

	mutex sync.Mutex
	addr  net.Addr
}

func (a *advertised) Accept() (net.Conn, error) {
	conn, err := a.Listener.Accept()
	if err != nil {
		close(a.ended) // kfake accepts no more then
		return nil, err
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.addr = conn.LocalAddr()
	return conn, nil
}

func (a *advertised) Addr() net.Addr {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.addr == nil {
		return a.Listener.Addr()
	}
	return a.addr
}

// inTopic counts the records of an id. It reads up to one of its own, which is the last.
func inTopic(ctx context.Context, l *labtest.Lab, id string) (n int, err error) {
	const last = "the last"
	client, err := kgo.NewClient(kgo.SeedBrokers(l.Target()), kgo.Dialer(l.Dial),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		return 0, err
	}
	defer client.Close()
	if err := client.ProduceSync(ctx, message(last)).FirstErr(); err != nil {
		return 0, err
	}
	for {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return 0, err
		}
		for _, r := range fetches.Records() {
			switch string(r.Value) {
			case id:
				n++
			case last:
				return n, nil
			}
		}
	}
}

func message(text string) *kgo.Record { return &kgo.Record{Topic: topic, Value: []byte(text)} }

// kafkaClient is franz-go, whose request is a record that the broker acknowledges.
type kafkaClient struct{ *kgo.Client }

func (k kafkaClient) call(ctx context.Context, id string, _ bool) error {
	return k.ProduceSync(ctx, message(id)).FirstErr()
}

func (k kafkaClient) close() { k.Client.Close() }

func openKafka(options ...kgo.Opt) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client {
		// The timeout is that of franz-go's own dialer.
		own := dialer(l, 10*time.Second, net.KeepAliveConfig{Enable: true})
		c, err := kgo.NewClient(append(options, kgo.SeedBrokers(l.Target()), kgo.Dialer(own.DialContext))...)
		if err != nil {
			panic(err)
		}
		return kafkaClient{c}
	}
}

const kafkaModule = "github.com/twmb/franz-go"

var _ = register(
	driver{name: "franz-go", module: kafkaModule, background: true, prompt: true, server: kafkaBroker{}, open: openKafka()},
	driver{name: "franz-go", tuned: "`RecordDeliveryTimeout` 5 s, `AllowIdempotentProduceCancellation`, `ProduceRequestTimeout` and `RequestTimeoutOverhead` 2 s",
		module: kafkaModule, background: true, prompt: true, server: kafkaBroker{},
		open: openKafka(kgo.RecordDeliveryTimeout(5*time.Second), kgo.AllowIdempotentProduceCancellation(), kgo.ProduceRequestTimeout(2*time.Second), kgo.RequestTimeoutOverhead(2*time.Second))},
)
