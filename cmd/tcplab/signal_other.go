//go:build !unix

package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"
)

func breakSignal(*cobra.Command) (came <-chan time.Time, stop func() error, err error) {
	return nil, nil, errors.New("--when signal needs SIGUSR1, which this system does not have: break at a moment of the connection")
}
