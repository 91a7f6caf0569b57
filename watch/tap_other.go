//go:build !linux

package watch

import (
	"context"
	"errors"
	"io"
)

// Capture is there on Linux alone.
func Capture(context.Context, string, io.Writer, func()) (dropped int, err error) {
	return 0, errors.New(`watching an interface takes Linux; on this system let tcpdump capture: sudo tcpdump -U -w - | tcplab diagnose --follow -`)
}
