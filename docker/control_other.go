//go:build !linux

package docker

import (
	"fmt"
	"syscall"

	"github.com/tcplab/tcplab/lab"
)

// namespace is a container's network namespace, which is out of reach on this system.
type namespace struct{}

func (namespace) close() {}

// Control cannot work here: the containers run in a Linux machine of their own.
func (h *host) Control(_, _ string, _ syscall.RawConn) error {
	return fmt.Errorf("docker: enter the network of %s: %w: the engine is not on this machine: run the client in the "+
		"host with Command instead", h.name, lab.ErrUnsupported)
}
