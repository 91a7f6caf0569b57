package halfopen

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tcplab/tcplab/wire/signature"
)

// bound says when a timer ends a wait.
type bound struct {
	// formula is in the names of the settings.
	formula string
	// at is when that is, from the beginning of the call, by the settings and by what was seen.
	at func(values, seen) time.Duration
	// ok says that the wait ends with an answer, and none that there is no wait.
	ok, none bool
}

// The bounds. What a formula counts from, the packets tell.
var (
	connectBound  = bound{formula: "connect timeout", at: func(v values, _ seen) time.Duration { return v.deadline }}
	readBound     = bound{formula: "read deadline", at: connectBound.at}
	writeBound    = bound{formula: "write deadline", at: connectBound.at}
	callBound     = bound{formula: "deadline", at: connectBound.at}
	synBound      = bound{formula: "the sum of the SYN's timeouts (`tcp_syn_retries`)", at: func(v values, _ seen) time.Duration { return synGiveUp(v.sysctls) }}
	synUserBound  = bound{formula: "the greater of TCP_USER_TIMEOUT and the first SYN timeout (1 s)", at: func(v values, _ seen) time.Duration { return max(v.userTimeout, signature.InitialRTO) }}
	dataBound     = bound{formula: "the first timeout of data at which `tcp_retries2` is reached", at: func(v values, s seen) time.Duration { return s.firstTimeout() + dataGiveUp(retries(v.sysctls)) }}
	userBound     = bound{formula: "the first timeout of data, and then TCP_USER_TIMEOUT", at: func(v values, s seen) time.Duration { return s.firstTimeout() + v.userTimeout }}
	windowBound   = bound{formula: "the first probe of the closed window, and then TCP_USER_TIMEOUT", at: func(v values, s seen) time.Duration { return first(s.Probes) + v.userTimeout }}
	keepBound     = bound{formula: "last segment heard + TCP_KEEPIDLE + TCP_KEEPINTVL × TCP_KEEPCNT", at: func(v values, s seen) time.Duration { return s.LastHeard + keepAliveGivesUp(v) }}
	keepUserBound = bound{formula: "last segment heard + TCP_USER_TIMEOUT, rounded up to the next probe", at: func(v values, s seen) time.Duration { return s.LastHeard + keepAliveMeetsUser(v) }}
	pingBound     = bound{formula: "last frame heard + ping interval + ping timeout", at: func(v values, s seen) time.Duration { return s.LastAnswer + 2*v.ping }}
	healthBound   = bound{formula: "interval + deadline", at: func(v values, _ seen) time.Duration { return 2 * v.check }}
	healedBound   = bound{formula: "the first retransmission after the path has healed", at: func(_ values, s seen) time.Duration { return max(last(s.Retransmissions), healsAfter) }, ok: true}
	avoidedBound  = bound{formula: "there is no wait: the connection was kept in the NAT's memory", at: func(values, seen) time.Duration { return 0 }, ok: true, none: true}
	replacedBound = bound{formula: "there is no wait: the pool made a new connection", at: avoidedBound.at, ok: true, none: true}
)

// slack is by how much a wait may end after its bound; before it, it may end by early. A kernel's timer may be late by an eighth.
type slack func(at time.Duration) (late time.Duration)

const early = 50 * time.Millisecond

// busy is the slack of a machine that does other things as well. strict is that of what is recorded: it tells the formulas from each other.
var (
	busy   slack = func(at time.Duration) time.Duration { return 600*time.Millisecond + at/8 }
	strict slack = func(at time.Duration) time.Duration { return 100*time.Millisecond + at/16 }
)

// and is the slack of a machine that was so late.
func (s slack) and(late time.Duration) slack {
	return func(at time.Duration) time.Duration { return s(at) + late }
}

// keepAliveGivesUp is after how long without an answer keep-alive gives up.
func keepAliveGivesUp(v values) time.Duration {
	return v.keepAlive.Idle + time.Duration(v.keepAlive.Count)*v.keepAlive.Interval
}

// keepAliveMeetsUser is the same where TCP_USER_TIMEOUT is set, too: it takes the place of the count, is looked at when a probe is due, and
// waits for one probe at least.
func keepAliveMeetsUser(v values) time.Duration {
	probes := 1
	for v.keepAlive.Idle+time.Duration(probes)*v.keepAlive.Interval < v.userTimeout {
		probes++
	}
	return v.keepAlive.Idle + time.Duration(probes)*v.keepAlive.Interval
}

// synGiveUp is after how long a connect gives up that nobody answers.
func synGiveUp(sysctls map[string]string) time.Duration {
	schedule, err := signature.SYNSchedule(sysctls, signature.InitialRTO)
	if err != nil {
		panic(err) // the sysctls are ours
	}
	return schedule.GiveUp
}

