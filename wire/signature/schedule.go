package signature

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Schedule is when a kernel sends the SYNs of a connect that nobody answers.
type Schedule struct {
	// Gaps are the times between one SYN and the next.
	Gaps []time.Duration
	// GiveUp is the time from the first SYN until connect fails with ETIMEDOUT.
	GiveUp time.Duration
}

// InitialRTO is the time after which a SYN is sent again for the first time: TCP_TIMEOUT_INIT, RFC 6298 section 2.1.
const InitialRTO = time.Second

const (
	// maxRTO is TCP_RTO_MAX, the default of net.ipv4.tcp_rto_max_ms.
	maxRTO = 120 * time.Second
	// maxRetries is MAX_TCP_SYNCNT, the most that either sysctl can be.
	maxRetries = 127
)

// The sysctls that the schedule depends on.
const (
	synRetries        = "net.ipv4.tcp_syn_retries"
	synLinearTimeouts = "net.ipv4.tcp_syn_linear_timeouts" // since Linux 6.5
	rtoMax            = "net.ipv4.tcp_rto_max_ms"          // since Linux 6.15
)

// SYNSchedule computes the schedule from the sysctls of the client's network namespace and the initial timeout, which is
// [InitialRTO] unless a BPF program has told the kernel otherwise. net.ipv4.tcp_syn_retries must
// be among them; net.ipv4.tcp_syn_linear_timeouts counts as 0 when absent, as on kernels that lack it, and
// net.ipv4.tcp_rto_max_ms as 120000.
//
// The linear timeouts come on top of the retries (tcp_write_timeout in net/ipv4/tcp_timer.c): the timeout is doubled
// at each retransmission but for the first so many.
func SYNSchedule(sysctls map[string]string, initial time.Duration) (Schedule, error) {
	retries, err := number(sysctls, synRetries, "", 1, maxRetries)
	if err != nil {
		return Schedule{}, err
	}
	linear, err := number(sysctls, synLinearTimeouts, "0", 0, maxRetries)
	if err != nil {
		return Schedule{}, err
	}
	limit, err := number(sysctls, rtoMax, strconv.FormatInt(maxRTO.Milliseconds(), 10), 1000, int(maxRTO.Milliseconds()))
	if err != nil {
		return Schedule{}, err
	}
	var s Schedule
	timeout := initial
	for sent := range linear + retries {
		s.Gaps = append(s.Gaps, timeout)
		s.GiveUp += timeout
		if sent+1 > linear {
			timeout = min(2*timeout, time.Duration(limit)*time.Millisecond)
		}
	}
	s.GiveUp += timeout
	return s, nil
}

func number(sysctls map[string]string, key, absent string, least, most int) (int, error) {
	text, ok := sysctls[key]
	if !ok {
		text = absent
	}
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("signature: SYN schedule: %s must be a number from %d to %d, is %q", key, least, most, text)
	}
	return n, nil
}

// SYNs is the number of SYNs sent before the kernel gives up.
func (s Schedule) SYNs() int { return len(s.Gaps) + 1 }

// SYNsWithin is the number of SYNs sent by a client that gives up by itself after the timeout. A SYN that is due at
// that very moment is not among them: retransmission timers are late.
func (s Schedule) SYNsWithin(timeout time.Duration) int {
	n, at := 1, time.Duration(0)
	for _, gap := range s.Gaps {
		if at += gap; at >= timeout {
			break
		}
		n++
	}
	return n
}
