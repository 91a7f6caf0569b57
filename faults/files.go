package faults

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// UseFiles uses every file descriptor that the process of the service may have, for connections: accept(2) fails with EMFILE from then
// on, and what comes stays in the socket's accept queue.
type UseFiles struct {
	// Limit is how many descriptors the process may have (RLIMIT_NOFILE).
	Limit int
}

func (f UseFiles) String() string { return f.Words().English }

// Words are those of String in each language.
func (f UseFiles) Words() lang.Text {
	return lang.Text{
		English: "the process of the service has no file descriptor left: it may have %d, and connections that say nothing use them",
		Korean:  "서비스 프로세스에 남은 파일 디스크립터가 없다: 한도는 %d개이고, 아무 말도 하지 않는 연결들이 다 쓰고 있다",
	}.With(f.Limit)
}

// OpenFiles is how many file descriptors a process has, and may have.
type OpenFiles struct {
	// Limit is one more than the highest number that the kernel gives to a descriptor.
	Limit int `json:"limit"`
	// Open are the descriptors with a number below that; one that the process has inherited may be above.
	Open int `json:"open"`
}

// OpenFilesVerb prints an [OpenFiles] of the process that listens on a TCP port.
func OpenFilesVerb(port int) []string {
	return lab.Verb("open-files", "--port", strconv.Itoa(port))
}

// Inject lets the service run in a process with that limit, and connects to it from the server itself, so that nothing of that is on the
// lab's links. Its own files need some of the descriptors, and so there are more connections than it can take.
func (f UseFiles) Inject(ctx context.Context, b *lab.Bench) error {
	s := b.Service
	s.Files = f.Limit
	if err := b.RunService(ctx, s); err != nil {
		return err
	}
	return holdFrom(ctx, b, lab.ServerHost, f.Limit)
}

// Verify reads of the kernel that the process has as many descriptors as it may have, which takes it a moment, and makes a request from the
// server itself: it must be connected and get no reply.
func (f UseFiles) Verify(ctx context.Context, b *lab.Bench) error {
	err := f.used(ctx, b)
	for start := time.Now(); err != nil && time.Since(start) < accepting; {
		err = f.used(ctx, b)
	}
	if err != nil {
		return err
	}
	return HangService{}.silentAt(ctx, b, b.Target())
}

// accepting bounds the time in which the service takes the connections that there are, on a busy machine.
const accepting = 3 * time.Second

func (f UseFiles) used(ctx context.Context, b *lab.Bench) error {
	var files OpenFiles
	if err := b.Query(ctx, lab.ServerHost, OpenFilesVerb(b.Service.Number()), &files); err != nil {
		return err
	}
	if want := (OpenFiles{f.Limit, f.Limit}); files != want {
		return fmt.Errorf("the process of the service has %d file descriptors, may have %d, and must have %d", files.Open, files.Limit, f.Limit)
	}
	return nil
}

// Heal ends the service with its limit, lets go of the connections, and starts the service again.
func (UseFiles) Heal(ctx context.Context, b *lab.Bench) error {
	return errors.Join(b.StopService(ctx), release(ctx, b), b.StartService(ctx))
}
