package halfopen

import (
	"net"
	"net/http"
	"time"

	"github.com/tcplab/tcplab/labtest"
)

// values are what the timers are set to.
type values struct {
	// deadline is the connect timeout, and each deadline of a call.
	deadline    time.Duration
	keepAlive   net.KeepAliveConfig
	userTimeout time.Duration
	// ping is both how long a connection is silent before a PING, and how long its answer may take.
	ping time.Duration
	// pooled is how long a connection may be idle, or live, in a pool.
	pooled time.Duration
	// check is both the interval and the deadline of a health check.
	check time.Duration
	// sysctls are those of the client's kernel that are lowered where no timer is set.
	sysctls map[string]string
}

const second = time.Second

// recordedValues are those of the table.
var recordedValues = values{
	deadline: second, userTimeout: 1500 * time.Millisecond, ping: second, pooled: 2 * second, check: second / 2,
	keepAlive: net.KeepAliveConfig{Enable: true, Idle: second, Interval: second, Count: 2},
	sysctls:   map[string]string{"net.ipv4.tcp_syn_retries": "1", retries2: "2"},
}

// kernelDefaults are those of Linux.
var kernelDefaults = values{
	keepAlive: net.KeepAliveConfig{Enable: true, Idle: 7200 * second, Interval: 75 * second, Count: 9},
	sysctls:   map[string]string{"net.ipv4.tcp_syn_retries": "6", "net.ipv4.tcp_syn_linear_timeouts": "4", retries2: "15"},
}

// timer is a column of the table.
type timer struct {
	name string
	// set names the setting, with its value.
	set  string
	open func(*labtest.Lab, values) client
	// tls says that the server speaks HTTP/2 over TLS.
	tls bool
	// alone says that no timer is set: the kernel's own are lowered.
	alone bool
	// ends has the moments whose wait it ends, and lasts the others, with the reason.
	ends  map[string]bound
	lasts map[string]why
}

