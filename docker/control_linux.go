package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// namespace is the network namespace of a container on this machine.
type namespace struct{ open *agent.Namespace }

func (n *namespace) close() {
	if n.open != nil {
		_ = n.open.Close()
		n.open = nil
	}
}

// Control puts a socket of the host in the place of c's. It needs the engine on this machine and the right to enter
// the container's network namespace.
func (h *host) Control(network, address string, c syscall.RawConn) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.namespace.open == nil {
		open, err := h.openNamespace()
		if err != nil {
			return fmt.Errorf("docker: enter the network of %s: %w", h.name, err)
		}
		h.namespace.open = open
	}
	if err := h.namespace.open.Control(network, address, c); err != nil {
		return fmt.Errorf("docker: put a socket into the network of %s: %w", h.name, unsupportedIfDenied(err))
	}
	return nil
}

const useCommand = "run the client in the host with Command instead"

func (h *host) openNamespace() (*agent.Namespace, error) {
	if !strings.HasPrefix(h.daemon.api.DaemonHost(), "unix://") {
		return nil, fmt.Errorf("%w: the engine is at %s, not on this machine: %s", lab.ErrUnsupported,
			h.daemon.api.DaemonHost(), useCommand)
	}
	state, err := h.handle.State(context.Background())
	if err != nil {
		return nil, err
	}
	if !state.Running {
		return nil, lab.ErrHostStopped
	}
	proc := fmt.Sprintf("/proc/%d", state.Pid)
	open, err := agent.OpenNamespace(proc + "/ns/net")
	if err != nil {
		return nil, unsupportedIfDenied(err)
	}
	// A socket may lead to an engine elsewhere (ssh -L, a virtual machine), whose process numbers mean nothing here.
	environ, err := os.ReadFile(proc + "/environ")
	if err != nil || !bytes.Contains(environ, []byte(markEnv+"="+h.container+"\x00")) {
		_ = open.Close()
		return nil, fmt.Errorf("%w: process %d of this machine is not the container's: the engine runs elsewhere: %s",
			lab.ErrUnsupported, state.Pid, useCommand)
	}
	return open, nil
}

// unsupportedIfDenied says what else can be done where the right to enter a container is missing, or where the process
// number is one of another machine.
func unsupportedIfDenied(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w: run as root on the engine's machine, or %s", lab.ErrUnsupported, err, useCommand)
	}
	return err
}
