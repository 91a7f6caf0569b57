package trial

import (
	"regexp"
	"slices"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
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
	Untried       ClientVerdict = "not tried"
	OK            ClientVerdict = "ok"
	Skipped       ClientVerdict = "skipped"
)

var worstFirst = []ClientVerdict{Hangs, NoRecovery, NeverWorks, Unaware, GivesUpEarly, Retries, EndsOtherwise, Untried, OK, Skipped}

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
func (d Demand) judge(r *TrialResult, patient bool) (ClientVerdict, lang.Text) {
	if !r.Healthy.OK() {
		return NeverWorks, lang.Text{
			English: "it fails while nothing is broken (%s after %s), so nothing more was tried; here its standard input is empty, and it has no terminal",
			Korean:  "고장 난 것이 없는데도 실패하므로(%[2]s 뒤 %[1]s) 더 시험하지 않았다. 여기서는 표준 입력이 비어 있고 터미널이 없다",
		}.With(r.Healthy.Words(), SecondsWords(r.Healthy.Elapsed))
	}
	b := r.Broken
	extra := b.asked() - r.Healthy.asked()
	switch {
	case b.Hung:
		return Hangs, lang.Text{
			English: "still waiting after %s%s: it has no timeout of its own for that",
			Korean:  "%s 뒤에도 기다리고 있다%s: 여기에 대한 자체 타임아웃이 없다",
		}.With(SecondsWords(b.Elapsed), waiting(b.Sockets))
	case !r.Healed.OK():
		return NoRecovery, lang.Text{
			English: "it still fails once the failure has healed (%s after %s)",
			Korean:  "장애를 복구한 뒤에도 실패한다(%[2]s 뒤 %[1]s)",
		}.With(r.Healed.Words(), SecondsWords(r.Healed.Elapsed))
	case b.OK() && !patient && !d.MaySucceed && d.Exit == nil && b.asked()+r.Healthy.asked() == 0:
		return Unaware, lang.Text{
			English: "it ends with exit code 0, and was not seen to ask the service, also not while healthy: it must ask {addr}, or TCPLAB_ADDR in its environment, before it ends",
			Korean:  "종료 코드 0으로 끝나지만, 정상일 때에도 서비스에 요청하는 것이 관찰되지 않았다: 끝나기 전에 {addr}나 환경 변수 TCPLAB_ADDR의 주소에 요청해야 한다",
		}
	case b.OK() && !patient && !d.MaySucceed && d.Exit == nil:
		return Unaware, lang.Text{English: "it ends with exit code 0, although it cannot have got its answer", Korean: "응답을 받았을 리가 없는데 종료 코드 0으로 끝난다"}
	case !b.OK() && patient:
		return GivesUpEarly, lang.Text{
			English: "it gave up after %s; with more patience it would have got its answer",
			Korean:  "%s 뒤에 포기했다. 더 기다렸다면 응답을 받았을 것이다",
		}.With(SecondsWords(b.Elapsed))
	case extra > d.Retries:
		return Retries, lang.Text{
			English: "it %s than while healthy, in %s; %d are allowed",
			Korean:  "%[2]s 동안 정상일 때보다 %[1]s. %[3]d개까지 허용된다",
		}.With(b.more(extra), SecondsWords(b.Elapsed), d.Retries)
	case d.Exit != nil && b.Exit != *d.Exit && !(b.OK() && (patient || d.MaySucceed)):
		return EndsOtherwise, lang.Text{English: "its exit code is %d, %d was wanted", Korean: "종료 코드가 %d인데, 원한 것은 %d다"}.With(b.Exit, *d.Exit)
	case d.Output != nil && !d.Output.MatchString(b.Stdout) && !d.Output.MatchString(b.Stderr):
		return EndsOtherwise, lang.Text{English: "nothing that it printed matches %q", Korean: "출력한 것 가운데 %q에 맞는 것이 없다"}.With(d.Output)
	case extra > 0:
		return OK, lang.Text{English: "it %s than while healthy", Korean: "정상일 때보다 %s"}.With(b.more(extra))
	case b.OK() && !patient && r.Moment.unhealed():
		return OK, lang.Text{English: "it succeeded all the same, although the failure was there from that moment on", Korean: "그 시점부터 장애가 있었는데도 성공했다"}
	case b.asked() == 0 && !patient && b.Datagrams != nil:
		return OK, lang.Text{English: "no datagram to the service was seen to leave the client while the failure held", Korean: "장애가 있는 동안 서비스로 가는 데이터그램이 클라이언트에서 나가는 것이 관찰되지 않았다"}
	case b.asked() == 0 && !patient:
		return OK, lang.Text{English: "no SYN to the service was seen while the failure held", Korean: "장애가 있는 동안 서비스로 가는 SYN이 관찰되지 않았다"}
	}
	return OK, lang.Text{}
}

// more says by how much the command has asked more often than while healthy.
func (a *Act) more(n int) lang.Text {
	one, several := lang.Text{English: "tried one more connection", Korean: "연결을 한 번 더 시도했다"}, lang.Text{English: "tried %d more connections", Korean: "연결을 %d번 더 시도했다"}
	if a.Datagrams != nil {
		one, several = lang.Text{English: "sent one more datagram", Korean: "데이터그램을 하나 더 보냈다"}, lang.Text{English: "sent %d more datagrams", Korean: "데이터그램을 %d개 더 보냈다"}
	}
	if n == 1 {
		return one
	}
	return several.With(n)
}

// waiting is the state of the socket for which a client waits.
func waiting(list []lab.Socket) lang.Text {
	for _, s := range list {
		switch s.State {
		case "SYN-SENT":
			return lang.Text{English: " (for the connection: SYN-SENT)", Korean: "(연결을, SYN-SENT)"}
		case "ESTAB":
			return lang.Text{English: " (for an answer: ESTAB)", Korean: "(응답을, ESTAB)"}
		}
	}
	return lang.Text{}
}

// SecondsWords are a time in a sentence.
func SecondsWords(d time.Duration) lang.Text {
	return lang.Text{English: "%.3g s", Korean: "%.3g초"}.With(d.Seconds())
}