var timers = []timer{
	{name: "none", set: "no timer: the kernel's `tcp_syn_retries` is 1, `tcp_retries2` is 2", alone: true, open: socketWith(func(values) settings { return settings{} }),
		ends:  map[string]bound{"syn-dropped": synBound, "gone-unacked": dataBound, "forgotten": dataBound, "heals": healedBound},
		lasts: map[string]why{"silent-at-first": allIsAcked, "gone-acked": allIsAcked, "frozen": allIsAcked, "zero-window": windowAnswers}},
	{name: "connect timeout", set: "1 s", open: socketWith(func(v values) settings { return settings{connect: v.deadline} }),
		ends:  map[string]bound{"syn-dropped": connectBound, "heals": healedBound},
		lasts: map[string]why{"silent-at-first": connected, "gone-unacked": wasConnected, "gone-acked": wasConnected, "frozen": wasConnected, "zero-window": wasConnected, "forgotten": wasConnected}},
	{name: "read deadline", set: "1 s", open: socketWith(func(v values) settings { return settings{read: v.deadline} }),
		ends:  map[string]bound{"silent-at-first": readBound, "gone-unacked": readBound, "gone-acked": readBound, "frozen": readBound, "forgotten": readBound, "heals": readBound},
		lasts: map[string]why{"syn-dropped": notConnected, "zero-window": writing}},
	{name: "write deadline", set: "1 s", open: socketWith(func(v values) settings { return settings{write: v.deadline} }),
		ends:  map[string]bound{"zero-window": writeBound, "heals": healedBound},
		lasts: map[string]why{"syn-dropped": notConnected, "silent-at-first": written, "gone-unacked": written, "gone-acked": written, "frozen": written, "forgotten": written}},
	{name: "keep-alive", set: "`TCP_KEEPIDLE` 1 s, `TCP_KEEPINTVL` 1 s, `TCP_KEEPCNT` 2", open: socketWith(func(v values) settings { return settings{keepAlive: v.keepAlive} }),
		ends:  map[string]bound{"gone-acked": keepBound, "forgotten": avoidedBound, "heals": healedBound},
		lasts: map[string]why{"syn-dropped": notConnected, "silent-at-first": probesAnswer, "gone-unacked": probesAreHeld, "frozen": probesAnswer, "zero-window": windowAnswers}},
	{name: "TCP_USER_TIMEOUT", set: "1.5 s", open: socketWith(func(v values) settings { return settings{userTimeout: v.userTimeout} }),
		ends:  map[string]bound{"syn-dropped": synUserBound, "gone-unacked": userBound, "zero-window": windowBound, "forgotten": userBound, "heals": userBound},
		lasts: map[string]why{"silent-at-first": acked, "gone-acked": acked, "frozen": acked}},
	{name: "keep-alive and TCP_USER_TIMEOUT", set: "both of these", open: socketWith(func(v values) settings { return settings{keepAlive: v.keepAlive, userTimeout: v.userTimeout} }),
		ends:  map[string]bound{"syn-dropped": synUserBound, "gone-unacked": userBound, "gone-acked": keepUserBound, "zero-window": windowBound, "forgotten": avoidedBound, "heals": userBound},
		lasts: map[string]why{"silent-at-first": probesAnswer, "frozen": probesAnswer}},
	{name: "HTTP/2 PING", set: "after 1 s without a frame, answered within 1 s", tls: true, open: pinging,
		ends:  map[string]bound{"gone-unacked": pingBound, "gone-acked": pingBound, "frozen": pingBound, "zero-window": pingBound, "forgotten": avoidedBound, "heals": pingBound},
		lasts: map[string]why{"syn-dropped": notConnected, "silent-at-first": tlsFirst}},
	{name: "pool's idle time", set: "2 s", open: pooledWith(func(p *pool, v values) { p.SetConnMaxIdleTime(v.pooled) }), ends: pools, lasts: poolsWait},
	{name: "pool's lifetime", set: "2 s", open: pooledWith(func(p *pool, v values) { p.SetConnMaxLifetime(v.pooled) }), ends: pools, lasts: poolsWait},
	{name: "health check", set: "a request on a new connection, each 0.5 s, answered within 0.5 s; one that fails ends the call", open: checking,
		ends:  map[string]bound{"syn-dropped": healthBound, "silent-at-first": healthBound, "gone-unacked": healthBound, "gone-acked": healthBound, "frozen": healthBound, "heals": healthBound},
		lasts: map[string]why{"zero-window": newIsServed, "forgotten": newIsServed}},
	{name: "deadline of the call", set: "1 s, for connecting, writing and reading together", open: socketWith(func(v values) settings { return settings{call: v.deadline} }),
		ends: map[string]bound{"syn-dropped": callBound, "silent-at-first": callBound, "gone-unacked": callBound, "gone-acked": callBound, "frozen": callBound, "zero-window": callBound, "forgotten": callBound, "heals": callBound}},
}

// What a pool does for connections, it does while they are idle.
var (
	pools     = map[string]bound{"forgotten": replacedBound, "heals": healedBound}
	poolsWait = map[string]why{"syn-dropped": notConnected, "silent-at-first": notPooled, "gone-unacked": inUse, "gone-acked": inUse, "frozen": inUse, "zero-window": inUse}
)

func socketWith(set func(values) settings) func(*labtest.Lab, values) client {
	return func(l *labtest.Lab, v values) client { return openSocket(l, set(v)) }
}

func pooledWith(set func(*pool, values)) func(*labtest.Lab, values) client {
	return func(l *labtest.Lab, v values) client {
		p := openPool(l)
		set(p, v)
		return p
	}
}

func pinging(l *labtest.Lab, v values) client {
	return openWeb(l, "https", &http.Transport{ForceAttemptHTTP2: true, HTTP2: &http.HTTP2Config{SendPingTimeout: v.ping, PingTimeout: v.ping}})
}

func checking(l *labtest.Lab, v values) client {
	check := openWeb(l, "http", &http.Transport{DisableKeepAlives: true})
	check.Timeout = v.check
	return &checked{openSocket(l, settings{}), check, v.check}
}
