package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"github.com/tcplab/tcplab/lab"
)

// serverFlags say which server of the user's own is the service.
type serverFlags struct {
	line   string
	image  string
	port   int
	ready  string
	within time.Duration
}

// The names of its flags that say nothing without --server or --server-image.
var serverFlagNames = []string{"port", "ready", "ready-within"}

func (s *serverFlags) addTo(flags *pflag.FlagSet) {
	flags.StringVar(&s.line, "server", "", "server of your own in place of the lab's: a command line for sh, with PORT, HOST and DIR in its environment (netns engine, or inside --server-image)")
	flags.StringVar(&s.image, "server-image", "", "server of your own in place of the lab's: a container image, which is on the engine already (docker engine)")
	flags.IntVar(&s.port, "port", lab.Port, "with a server of your own: the TCP port on which it listens")
	flags.StringVar(&s.ready, "ready", "tcp", "with a server of your own: it is ready when it listens (tcp), serves a path (http:/PATH), or has printed what matches (log:REGEXP)")
	flags.DurationVar(&s.within, "ready-within", lab.DefaultPatience, "with a server of your own: how long it may take to be ready")
}

// given reports whether there is a server of the user's own.
func (s *serverFlags) given(flags *pflag.FlagSet) bool {
	return flags.Changed("server") || flags.Changed("server-image")
}

// service is the server as a value, the zero value where there is none.
func (s *serverFlags) service(flags *pflag.FlagSet) (lab.Service, error) {
	switch {
	case s.line == "" && flags.Changed("server"):
		return lab.Service{}, errors.New("--server is empty: give it the command line of your server")
	case s.image == "" && flags.Changed("server-image"):
		return lab.Service{}, errors.New("--server-image is empty: give it the name of an image")
	case !s.given(flags):
		for _, name := range serverFlagNames {
			if flags.Changed(name) {
				return lab.Service{}, fmt.Errorf("--%s is for a server of your own: give that with --server or --server-image", name)
			}
		}
		return lab.Service{}, nil
	case s.port < 1 || s.port > 65535:
		return lab.Service{}, fmt.Errorf("--port is between 1 and 65535, not %d", s.port)
	case s.within <= 0:
		return lab.Service{}, fmt.Errorf("--ready-within is longer than 0, not %s", s.within)
	}
	dir, err := os.Getwd()
	if err != nil {
		return lab.Service{}, err
	}
	own := &lab.OwnServer{Line: s.line, Image: s.image, Dir: dir, Patience: s.within}
	if err := s.readiness(own); err != nil {
		return lab.Service{}, err
	}
	return lab.Service{Port: s.port, Own: own}, nil
}

func (s *serverFlags) readiness(own *lab.OwnServer) error {
	kind, what, _ := strings.Cut(s.ready, ":")
	switch {
	case s.ready == "tcp":
		return nil
	case kind == "http" && strings.HasPrefix(what, "/"):
		own.HTTP = what
		return nil
	case kind == "log" && what != "":
		re, err := regexp.Compile(what)
		if err != nil {
			return fmt.Errorf("--ready log: is not followed by a regular expression: %w", err)
		}
		own.Log = re
		return nil
	}
	return fmt.Errorf("--ready is tcp, http:/PATH or log:REGEXP, not %q", s.ready)
}
