package report

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// Counts are how many attempts a capture holds, and how many of them failed: in all, and by client, server and minute. Memory is bounded.
type Counts struct {
	// Filter says which attempts are looked at, and which of these are told. Attempts that are looked at and not told still count: 3 of 121.
	Filter diagnose.Filter
	// Thorough counts by client and by time as well.
	Thorough bool

	tally    tally // of what is looked at
	asked    tally // of these, what has a verdict that is asked for
	left     int   // attempts that are not looked at
	verdicts map[diagnose.Verdict]int
	servers  shares[serverKey]
	clients  shares[netip.Addr]
	minutes  shares[int64]
	line     timeline
}

// serverKey is what was asked: a port of a server, a host that was pinged, a name server.
type serverKey struct {
	at   netip.AddrPort
	noun string
}

// fact is what is counted of an attempt.
type fact struct {
	protocol        diagnose.Subject
	client, server  netip.AddrPort
	verdict, ending diagnose.Verdict
	first           time.Time
	failed          bool
}

func factOf(a *diagnose.Judged) fact {
	return fact{a.Protocol(), a.Client(), a.Server(), a.Verdict, a.Ending, a.First(), a.Failed()}
}

func factOfDiagnosis(d *diagnose.Diagnosis) fact {
	return fact{d.Protocol, d.Client, d.Server, d.Verdict, d.Ending, d.First, d.Failed}
}

func (f *fact) to() serverKey { return serverKey{f.server, nounOf(f.protocol)} }

// answers reports whether the attempt shows that the server answers. A name server that says no has answered: its next answer, to another
// question, is no recovery.
func (f *fact) answers() bool {
	switch {
	case f.protocol == diagnose.DNS:
		return f.verdict != diagnose.NoAnswer && f.verdict != diagnose.Rejected && f.verdict != diagnose.OneSided
	case f.failed || f.verdict == diagnose.OneSided:
		return false
	}
	return f.verdict != diagnose.Midstream // of which the capture shows no answer to a SYN
}

// Add counts an attempt, and reports whether it is one to be told.
func (c *Counts) Add(a *diagnose.Judged) (told bool) {
	_, told = c.add(factOf(a))
	return told
}

// AddDiagnosis does so with what is behind the verdict of an attempt, which a second capture may have changed.
func (c *Counts) AddDiagnosis(d *diagnose.Diagnosis) (told bool) {
	_, told = c.add(factOfDiagnosis(d))
	return told
}

func (c *Counts) add(f fact) (lookedAt, told bool) {
	if !c.Filter.InScope(f.client, f.server, f.first) {
		c.left++
		return false, false
	}
	if c.verdicts == nil {
		c.verdicts = map[diagnose.Verdict]int{}
	}
	told = c.Filter.WantsVerdict(f.verdict, f.ending)
	c.tally.add(f.protocol, f.failed)
	c.asked.add(f.protocol, told)
	c.verdicts[f.verdict]++
	c.servers.add(f.to(), &f)
	if c.Thorough {
		c.clients.add(f.client.Addr(), &f)
		c.minutes.add(f.first.Truncate(time.Minute).Unix(), &f)
		c.line.add(f.first, f.failed)
	}
	return true, told
}

// Found is how many attempts are what was asked for: those that failed or, where verdicts are asked for, those that have one of these.
func (c *Counts) Found() int {
	if c.Filter.Verdicts != nil {
		return c.asked.failed()
	}
	return c.tally.failed()
}

// Merge adds what was counted of another capture, as far as [Counts.Found] and [Counts.Total] need it.
func (c *Counts) Merge(o *Counts) {
	c.Filter.Verdicts = o.Filter.Verdicts
	c.tally.merge(o.tally)
	c.asked.merge(o.asked)
	c.left += o.left
	if c.verdicts == nil {
		c.verdicts = map[diagnose.Verdict]int{}
	}
	for v, n := range o.verdicts {
		c.verdicts[v] += n
	}
}

// Total is a sentence on several captures.
func (c *Counts) Total() lang.Message {
	if c.tally.total() == 0 {
		return lang.Tell(lang.Text{English: "no connection, no ping and no lookup", Korean: "연결도 ping도 조회도 없다"})
	}
	return c.brief()
}

// share is how many attempts of a kind there were, and failed.
type share struct {
	Attempts, Failed int
	unanswered       int // failed attempts without an answer
	// The times of the first and the latest that failed, and of those that were answered, in ns since 1970.
	failing, answered [2]int64
}

func (s *share) add(f *fact) {
	s.Attempts++
	if f.failed {
		s.Failed++
	}
	switch answers := f.answers(); {
	case answers:
		extend(&s.answered, f.first)
	case f.failed:
		s.unanswered++
		extend(&s.failing, f.first)
	}
}

