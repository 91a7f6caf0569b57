package faults

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// Line is the line of [lab.WithLine]: it passes frames on between the router and the server, as a network in between does
// that delays, loses, doubles or reorders packets, or that takes small ones only. The zero value is a good line.
type Line struct {
	// Delay is how long each frame is on its way, in each direction.
	Delay time.Duration
	// Loss, Duplicate and Reorder are the parts of the frames, from 0 to 1, that are lost, that are passed on twice, and that
	// are passed on behind the next one. Which frames they are is the same in each run. Reorder concerns data of TCP alone: a SYN, which
	// nothing follows, would wait for a timer.
	Loss, Duplicate, Reorder float64
	// MTU is the largest packet in bytes that the line takes; it drops larger ones without a word, as a tunnel does whose ICMP
	// errors are filtered. 0: any.
	MTU int
	// Damage says that a bit of the data of each TCP segment is another one when it comes out: its checksum is wrong then. A frame
	// that stands for several segments has no checksum yet, and is lost.
	Damage bool
	// ResetName is a server's name: where a ClientHello has it, both ends get a RST in the other one's name, and the message is lost. Empty: no
	// name is looked for.
	ResetName string
	// DropName is a server's name: from a ClientHello that has it on, whatever the client sends on the connection is lost. Empty: no name is looked for.
	DropName string
}

func (l Line) String() string { return l.Words().English }

// Words are those of String in each language.
func (l Line) Words() lang.Text {
	var list []lang.Text
	if l.Delay > 0 {
		list = append(list, lang.Text{English: "delays packets by %s", Korean: "패킷을 %s 늦춘다"}.With(durationWords(l.Delay)))
	}
	for _, part := range []struct {
		of   float64
		does lang.Text
	}{
		{l.Loss, lang.Text{English: "loses %g %% of the packets", Korean: "패킷의 %g%%를 잃는다"}},
		{l.Duplicate, lang.Text{English: "doubles %g %% of the packets", Korean: "패킷의 %g%%를 두 번 보낸다"}},
		{l.Reorder, lang.Text{English: "reorders %g %% of the packets", Korean: "패킷의 %g%%를 순서를 바꿔 보낸다"}},
	} {
		if part.of > 0 {
			list = append(list, part.does.With(100*part.of))
		}
	}
	if l.MTU > 0 {
		list = append(list, lang.Text{English: "drops packets of more than %d bytes without a word", Korean: "%d바이트가 넘는 패킷을 말없이 드롭한다"}.With(l.MTU))
	}
	if l.Damage {
		list = append(list, lang.Text{English: "damages the data of TCP segments", Korean: "TCP 세그먼트의 데이터를 손상시킨다"})
	}
	if l.ResetName != "" {
		list = append(list, lang.Text{English: "resets connections whose ClientHello asks for %s", Korean: "%s 이름을 담은 ClientHello를 보면 연결을 리셋한다"}.With(l.ResetName))
	}
	if l.DropName != "" {
		list = append(list, lang.Text{English: "drops what comes on a connection from a ClientHello on that asks for %s", Korean: "%s 이름을 담은 ClientHello부터 그 연결의 패킷을 드롭한다"}.With(l.DropName))
	}
	if len(list) == 0 {
		return lang.Text{English: "good line between router and server", Korean: "라우터와 서버 사이의 회선(이상 없음)"}
	}
	return lang.Text{English: "line between router and server that %s", Korean: "라우터와 서버 사이의 회선: %s"}.With(lang.Join(list, then))
}

// Install puts the line in place, or in the place of the one before.
func (l Line) Install(ctx context.Context, b *lab.Bench) error {
	host, err := b.Host(lab.Line)
	if err != nil {
		return err
	}
	return b.Keep(ctx, "line", host.Command(LineVerb(l, lab.RouterToClient, lab.RouterToServer)...))
}

// LineVerb passes frames on between two interfaces until its standard input ends.
func LineVerb(l Line, a, b string) []string {
	fraction := func(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }
	return lab.Verb("line", "--delay", l.Delay.String(), "--loss", fraction(l.Loss), "--duplicate", fraction(l.Duplicate),
		"--reorder", fraction(l.Reorder), "--mtu", strconv.Itoa(l.MTU), fmt.Sprintf("--damage=%t", l.Damage), "--reset-name", l.ResetName,
		"--drop-name", l.DropName, a, b)
}

// The [lab.Counters] of a host whose line runs: what the line is set to, and what it has done with frames since it was put
// in place.
const (
	LineDelayCounter      = "line delay us"
	LineLossCounter       = "line loss ppm"
	LineDuplicateCounter  = "line duplicate ppm"
	LineReorderCounter    = "line reorder ppm"
	LineMTUCounter        = "line mtu"
	LineDamageCounter     = "line damage"
	LineLostCounter       = "line lost"
	LineDuplicatedCounter = "line duplicated"
	LineReorderedCounter  = "line reordered"
	LineTooLargeCounter   = "line too large"
	LineDamagedCounter    = "line damaged"
	LineFilterCounter     = "line filters names"
	LineResetCounter      = "line reset"
	LineDropsCounter      = "line drops names"
	LineDroppedCounter    = "line dropped by name"
)

// settings are what the counters say of the line.
func (l Line) settings() lab.Counters {
	ppm := func(f float64) uint64 { return uint64(f*1e6 + 0.5) }
	flag := func(set bool) uint64 {
		if set {
			return 1
		}
		return 0
	}
	return lab.Counters{LineDamageCounter: flag(l.Damage), LineFilterCounter: flag(l.ResetName != ""), LineDropsCounter: flag(l.DropName != ""), LineDelayCounter: uint64(l.Delay / time.Microsecond), LineLossCounter: ppm(l.Loss),
		LineDuplicateCounter: ppm(l.Duplicate), LineReorderCounter: ppm(l.Reorder), LineMTUCounter: uint64(l.MTU)}
}

// Degrade makes a good line another one.
type Degrade struct{ To Line }

func (f Degrade) String() string { return f.Words().English }

// Words are those of String in each language.
func (f Degrade) Words() lang.Text {
	return f.To.Words()
}

// Inject puts the other line in the place of the good one.
func (f Degrade) Inject(ctx context.Context, b *lab.Bench) error { return f.To.Install(ctx, b) }

// Verify reads back what the line is set to.
func (f Degrade) Verify(ctx context.Context, b *lab.Bench) error {
	counters := lab.Counters{}
	if err := b.Query(ctx, lab.Line, lab.Verb("counters"), &counters); err != nil {
		return err
	}
	for name, want := range f.To.settings() {
		if got, runs := counters[name]; !runs || got != want {
			return fmt.Errorf("the line's setting %q is %d, and not %d", name, got, want)
		}
	}
	return nil
}

// Heal puts a good line in place.
func (f Degrade) Heal(ctx context.Context, b *lab.Bench) error { return Line{}.Install(ctx, b) }
