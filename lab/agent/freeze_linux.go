package agent

import (
	"net"
	"sync/atomic"

	"github.com/tcplab/tcplab/lab"
)

// gated is a listener whose Close returns when nothing listens any more, as the Close of [Listener] does.
type gated struct{ *lab.GatedListener }

func (l gated) Close() error { return l.End() }

// freezer lets a service freeze, and go on, when it is told to.
type freezer struct{ listener atomic.Pointer[gated] }

// listens notes that the service listens.
func (f *freezer) listens(l net.Listener) {
	if g, ok := l.(gated); ok {
		f.listener.Store(&g)
	}
}

// told does what a line asks for, and says that it is done.
func (f *freezer) told(s Streams, line string) {
	l := f.listener.Load()
	for _, frozen := range []bool{false, true} {
		if l != nil && line == lab.FreezeLine(frozen) && l.Freeze(frozen) == nil {
			SayReady(s)
		}
	}
}
