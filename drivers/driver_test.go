// Package drivers puts real client libraries and programs, with real servers, into the failures in which they differ. What each did is
// recorded in the folder recorded, and docs/drivers.md is made of that. A driver is one file here; what all share is in
// driver_test.go, failure_test.go and cell_test.go.
package drivers

import (
	"context"
	_ "embed"
	"net"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/labtest"
)

// driver is a client in one configuration.
type driver struct {
	name string
	// tuned is the setting that the driver's own documentation recommends against failures like these; empty: all is as by default.
	tuned string
	// module is the Go module of the driver; "std" is Go itself. Empty: it is a program.
	module string
	// program is the command that prints the version of a driver which is no module of Go's. Where it prints none, the driver is not installed.
	program []string
	// keeps says that such a driver keeps its connections over several calls; else each call is a program that begins and ends.
	keeps  bool
	server backend
	open   func(*labtest.Lab) client
	// request is the moment at which a request of the driver waits for its answer. The zero value is that of a pool, whose connection has
	// had an answer before.
	request lab.When
	// background says that the driver connects anew by itself, so that a call may find the new connection or wait for it.
	background bool
	// heartbeats says that the driver sends something between calls, seconds apart: that or the next call finds a dead connection.
	heartbeats bool
	// prompt says that the server cannot be slow at a request of this driver.
	prompt bool
}

// client is a driver at work in a lab.
type client interface {
	// call makes one request that must not be executed twice. The server counts it by its id. One that is slow takes the server slowly.
	call(ctx context.Context, id string, slow bool) error
	close()
}

// slowly is how long the server works at a request that is slow.
const slowly = 2 * time.Second

// backend is a server for drivers.
type backend interface {
	// programs are those that must be installed.
	programs() []string
	// version names the server with its version.
	version() string
	// serve returns a server with no request counted, and how often it has executed the request of an id.
	serve() (s labtest.Server, executed func(ctx context.Context, l *labtest.Lab, id string) (int, error))
	// prepare makes what requests need, as tables are, once the server is ready.
	prepare(ctx context.Context, l *labtest.Lab) error
}

// drivers are all, in the order of the table.
var drivers []driver

// register is called by a driver's file.
func register(list ...driver) []driver {
	drivers = append(drivers, list...)
	slices.SortStableFunc(drivers, func(a, b driver) int { return strings.Compare(a.key(), b.key()) })
	return list
}

// key names the driver with its configuration: it is a row of the table, and a file of what is recorded.
func (d driver) key() string {
	if d.tuned == "" {
		return d.name
	}
	return d.name + " tuned"
}

// slug is the key in the names of tests and files.
func (d driver) slug() string {
	return regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(d.key()), "-")
}

// pools says whether the driver keeps connections.
func (d driver) pools() bool { return d.program == nil || d.keeps }

// lacks is the program that must be installed and is not; empty: the driver can run.
func (d driver) lacks() string {
	for _, path := range d.server.programs() {
		if _, err := exec.LookPath(path); err != nil {
			return path
		}
	}
	if d.program != nil && d.version() == "" {
		return d.name
	}
	return ""
}

//go:embed go.mod
var goMod string

// version is that of the driver.
func (d driver) version() string {
	switch d.module {
	case "":
		return printed(d.program...)
	case "std":
		return runtime.Version()
	}
	return required(d.module)
}

// required is the version of a module in go.mod; empty: it is not there, as Go itself is not.
func required(module string) string {
	for line := range strings.Lines(goMod) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == module {
			return words[1]
		}
	}
	return ""
}

// printed is the first version in what a command prints; empty: there is none.
func printed(command ...string) string {
	out, _ := exec.Command(command[0], command[1:]...).CombinedOutput() // the jar of a library prints its version, and fails
	return regexp.MustCompile(`\d+(\.\d+)+`).FindString(string(out))
}

// dialer is the net.Dialer that a driver makes by default, in the lab.
func dialer(l *labtest.Lab, timeout time.Duration, keepAlive net.KeepAliveConfig) *net.Dialer {
	return &net.Dialer{Timeout: timeout, KeepAliveConfig: keepAlive, Control: l.Control}
}
