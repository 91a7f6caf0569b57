package docker

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
)

// runtimeFailure is how the container runtime begins when it could not start a command. It says so on the standard
// output of the command that there is not.
var runtimeFailure = []byte("OCI runtime exec failed: ")

// runtimeFilter is a command's standard output without such a message.
type runtimeFilter struct {
	w       io.Writer
	begun   bool
	message []byte
}

func (f *runtimeFilter) Write(p []byte) (int, error) {
	if !f.begun && bytes.HasPrefix(p, runtimeFailure) {
		f.message = bytes.Clone(p)
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
	message := bytes.TrimSpace(bytes.TrimPrefix(f.message, runtimeFailure))
	if bytes.Contains(message, []byte("executable file not found")) || bytes.Contains(message, []byte("no such file")) {
		return fmt.Errorf("docker: %w (%s)", exec.ErrNotFound, message)
	}
	return errors.New("docker: " + string(message))
}
