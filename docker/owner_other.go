//go:build !linux

package docker

import (
	"errors"
	"os"
	"syscall"
)

func machineName() (string, error) { return os.Hostname() }

// processStart has no start time to tell here: a process number in use counts as the process itself.
func processStart(pid int) (start string, alive bool) {
	p, err := os.FindProcess(pid)
	if err != nil {
		return startUnknown, false
	}
	defer func() { _ = p.Release() }()
	return startUnknown, !errors.Is(p.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
