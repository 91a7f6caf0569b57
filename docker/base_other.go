//go:build !linux

package docker

import (
	"context"
	"errors"
	"io"
)

// cannotBootstrap says what is missing for building a base image here.
func cannotBootstrap(string) string { return "run once on Linux, where debootstrap is" }

func bootstrapInto(context.Context, string) (string, error) { return "", errors.ErrUnsupported }

func archiveTree(context.Context, string) (io.Reader, func() error, error) {
	return nil, nil, errors.ErrUnsupported
}
