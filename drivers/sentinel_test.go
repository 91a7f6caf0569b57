package drivers

import (
	"context"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/tcplab/tcplab/labtest"
)

// sentinel is a Redis Sentinel with the one redis-server that it watches, on one host: a failure meets both.
type sentinel struct{ redisServer }

// master is the name that the Sentinel has for its redis-server.
const master = "lab"

func (sentinel) version() string { return redisServer{}.version() + " with Sentinel" }

func (sentinel) serve() (labtest.Server, func(context.Context, *labtest.Lab, string) (int, error)) {
	s := labtest.Shell(`mkdir -p $DIR/db
redis-server --port 6379 --bind $HOST --dir $DIR/db --protected-mode no --save "" --appendonly yes &
echo "sentinel monitor ` + master + ` $HOST 6379 1" >$DIR/sentinel.conf
exec redis-server $DIR/sentinel.conf --sentinel --port $PORT --bind $HOST --dir $DIR --protected-mode no`)
	return s.On(26379, 6379), func(ctx context.Context, l *labtest.Lab, id string) (int, error) {
		return incremented(ctx, l, strings.Replace(l.Target(), ":26379", ":6379", 1), id)
	}
}

func openSentinel(tune func(*redis.FailoverOptions)) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client {
		options := &redis.FailoverOptions{MasterName: master, SentinelAddrs: []string{l.Target()}}
		tune(options)
		options.Dialer = dialer(l, 5*time.Second, net.KeepAliveConfig{Enable: true, Idle: 5 * time.Minute}).DialContext // as openGoRedis has it
		return goRedis{redis.NewFailoverClient(options)}
	}
}

var _ = register(
	driver{name: "go-redis with Sentinel", module: "github.com/redis/go-redis/v9", background: true, server: sentinel{}, open: openSentinel(func(*redis.FailoverOptions) {})},
	driver{name: "go-redis with Sentinel", tuned: "`MaxRetries: -1`", module: "github.com/redis/go-redis/v9", background: true, server: sentinel{},
		open: openSentinel(func(o *redis.FailoverOptions) { o.MaxRetries = -1 })},
)
