package docker

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"github.com/tcplab/tcplab/lab/agent"
)

// runtimeFailure is how the container runtime begins when it could not start a command. It says so on the standard
// output of the command that there is not.
var runtimeFailure = []byte("OCI runtime exec failed: ")

// failures are how a command's output begins where there is no command: by the runtime, or by the verb that was to become the command.
var failures = [][]byte{runtimeFailure, []byte(agent.StartFailure)}

// runtimeFilter is a command's standard output without such a message.
type runtimeFilter struct {
	w       io.Writer
	begun   bool
	message []byte
}

func (f *runtimeFilter) Write(p []byte) (int, error) {
	for _, failure := range failures {
		if !f.begun && bytes.HasPrefix(p, failure) {
			f.message = bytes.TrimPrefix(bytes.Clone(p), failure)
		}
	}
	f.begun = true
	if f.message != nil {
		return len(p), nil
	}
	return f.w.Write(p)
}

// failure is the runtime's message as an error, nil where there was none.
func (f *runtimeFilter) failure() error {
	if f.message == nil {
		return nil
	}
	message := bytes.TrimSpace(f.message)
	if bytes.Contains(message, []byte("executable file not found")) || bytes.Contains(message, []byte("no such file")) {
		return fmt.Errorf("docker: %w (%s)", exec.ErrNotFound, message)
	}
	return errors.New("docker: " + string(message))
}
