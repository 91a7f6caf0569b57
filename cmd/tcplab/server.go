package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"github.com/tcplab/tcplab/lab"
)

// serverFlags say which server of the user's own is the service.
type serverFlags struct {
	line   string
	image  string
	ports  []string
	ready  string
	within time.Duration
}

// The names of its flags that say nothing without --server or --server-image.
var serverFlagNames = []string{"port", "ready", "ready-within"}

func (s *serverFlags) addTo(flags *pflag.FlagSet) {
	flags.StringVar(&s.line, "server", "", "server of your own in place of the lab's: a command line for sh, with PORT, HOST and DIR in its environment (netns engine, or inside --server-image)")
	flags.StringVar(&s.image, "server-image", "", "server of your own in place of the lab's: a container image, which is on the engine already (docker engine)")
	flags.StringArrayVar(&s.ports, "port", nil, "with a server of your own: a port on which it listens, 5353/udp for one of UDP; several times for several ports (default 8080)")
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
	case s.within <= 0:
		return lab.Service{}, fmt.Errorf("--ready-within is longer than 0, not %s", s.within)
	}
	dir, err := os.Getwd()
	if err != nil {
		return lab.Service{}, err
	}
	service, err := s.listening()
	if err != nil {
		return lab.Service{}, err
	}
	own := &lab.OwnServer{Line: s.line, Image: s.image, Dir: dir, Patience: s.within, Also: service.numbers[1:]}
	if err := s.readiness(own); err != nil {
		return lab.Service{}, err
	}
	if service.proto == lab.ProtoUDP && own.HTTP != "" {
		return lab.Service{}, errors.New("--ready http: asks over TCP, and the server is on UDP: give --ready log:REGEXP, or leave it out")
	}
	return lab.Service{Proto: service.proto, Port: service.numbers[0], Own: own}, nil
}

// portsGiven are the ports of a server, and their protocol.
type portsGiven struct {
	proto   string
	numbers []int
}

// listening are the ports that --port names.
func (s *serverFlags) listening() (portsGiven, error) {
	if len(s.ports) == 0 {
		return portsGiven{numbers: []int{lab.Port}}, nil
	}
	var given portsGiven
	for i, text := range s.ports {
		number, proto, named := strings.Cut(text, "/")
		n, err := strconv.Atoi(number)
		switch {
		case err != nil || named && proto != lab.ProtoTCP && proto != lab.ProtoUDP:
			return given, fmt.Errorf("--port is a number, with /udp behind it for a port of UDP, not %q", text)
		case n < 1 || n > 65535:
			return given, fmt.Errorf("--port is between 1 and 65535, not %d", n)
		}
		if proto == lab.ProtoTCP {
			proto = ""
		}
		switch {
		case i > 0 && proto != given.proto:
			return given, errors.New("the ports of --port are all of TCP or all of UDP: run the one and the other apart")
		case slices.Contains(given.numbers, n):
			return given, fmt.Errorf("--port %s is given twice", text)
		}
		given.proto, given.numbers = proto, append(given.numbers, n)
	}
	return given, nil
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
