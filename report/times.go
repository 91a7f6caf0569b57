package report

import (
	"fmt"
	"time"
)

// short is a time for people, with two or three digits.
func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// wait is the time between two packets, "1.0 s": as exact as it is of interest.
func wait(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	case d < 99*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// seconds3 is a time since the start, to the millisecond.
func seconds3(d time.Duration) string { return fmt.Sprintf("%.3f s", d.Seconds()) }

// moment is a time since the start: to the millisecond, or as short as it is.
func moment(d time.Duration) string {
	if d < 10*time.Millisecond {
		return short(d)
	}
	return seconds3(d)
}