func extend(period *[2]int64, t time.Time) {
	at := t.UnixNano()
	if period[0] == 0 || at < period[0] {
		period[0] = at
	}
	period[1] = max(period[1], at)
}

// Regularity is how failures of one server lie to its answers.
type Regularity string

// The kinds; the names are stable.
const (
	// Intermittent failures have answers before and after them.
	Intermittent Regularity = "intermittent"
	// Recovered is a server that failed at first.
	Recovered Regularity = "recovered"
	// Stopped is a server that answered at first.
	Stopped Regularity = "stopped"
	// Steady is one of which all attempts failed, or none.
	Steady Regularity = "steady"
)

func (s *share) regularity() Regularity {
	switch {
	case s.failing[0] == 0 || s.answered[0] == 0:
		return Steady
	case s.answered[0] > s.failing[1]:
		return Recovered
	case s.answered[1] < s.failing[0]:
		return Stopped
	}
	return Intermittent
}

// sentence tells of it, in words for a server; empty where there is nothing to tell.
func (s *share) sentence(k serverKey) lang.Message {
	asked := map[string]lang.Text{nounConnection: {English: "this port", Korean: "이 포트"}, nounPing: {English: "this host", Korean: "이 호스트"},
		nounLookup: {English: "this server", Korean: "이 서버"}}[k.noun]
	switch s.regularity() {
	case Intermittent:
		return lang.Tell(lang.Text{English: "intermittent: %s to %s failed while others were answered", Korean: "간헐적: %[2]s에 대한 %[1]s 실패, 그동안 다른 것은 응답을 받았다"},
			shareOf(s.unanswered, s.Attempts, k.noun), asked)
	case Stopped:
		return lang.Tell(lang.Text{English: "%s to %s failed, after others were answered: the first at %s", Korean: "다른 것이 응답을 받은 뒤 %[2]s에 대한 %[1]s 실패: 처음은 %[3]s"},
			counted(s.unanswered, k.noun), asked, utc(time.Unix(0, s.failing[0])))
	}
	return lang.Message{}
}

// mostCounted bounds how many clients, servers and minutes are counted apart: a scan has as many as it likes.
const mostCounted = 1 << 14

// shares are counts by a key.
type shares[K comparable] struct {
	by     map[K]*share
	beyond int // attempts whose key there was no room for
}

func (s *shares[K]) add(key K, f *fact) {
	one := s.by[key]
	switch {
	case one == nil && len(s.by) == mostCounted:
		s.beyond++
		return
	case one == nil && s.by == nil:
		s.by = map[K]*share{}
		fallthrough
	case one == nil:
		one = &share{}
		s.by[key] = one
	}
	one.add(f)
}

// counting is a key, as text, with what was counted of it.
type counting struct {
	Name string
	Note lang.Message // on how regularly a server fails
	*share
}

// Percent is how many of a hundred attempts failed.
func (c counting) Percent() string {
	percent := 100 * float64(c.Failed) / float64(c.Attempts)
	if percent > 0 && percent < 10 {
		return fmt.Sprintf("%.1f %%", percent)
	}
	return fmt.Sprintf("%.0f %%", percent)
}

// worst puts the keys with the most failures first.
func worst(list []counting) []counting {
	slices.SortFunc(list, func(a, b counting) int {
		return cmp.Or(cmp.Compare(b.Failed, a.Failed), cmp.Compare(b.Attempts, a.Attempts), strings.Compare(a.Name, b.Name))
	})
	return list
}

func (c *Counts) byServer() []counting {
	var list []counting
	for key, s := range c.servers.by {
		list = append(list, counting{endText(key.at), s.sentence(key), s})
	}
	return worst(list)
}

func (c *Counts) byClient() []counting {
	var list []counting
	for key, s := range c.clients.by {
		list = append(list, counting{Name: key.String(), share: s})
	}
	return worst(list)
}

// byMinute is in the order of time.
func (c *Counts) byMinute() []counting {
	var list []counting
	for key, s := range c.minutes.by {
		list = append(list, counting{Name: time.Unix(key, 0).UTC().Format(minuteFormat), share: s})
	}
	slices.SortFunc(list, func(a, b counting) int { return strings.Compare(a.Name, b.Name) })
	return list
}

const minuteFormat = "2006-01-02 15:04"

// utc is a time as all texts of a capture have it.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000000") }

// of is what was counted of the server that the attempt asked.
func (c *Counts) of(d *diagnose.Diagnosis) share {
	if s := c.servers.by[serverKey{d.Server, nounOf(d.Protocol)}]; s != nil {
		return *s
	}
	return share{}
}
