package lab

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Limit returns a context that ends with [context.DeadlineExceeded] after a time, without that in which the work was in line ([InLine]):
// how long other labs take says nothing of this one. The context's cause names the limit.
func Limit(parent context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	l := &limited{Context: ctx, left: limit, done: make(chan struct{})}
	context.AfterFunc(ctx, func() { close(l.done) })
	l.timer = time.AfterFunc(limit, func() { cancel(&limitError{limit}) })
	l.began = time.Now()
	return l, func() {
		l.timer.Stop()
		cancel(context.Canceled)
	}
}

// InLine waits for something that other labs are using, and is not counted by the context's [Limit].
func InLine(ctx context.Context, wait func() error) error {
	if l, ok := ctx.Value(limitKey{}).(*limited); ok {
		l.stop()
		defer l.goOn()
	}
	return wait()
}

type limitKey struct{}

// limitError is the cause of a context's end.
type limitError struct{ limit time.Duration }

func (e *limitError) Error() string { return fmt.Sprintf("it took longer than %s", e.limit) }

// limited is a context with a timer that can stand still.
type limited struct {
	context.Context
	done chan struct{} // its own: else package context takes its children for the inner context's, with that one's Err

	mutex  sync.Mutex
	timer  *time.Timer
	began  time.Time     // when the timer was started last
	left   time.Duration // what it had left then
	inLine int
}

func (l *limited) Value(key any) any {
	if key == (limitKey{}) {
		return l
	}
	return l.Context.Value(key)
}

func (l *limited) Done() <-chan struct{} { return l.done }

// Err is the reason that callers know from contexts with a timeout.
func (l *limited) Err() error {
	if _, ended := context.Cause(l.Context).(*limitError); ended {
		return context.DeadlineExceeded
	}
	return l.Context.Err()
}

func (l *limited) stop() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.inLine++; l.inLine == 1 && l.timer.Stop() {
		l.left -= time.Since(l.began)
	}
}

func (l *limited) goOn() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.inLine--; l.inLine == 0 {
		l.began = time.Now()
		l.timer.Reset(max(0, l.left))
	}
}
