//go:build !linux

package netns

import (
	"context"
	"fmt"
	"runtime"

	"github.com/tcplab/tcplab/lab"
)

// Engine stands in for the engine on systems that have no network namespaces.
type Engine struct{}

// New returns an engine that is not available.
func New() *Engine { return &Engine{} }

// Name is "netns".
func (*Engine) Name() string { return "netns" }

// Available says that this system is not Linux.
func (*Engine) Available(context.Context) error {
	return fmt.Errorf("netns: network namespaces are Linux's, this is %s; use the docker engine: %w", runtime.GOOS, lab.ErrUnsupported)
}

// Build fails as Available does.
func (e *Engine) Build(ctx context.Context, _ lab.Topology) (lab.Lab, error) {
	return nil, e.Available(ctx)
}

// Close has nothing to end.
func (*Engine) Close() error { return nil }
