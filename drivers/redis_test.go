package drivers

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/tcplab/tcplab/labtest"
)

// redisServer is redis-server of Debian, which writes each request down before it answers (appendonly).
type redisServer struct{}

func (redisServer) programs() []string { return []string{"redis-server"} }

func (redisServer) version() string { return "redis-server " + printed("redis-server", "--version") }

func (redisServer) prepare(context.Context, *labtest.Lab) error { return nil }

func (redisServer) serve() (labtest.Server, func(context.Context, *labtest.Lab, string) (int, error)) {
	s := labtest.Command("redis-server", "--port", "$PORT", "--bind", "$HOST", "--dir", "$DIR", "--protected-mode", "no", "--save", "", "--appendonly", "yes")
	return s.On(6379), func(ctx context.Context, l *labtest.Lab, id string) (int, error) {
		return incremented(ctx, l, l.Target(), id)
	}
}

// incremented asks on a connection of its own, which is none of the driver's.
func incremented(ctx context.Context, l *labtest.Lab, address, id string) (int, error) {
	db := redis.NewClient(&redis.Options{Addr: address, Dialer: l.Dial})
	defer db.Close()
	n, err := db.Get(ctx, id).Int()
	if err == redis.Nil {
		return 0, nil
	}
	return n, err
}

// slowIncrement is a script that counts the request, and keeps the server busy.
var slowIncrement = fmt.Sprintf(`local function now() local t = redis.call('time') return t[1] * 1000000 + t[2] end
local stop = now() + %d
while now() < stop do end
return redis.call('incr', KEYS[1])`, slowly.Microseconds())

// goRedis is redis/go-redis.
type goRedis struct{ db *redis.Client }

func (r goRedis) call(ctx context.Context, id string, slow bool) error {
	if slow {
		return r.db.Eval(ctx, slowIncrement, []string{id}).Err()
	}
	return r.db.Incr(ctx, id).Err()
}

func (r goRedis) close() { _ = r.db.Close() } // what it says of a broken connection is no news

func openGoRedis(tune func(*redis.Options)) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client {
		options := &redis.Options{Addr: l.Target()}
		tune(options)
		// redis.NewDialer has 5 s for DialTimeout.
		options.Dialer = dialer(l, 5*time.Second, net.KeepAliveConfig{Enable: true, Idle: 5 * time.Minute}).DialContext
		return goRedis{redis.NewClient(options)}
	}
}

var _ = register(
	driver{name: "go-redis", module: "github.com/redis/go-redis/v9", server: redisServer{}, open: openGoRedis(func(*redis.Options) {})},
	driver{name: "go-redis", tuned: "`MaxRetries: -1`", module: "github.com/redis/go-redis/v9", server: redisServer{}, open: openGoRedis(func(o *redis.Options) { o.MaxRetries = -1 })},
)
