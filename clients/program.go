package clients

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// output is what a program on a host has printed, and how it ended.
type output struct {
	stdout, stderr string
	code           int
	elapsed        time.Duration
	ended          time.Time
}

// runProgram runs a program. An exit code that is not 0 is no error.
func runProgram(ctx context.Context, h lab.Host, argv ...string) (output, error) {
	text, err := h.Command(agent.TimeVerb(argv...)...).Output(ctx)
	if err != nil {
		return output{}, err
	}
	var p agent.TimedProgram
	if err := json.Unmarshal(text, &p); err != nil {
		return output{}, fmt.Errorf("tcplab host time printed what is not JSON: %q", text)
	}
	return output{p.Stdout, p.Stderr, p.ExitCode, p.Elapsed, p.Ended}, nil
}

// said are the last words of a program on standard error, or its exit code where it said nothing.
func (o output) said() string {
	lines := strings.Split(strings.TrimSpace(o.stderr), "\n")
	if last := strings.TrimSpace(lines[len(lines)-1]); last != "" {
		return last
	}
	return fmt.Sprintf("exit code %d", o.code)
}

// kernelErrors are the texts of strerror(3) for the errors by which a connection fails.
var kernelErrors = map[string]string{
	"Address already in use":        "EADDRINUSE",
	"Connection refused":            "ECONNREFUSED",
	"Connection reset by peer":      "ECONNRESET",
	"Connection timed out":          "ETIMEDOUT",
	"No route to host":              "EHOSTUNREACH",
	"Network is unreachable":        "ENETUNREACH",
	"Permission denied":             "EACCES",
	"Operation not permitted":       "EPERM",
	"Invalid argument":              "EINVAL",
	"Do you want to ping broadcast": "EACCES", // ping(8) takes a prohibited route for a broadcast address
	"Broken pipe":                   "EPIPE",
}

// errnoIn is the error of the kernel that a program speaks of, empty where it speaks of none.
func errnoIn(text string) string {
	for words, name := range kernelErrors {
		if strings.Contains(text, words) {
			return name
		}
	}
	return ""
}
