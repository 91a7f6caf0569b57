//go:build !linux

package agent

import (
	"fmt"
	"os"
)

// Main is "tcplab host", which only Linux hosts have. It returns the exit code.
func Main([]string) int {
	fmt.Fprintln(os.Stderr, "tcplab host: the verbs of a host run on Linux; on this system use the docker engine, whose hosts are Linux")
	return 2
}