// The kernel's limits of a retransmission timeout: TCP_RTO_MIN and TCP_RTO_MAX.
const (
	leastTimeout = 200 * time.Millisecond
	mostTimeout  = 120 * time.Second
)

const retries2 = "net.ipv4.tcp_retries2"

func retries(sysctls map[string]string) int {
	n, err := strconv.Atoi(sysctls[retries2])
	if err != nil {
		panic(err) // the sysctls are ours
	}
	return n
}

// patience is for how long data must have been sent again before the kernel gives up: what so many retransmissions take of which the first comes
// after the least timeout (tcp_model_timeout in net/ipv4/tcp_timer.c).
func patience(retries int) (d time.Duration) {
	for timeout := leastTimeout; retries >= 0; retries-- {
		d += timeout
		timeout = min(2*timeout, mostTimeout)
	}
	return d
}

// dataGiveUp is for how long after the first timeout the kernel waits until it gives up: until the first timeout that comes when its patience is over.
func dataGiveUp(retries int) (d time.Duration) {
	for timeout := 2 * leastTimeout; d < patience(retries); timeout = min(2*timeout, mostTimeout) {
		d += timeout
	}
	return d
}

func first(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	return list[0]
}

func last(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1]
}

// broken says what is wrong with a cell by the bound; empty: nothing.
func (b bound) broken(v values, c cell, by slack) string {
	end := "error"
	if b.ok {
		end = "ok"
	}
	if c.End != end {
		return fmt.Sprintf("it ends with %q, and must end with %q", c.End, end)
	}
	at := b.at(v, c.Seen)
	if c.Elapsed < at-early || c.Elapsed > at+by(at) {
		return fmt.Sprintf("it ends after %.2f s, and by the formula (%s) after %.2f s", c.Elapsed.Seconds(), b.formula, at.Seconds())
	}
	return ""
}

// The formulas come to what the documents of the kernel say of its defaults.
func TestFormulasOfTheDefaults(t *testing.T) {
	assert.Equal(t, 924600*time.Millisecond, patience(15), "ip-sysctl: the default of tcp_retries2, 15, is a hypothetical timeout of 924.6 s")
	assert.Equal(t, 127*time.Second, synGiveUp(map[string]string{"net.ipv4.tcp_syn_retries": "6"}), "ip-sysctl: with an initial RTO of 1 s, 127 s")
	assert.Equal(t, 2*time.Hour+11*time.Minute+15*time.Second, keepAliveGivesUp(kernelDefaults), "ip-sysctl: 2 hours, and then 75 s × 9")
}

// A bound is missed by a wait that ends too early, too late, or otherwise.
func TestABoundCanBeMissed(t *testing.T) {
	v := values{deadline: second}
	ended := func(end string, after time.Duration) string {
		return readBound.broken(v, cell{End: end, Elapsed: after}, strict)
	}
	assert.Empty(t, ended("error", second))
	assert.Equal(t, "it ends after 0.80 s, and by the formula (read deadline) after 1.00 s", ended("error", 800*time.Millisecond))
	assert.NotEmpty(t, ended("error", 1200*time.Millisecond))
	assert.NotEmpty(t, ended("waiting", limit))
	assert.Empty(t, readBound.broken(v, cell{End: "error", Elapsed: 2 * second}, busy.and(second)), "the machine was late")
	assert.NotEmpty(t, ended("ok", second))
}

// TCP_USER_TIMEOUT takes the place of the number of probes.
func TestKeepAliveMeetsUserTimeout(t *testing.T) {
	v := values{userTimeout: 1500 * time.Millisecond}
	v.keepAlive.Idle, v.keepAlive.Interval, v.keepAlive.Count = second, second, 9
	assert.Equal(t, 2*second, keepAliveMeetsUser(v))
	v.userTimeout = second / 2
	assert.Equal(t, 2*second, keepAliveMeetsUser(v), "one probe is sent at least")
	v.userTimeout = 3500 * time.Millisecond
	assert.Equal(t, 4*second, keepAliveMeetsUser(v))
}

// The kernel gives up at the first timeout that comes after its patience.
func TestDataGivesUp(t *testing.T) {
	assert.Equal(t, 1400*time.Millisecond, patience(2))
	assert.Equal(t, (400+800+1600)*time.Millisecond, dataGiveUp(2))
	s := seen{Retransmissions: []time.Duration{204 * time.Millisecond, 412 * time.Millisecond, 828 * time.Millisecond}}
	assert.Equal(t, 412*time.Millisecond, s.firstTimeout(), "the first copy is a tail loss probe")
}
