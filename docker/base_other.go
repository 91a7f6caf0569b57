//go:build !linux

package docker

import (
	"context"
	"errors"
	"io"
)

// bootstrapper is for Linux, where debootstrap is.
type bootstrapper struct{}

func findBootstrapper(context.Context, string) (bootstrapper, error) {
	return bootstrapper{}, errors.New("building one from Debian's packages takes Linux")
}

func (*bootstrapper) run(context.Context, string) (string, error) { return "", errors.ErrUnsupported }

func archiveTree(context.Context, string) (io.Reader, func() error, error) {
	return nil, nil, errors.ErrUnsupported
}
