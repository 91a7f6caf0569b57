package clients

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tcplab/tcplab/harness"
)

// output is what a program on a host has printed, and how it ended.
type output struct {
	stdout, stderr string
	code           int
	elapsed        time.Duration
}

// runProgram runs a program in the language of its sources, whatever the user's. An exit code that is not 0 is no error.
func runProgram(ctx context.Context, h harness.Host, argv ...string) (output, error) {
	var stdout, stderr bytes.Buffer
	cmd := h.Command(argv...)
	cmd.Env = []string{"LC_ALL=C"}
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	err := cmd.Run(ctx)
	o := output{elapsed: time.Since(start), stdout: stdout.String(), stderr: stderr.String()}
	if exit, ended := errors.AsType[*harness.ExitError](err); ended {
		o.code, err = exit.Code, nil
	}
	return o, err
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
	"Connection refused":       "ECONNREFUSED",
	"Connection reset by peer": "ECONNRESET",
	"Connection timed out":     "ETIMEDOUT",
	"No route to host":         "EHOSTUNREACH",
	"Network is unreachable":   "ENETUNREACH",
	"Permission denied":        "EACCES",
	"Broken pipe":              "EPIPE",
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
