package labtest

import (
	"context"
	"net"
	"os"
	"regexp"
	"strings"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
)

// Server is a server of the test's own, in place of the lab's: see [Command], [Function] and [Image].
type Server struct {
	service lab.Service
	engine  lab.Engine // nil: that of all labs
}

// Command is a server that is a program of this machine. In its arguments $PORT stands for the port that it must listen on, $HOST
// for the server's address, and $DIR for a folder that is this lab's alone and goes with it; all three are in its environment, too.
func Command(argv ...string) Server {
	words := make([]string, len(argv))
	for i, a := range argv {
		words[i] = quoted(a)
	}
	return Shell("exec " + strings.Join(words, " "))
}

// Shell is a server that is a command line for sh(1), with PORT, HOST and DIR in its environment: one that has its files made
// first, for example.
func Shell(line string) Server {
	return Server{service: lab.Service{Own: &lab.OwnServer{Line: line}}}
}

// Image is a server that is a container of an image, which is on the engine already. The engine is docker.New() of package docker: a test
// that does not import that links no Docker client. The arguments are for the image's entry point, which finds in PORT the port that it
// must listen on, and in HOST the server's address. The lab is then one of containers, too, and its Dial needs root.
func Image(engine lab.Engine, image string, args ...string) Server {
	return Server{service: lab.Service{Own: &lab.OwnServer{Image: image, Args: args}}, engine: engine}
}

// Function is a server that is a function of the test itself, such as the Serve of an [net/http.Server]. It returns when its
// listener is closed.
func Function(serve func(net.Listener) error) Server {
	return Server{service: lab.Service{Own: &lab.OwnServer{Serve: serve}}}
}

// On is the server on another TCP port than 8080, or on several: it finds the first in PORT, all of them in PORTS. [Lab.Target] is the
// first, and a failure of the service is one of each port.
func (s Server) On(port int, also ...int) Server {
	own := *s.service.Own
	own.Also = also
	s.service.Port, s.service.Own = port, &own
	return s
}

// OnUDP is the server on a UDP port, or on several. [Lab.Dial] takes "udp" then, and [Effect] has the datagrams of a call. Failures that only TCP
// has skip the test.
func (s Server) OnUDP(port int, also ...int) Server {
	s = s.On(port, also...)
	s.service.Proto = lab.ProtoUDP
	return s
}

// WhenServing is the server, ready when it serves a path over HTTP, with a status from 200 to 399, and not as soon as it listens.
func (s Server) WhenServing(path string) Server {
	own := *s.service.Own
	own.HTTP = path
	s.service.Own = &own
	return s
}

// WhenPrinted is the server, ready when it listens and has printed what matches.
func (s Server) WhenPrinted(re *regexp.Regexp) Server {
	own := *s.service.Own
	own.Log = re
	s.service.Own = &own
	return s
}

// known are the variables that a server finds in its environment, in a word whose dollar signs are quoted.
var known = regexp.MustCompile(`\\\$(PORT|HOST|DIR)\b`)

// quoted is a word of a command line as sh(1) must read it, in which only the known names are variables.
func quoted(word string) string {
	text := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", "$", `\$`).Replace(word)
	return `"` + known.ReplaceAllString(text, "$${$1}") + `"`
}

// Serve puts a server of the test's own in the place of the lab's, and returns when it is ready. The lab is built anew for that, so it
// comes first: what was connected before is gone. Faults that let a server of the lab's misbehave skip the test when they are
// injected, because they would put that server in the place of this one.
func (l *Lab) Serve(s Server) {
	l.t.Helper()
	if err := l.standing.Close(context.WithoutCancel(l.t.Context())); err != nil {
		l.t.Fatalf("labtest: %v", err)
	}
	service := s.service
	own := *service.Own
	service.Own = &own
	var err error
	if own.Dir, err = os.Getwd(); err != nil {
		l.t.Fatalf("labtest: %v", err)
	}
	if s.engine != nil {
		l.engine = s.engine
	}
	if own.Image != "" {
		l.mustHave(own.Image)
	}
	standing, err := harness.OpenServed(l.t.Context(), l.engine, l.standing.Scenario(), l.standing.Family(), service)
	if err != nil {
		refuse(l.t, l.engine, err)
	}
	l.standing = standing
}

// mustHave ends the test where the lab's engine has no such image.
func (l *Lab) mustHave(image string) {
	l.t.Helper()
	if err := l.engine.Available(l.t.Context()); err != nil {
		refuse(l.t, l.engine, err)
	}
	finder, ok := l.engine.(lab.Imager)
	if !ok {
		l.t.Fatalf("labtest: image %s: the engine %s has no containers: give docker.New()", image, l.engine.Name())
	}
	if err := finder.FindImage(l.t.Context(), image); err != nil {
		l.t.Fatalf("labtest: %v", err)
	}
}
