//go:build unix

package docker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// lockPoll is how often a lock that another process holds is tried again: flock(2) has no way to wait with a deadline.
const lockPoll = 50 * time.Millisecond

// lockFile takes one of the named locks, whichever is free first, among the processes of this user; it ends with the process at the
// latest. It saves work and guards nothing: where there is no place for the lock, processes do without.
func lockFile(ctx context.Context, names ...string) (unlock func(), err error) {
	dir, err := cacheDir()
	if err != nil {
		return func() {}, nil
	}
	files := make([]*os.File, len(names))
	for i, name := range names {
		if files[i], err = os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
			closeAll(files[:i], nil)
			return nil, fmt.Errorf("docker: open lock: %w", err)
		}
	}
	taken, err := takeOne(ctx, files)
	closeAll(files, taken)
	if err != nil {
		return nil, err
	}
	return func() { _ = taken.Close() }, nil
}

// takeOne returns the file whose lock it has taken.
func takeOne(ctx context.Context, files []*os.File) (*os.File, error) {
	for {
		for _, f := range files {
			err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
			if err == nil {
				return f, nil
			}
			if !errors.Is(err, unix.EWOULDBLOCK) {
				return nil, fmt.Errorf("docker: lock %s: %w", f.Name(), err)
			}
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("docker: wait for another process of tcplab (lock %s): %w", files[0].Name(), ctx.Err())
		case <-time.After(lockPoll):
		}
	}
}

// closeAll closes the files but for one.
func closeAll(files []*os.File, but *os.File) {
	for _, f := range files {
		if f != but {
			_ = f.Close()
		}
	}
}
