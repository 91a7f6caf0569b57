package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/wire"
)

// capturing is a host that can do one thing, capture, and sees nothing. Its captures end with the next of the exit codes.
type capturing struct {
	lab.Host
	codes chan int
}

func (c capturing) Command(argv ...string) *lab.Cmd { return lab.NewCmd(c, argv...) }

func (c capturing) StartCommand(_ context.Context, cmd *lab.Cmd) (lab.Process, error) {
	if len(c.codes) == 0 {
		return nil, errors.New("no more of them")
	}
	if _, err := wire.NewWriter(cmd.Stdout, "a test"); err != nil {
		return nil, err
	}
	fmt.Fprintln(cmd.Stderr, lab.Ready)
	return untilStdinEnds{cmd, <-c.codes}, nil
}

type untilStdinEnds struct {
	cmd  *lab.Cmd
	code int
}

func (u untilStdinEnds) Wait() (int, error) {
	_, _ = io.Copy(io.Discard, u.cmd.Stdin)
	if u.code != 0 {
		fmt.Fprintln(u.cmd.Stderr, "the kernel dropped 3 of 9 packets")
	}
	return u.code, nil
}

type oneHostLab struct {
	lab.Lab
	host lab.Host
}

func (l oneHostLab) Host(string) (lab.Host, error) { return l.host, nil }

// recordedBy is a lab of one host that is recorded, whose captures end with these exit codes.
func recordedBy(t *testing.T, codes ...int) *Standing {
	t.Helper()
	host := capturing{codes: make(chan int, len(codes))}
	for _, code := range codes {
		host.codes <- code
	}
	topology := lab.Topology{Name: "alone", Hosts: []lab.HostSpec{{Name: "client"}}}
	r := &run{bench: &lab.Bench{Lab: oneHostLab{host: host}, Topology: topology}, report: &Report{}}
	s := &Standing{run: r}
	require.NoError(t, s.StartRecord(t.Context()))
	return s
}

// A record that lacks packets is told to lack them, however often one asks: who has captured them would be called a forger.
func TestARecordWithAHoleIsNone(t *testing.T) {
	const hole = "the lab's record lacks packets, and nothing can be held against it: take the lab down, and build it anew " +
		"(capture on host client: the kernel dropped 3 of 9 packets)"
	var file bytes.Buffer
	s := recordedBy(t, 0, 1, 0, 0, 0)
	require.NoError(t, s.WriteRecord(t.Context(), &file))
	assert.NotEmpty(t, file.Bytes())
	file.Reset()
	for range 2 {
		assert.EqualError(t, s.WriteRecord(t.Context(), &file), hole)
	}
	assert.Empty(t, file.Bytes())

	// What is done to the lab meanwhile is done all the same.
	s, done := recordedBy(t, 1, 0, 0), 0
	do := func() error { done++; return nil }
	require.NoError(t, s.unrecorded(t.Context(), do))
	assert.Equal(t, 1, done)
	assert.EqualError(t, s.WriteRecord(t.Context(), &file), hole)

	// Captures that do not begin anew leave a hole, too.
	s = recordedBy(t, 0)
	assert.ErrorContains(t, s.unrecorded(t.Context(), do), "no more of them")
	s.run.bench.Lab = recordedBy(t, 0, 0).run.bench.Lab
	assert.ErrorContains(t, s.WriteRecord(t.Context(), &file), "the lab's record lacks packets")
}
