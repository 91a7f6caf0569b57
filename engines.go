// Package tcplab is the list of what the lab has: its engines. The lab itself is in the packages below: harness runs
// scenarios, and tcplab in cmd/tcplab is the command line.
package tcplab

import (
	"github.com/tcplab/tcplab/docker"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/netns"
)

// Engines returns every engine, the preferred first. A new one is a line here.
func Engines() []lab.Engine {
	return []lab.Engine{
		netns.New(),
		docker.New(),
	}
}
