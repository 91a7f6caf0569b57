package drivers

import (
	"context"
	"errors"
	"net"
	"regexp"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/tcplab/tcplab/labtest"
)

// rabbitMQ is RabbitMQ of Debian, with a durable queue that keeps each request.
type rabbitMQ struct{}

// rabbitPath is the server's own script: the one in /usr/sbin becomes another user first.
const rabbitPath = "/usr/lib/rabbitmq/bin/rabbitmq-server"

func (rabbitMQ) programs() []string { return []string{rabbitPath, "epmd"} }

// rabbitLine starts the broker without plugins, and with all its files in the lab's folder. Its node is known to the epmd of the lab's loopback
// alone. The user guest may come from another host, which it may not by default.
const rabbitLine = `mkdir -p $DIR/home
cat >$DIR/rabbitmq.conf <<END
listeners.tcp.1 = $HOST:$PORT
loopback_users = none
log.console = true
log.file = false
END
: >$DIR/plugins
export HOME=$DIR/home ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_NODENAME=lab@localhost RABBITMQ_CONFIG_FILE=$DIR/rabbitmq.conf RABBITMQ_MNESIA_BASE=$DIR/mnesia
export RABBITMQ_LOG_BASE=$DIR/log RABBITMQ_ENABLED_PLUGINS_FILE=$DIR/plugins RABBITMQ_PID_FILE=$DIR/pid RABBITMQ_CONF_ENV_FILE=/dev/null
exec ` + rabbitPath

func (rabbitMQ) serve() (labtest.Server, func(context.Context, *labtest.Lab, string) (int, error)) {
	return labtest.Shell(rabbitLine).On(5672).WhenPrinted(regexp.MustCompile("Server startup complete")), func(ctx context.Context, l *labtest.Lab, id string) (n int, err error) {
		return n, inQueue(l, func(ch *amqp.Channel) error {
			for {
				message, more, err := ch.Get(queue, false) // what is not acknowledged stays
				if err != nil || !more {
					return err
				}
				if string(message.Body) == id {
					n++
				}
			}
		})
	}
}

// version is that in the name of a folder: the program that prints it takes seconds for that.
func (rabbitMQ) version() string { return "RabbitMQ " + printed("ls", "/usr/lib/rabbitmq/lib") }

// queue is where the requests are.
const queue = "calls"

func (rabbitMQ) prepare(_ context.Context, l *labtest.Lab) error {
	return inQueue(l, func(ch *amqp.Channel) error {
		_, err := ch.QueueDeclare(queue, true, false, false, false, nil)
		return err
	})
}

// inQueue has a connection of its own, which is none of the driver's.
func inQueue(l *labtest.Lab, do func(*amqp.Channel) error) error {
	conn, err := amqp.DialConfig("amqp://"+l.Target(), amqp.Config{Dial: dialAMQP(l, 5*time.Second)})
	if err != nil {
		return err
	}
	defer conn.Close()
	ch, err := conn.Channel()
	if err != nil {
		return err
	}
	return do(ch)
}

// dialAMQP is amqp.DefaultDial in the lab: the timeout is that of the connection, and once more that of the handshake of AMQP.
func dialAMQP(l *labtest.Lab, timeout time.Duration) func(network, address string) (net.Conn, error) {
	own := dialer(l, timeout, net.KeepAliveConfig{Enable: true})
	return func(network, address string) (net.Conn, error) {
		conn, err := own.Dial(network, address)
		if err != nil {
			return nil, err
		}
		return conn, conn.SetDeadline(time.Now().Add(timeout))
	}
}

// amqpClient is amqp091-go, whose request is a persistent message that the broker confirms. The library does not connect anew unless Recovery
// is set: its comment on NotifyClose says to "re-run your setup process". Here the next call does that, where the connection is closed.
type amqpClient struct {
	lab     *labtest.Lab
	timeout time.Duration
	config  amqp.Config

	mutex   sync.Mutex
	conn    *amqp.Connection
	channel *amqp.Channel
}

// ready is the channel to publish on.
func (a *amqpClient) ready() (*amqp.Channel, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.conn != nil && (a.config.Recovery != nil || !a.conn.IsClosed()) {
		return a.channel, nil
	}
	config := a.config
	config.Dial = dialAMQP(a.lab, a.timeout)
	conn, err := amqp.DialConfig("amqp://"+a.lab.Target(), config)
	if err != nil {
		return nil, err
	}
	channel, err := conn.Channel()
	if err == nil {
		err = channel.Confirm(false)
	}
	if err != nil {
		_ = conn.Close() // what it says of a broken connection is no news
		return nil, err
	}
	a.conn, a.channel = conn, channel
	return channel, nil
}

// errUnconfirmed is the driver's own. The library says the same, false and no error, of a message that the broker has refused and of one whose
// connection has been closed.
var errUnconfirmed = errors.New("not confirmed (WaitContext returns false and no error)")

func (a *amqpClient) call(ctx context.Context, id string, _ bool) error {
	channel, err := a.ready()
	if err != nil {
		return err
	}
	message := amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte(id)}
	confirmation, err := channel.PublishWithDeferredConfirmWithContext(ctx, "", queue, false, false, message)
	if err != nil {
		return err
	}
	confirmed, err := confirmation.WaitContext(ctx)
	if err == nil && !confirmed {
		err = errUnconfirmed
	}
	return err
}

func (a *amqpClient) close() {
	if a.conn != nil {
		_ = a.conn.Close() // what it says of a broken connection is no news
	}
}

func openAMQP(timeout time.Duration, config amqp.Config) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client { return &amqpClient{lab: l, timeout: timeout, config: config} }
}

const amqpModule = "github.com/rabbitmq/amqp091-go"

// The timeout of the default is that of DialConfig, 30 s.
var _ = register(
	driver{name: "amqp091-go", module: amqpModule, heartbeats: true, prompt: true, server: rabbitMQ{}, open: openAMQP(30*time.Second, amqp.Config{})},
	driver{name: "amqp091-go", tuned: "`Heartbeat` 5 s, `connection_timeout=3000`", module: amqpModule, heartbeats: true, prompt: true, server: rabbitMQ{},
		open: openAMQP(3*time.Second, amqp.Config{Heartbeat: 5 * time.Second})},
	driver{name: "amqp091-go with Recovery", module: amqpModule, background: true, heartbeats: true, prompt: true, server: rabbitMQ{},
		open: openAMQP(30*time.Second, amqp.Config{Recovery: &amqp.Recovery{}})},
)
