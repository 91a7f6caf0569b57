package trial

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
)

// ClientVerdict is on a client, in the words of the table.
type ClientVerdict string

// The verdicts, the worst first.
const (
	Hangs         ClientVerdict = "hangs"
	NoRecovery    ClientVerdict = "does not recover"
	NeverWorks    ClientVerdict = "fails while healthy"
	Unaware       ClientVerdict = "does not notice"
	GivesUpEarly  ClientVerdict = "gives up too early"
	Retries       ClientVerdict = "retries too often"
	EndsOtherwise ClientVerdict = "ends otherwise"
	OK            ClientVerdict = "ok"
	Skipped       ClientVerdict = "skipped"
)

var worstFirst = []ClientVerdict{Hangs, NoRecovery, NeverWorks, Unaware, GivesUpEarly, Retries, EndsOtherwise, OK, Skipped}

// Compare orders results: the worst first, and alike ones by their scenarios as they were.
func Compare(a, b *TrialResult) int {
	return slices.Index(worstFirst, a.Verdict) - slices.Index(worstFirst, b.Verdict)
}

// Demand is what a client must do.
type Demand struct {
	// Within is how much longer than while nothing is broken it may take to its end while the failure holds: a program that is slow
	// to start, or on a busy machine, does not wait for the network meanwhile.
	Within time.Duration
	// Exit is the exit code with which it must end then; nil: any but 0.
	Exit *int
	// Output must match what it prints then, on either stream; nil: not looked at.
	Output *regexp.Regexp
	// MaySucceed allows it to succeed while the failure holds, as one does that has another server to ask.
	MaySucceed bool
	// Retries is how many more connections it may try to make then than it makes while nothing is broken; with a service on UDP, how many
	// more datagrams it may send.
	Retries int
	// Settle is how long its sockets have to be closed, once it has ended.
	Settle time.Duration
}

// Succeeds reports whether a patient client gets its answer while the scenario's fault holds, as after one lost SYN.
func Succeeds(s harness.Scenario) bool {
	w := s.Want.Client
	return w.Errno == "" && !w.Timeout && !w.GiveUp && !w.Closed && w.Status == 0
}

// judge says what is wrong with the client, and why. patient says that one with patience succeeds while the fault holds.
func (d Demand) judge(r *TrialResult, patient bool) (ClientVerdict, string) {
	if !r.Healthy.OK() {
		return NeverWorks, fmt.Sprintf("it fails while nothing is broken (%s after %s), so nothing more was tried; here its standard input is empty, and it has no terminal", r.Healthy, seconds(r.Healthy.Elapsed))
	}
	b := r.Broken
	extra := b.asked() - r.Healthy.asked()
	switch {
	case b.Hung:
		return Hangs, fmt.Sprintf("still waiting after %s%s: it has no timeout of its own for that", seconds(b.Elapsed), waiting(b.Sockets))
	case !r.Healed.OK():
		return NoRecovery, fmt.Sprintf("it still fails once the failure has healed (%s after %s)", r.Healed, seconds(r.Healed.Elapsed))
	case b.OK() && !patient && !d.MaySucceed && d.Exit == nil && b.asked()+r.Healthy.asked() == 0:
		return Unaware, "it ends with exit code 0, and was not seen to ask the service, also not while healthy: it must ask {addr}, or TCPLAB_ADDR in its environment, before it ends"
	case b.OK() && !patient && !d.MaySucceed && d.Exit == nil:
		return Unaware, "it ends with exit code 0, although it cannot have got its answer"
	case !b.OK() && patient:
		return GivesUpEarly, fmt.Sprintf("it gave up after %s; with more patience it would have got its answer", seconds(b.Elapsed))
	case extra > d.Retries:
		return Retries, fmt.Sprintf("it %s than while healthy, in %s; %d are allowed", b.more(extra), seconds(b.Elapsed), d.Retries)
	case d.Exit != nil && b.Exit != *d.Exit && !(b.OK() && (patient || d.MaySucceed)):
		return EndsOtherwise, fmt.Sprintf("its exit code is %d, %d was wanted", b.Exit, *d.Exit)
	case d.Output != nil && !d.Output.MatchString(b.Stdout) && !d.Output.MatchString(b.Stderr):
		return EndsOtherwise, fmt.Sprintf("nothing that it printed matches %q", d.Output)
	case extra > 0:
		return OK, fmt.Sprintf("it %s than while healthy", b.more(extra))
	case b.OK() && !patient && r.Moment.unhealed():
		return OK, "it succeeded all the same, although the failure was there from that moment on"
	case b.asked() == 0 && !patient && b.Datagrams != nil:
		return OK, "no datagram to the service was seen to leave the client while the failure held"
	case b.asked() == 0 && !patient:
		return OK, "no SYN to the service was seen while the failure held"
	}
	return OK, ""
}

// more says by how much the command has asked more often than while healthy.
func (a *Act) more(n int) string {
	verb, noun := "tried", "connection"
	if a.Datagrams != nil {
		verb, noun = "sent", "datagram"
	}
	if n == 1 {
		return fmt.Sprintf("%s one more %s", verb, noun)
	}
	return fmt.Sprintf("%s %d more %ss", verb, n, noun)
}

// waiting is the state of the socket for which a client waits.
func waiting(list []lab.Socket) string {
	for _, s := range list {
		switch s.State {
		case "SYN-SENT":
			return " (for the connection: SYN-SENT)"
		case "ESTAB":
			return " (for an answer: ESTAB)"
		}
	}
	return ""
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3g s", d.Seconds()) }
