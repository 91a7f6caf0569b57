package signature

import "time"

// Tolerance is how far a gap between packets may be from its nominal length.
//
// A kernel timer never fires early but for the rounding of clocks. It fires late by up to an eighth of its length,
// because the timer wheel keeps longer timers at a coarser grain (Linux kernel/time/timer.c), and by whatever time the
// machine then takes to run it.
type Tolerance struct {
	// Early and Late are the floors, EarlyFraction and LateFraction are multiplied by the gap; the two are added.
	Early, Late                 time.Duration
	EarlyFraction, LateFraction float64
	// Scale multiplies the lateness allowed, and the upper end of a range such as +0..0.05, for slow machines.
	// 0 means 1.
	Scale float64
	// Witnessed is by how much the machine was seen to be late meanwhile: so much more lateness is allowed. Where it is known
	// for a single gap, see [Options].
	Witnessed time.Duration
}

// DefaultTolerance allows 10 ms and 1 % early, 150 ms and 12.5 % late.
func DefaultTolerance() Tolerance {
	return Tolerance{
		Early: 10 * time.Millisecond, EarlyFraction: 0.01,
		Late: 150 * time.Millisecond, LateFraction: 0.125,
		Scale: 1,
	}
}

// Window returns the least and the greatest length of a gap that is nominally this long.
func (t Tolerance) Window(gap time.Duration) (least, most time.Duration) {
	early := t.Early + scale(gap.Abs(), t.EarlyFraction)
	late := t.Late + scale(gap.Abs(), t.LateFraction)
	return gap - early, gap + t.scaled(late)
}

func (t Tolerance) scaled(d time.Duration) time.Duration {
	if t.Scale == 0 {
		return d + t.Witnessed
	}
	return scale(d, t.Scale) + t.Witnessed
}

func scale(d time.Duration, by float64) time.Duration { return time.Duration(float64(d) * by) }
