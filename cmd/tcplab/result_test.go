package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
)

// failed is a run that could not be made, as the harness says it.
func failed(scenario string, err error) result {
	r := &harness.Report{Scenario: harness.Scenario{Name: scenario}, Engine: "docker", Family: lab.IPv4}
	return result{scenario: scenario, report: r, err: fmt.Errorf("%s: %w", r.Name(), err)}
}

// What keeps several runs from their end for the same reason is said once.
func TestFailureSaysEachReasonOnce(t *testing.T) {
	noImage, noDisk := errors.New("up: docker: no image"), &harness.ArtifactError{Err: fs.ErrPermission}
	skipped := result{scenario: "stopped-host", report: &harness.Report{Skipped: "not supported"}}
	healthy := result{scenario: "healthy", report: &harness.Report{}}

	assert.NoError(t, runFlags{}.failure([]result{healthy}))
	assert.EqualError(t, runFlags{}.failure([]result{failed("a", noImage), healthy, failed("b", noImage), failed("c", errors.New("down: stuck"))}),
		"a, b: up: docker: no image\nc: down: stuck")
	assert.EqualError(t, runFlags{}.failure([]result{failed("a", noImage), failed("b", noDisk)}),
		"write artifacts: permission denied; make room or choose another folder", "it has ended the others")
	assert.EqualError(t, runFlags{}.failure([]result{skipped}), "stopped-host: skipped: not supported")
	assert.NoError(t, runFlags{all: true}.failure([]result{skipped}))
}

// The interruption has its own message; what could not be removed after it must not go unsaid.
func TestFailureAfterInterruption(t *testing.T) {
	observe := fmt.Errorf("observe: %w", context.Canceled)
	assert.NoError(t, besidesInterruption(errors.Join(observe, errInterrupted)))
	stuck := errors.Join(errInterrupted, errors.Join(observe, errors.New("down: the engine is stuck")))
	assert.EqualError(t, runFlags{}.failure([]result{{scenario: "healthy", err: stuck}}), "healthy: down: the engine is stuck")

	// Without an interruption a cancelled context is an error as any other.
	assert.Error(t, runFlags{}.failure([]result{{scenario: "healthy", err: context.Canceled}}))
}

func TestPrintKeepsRunsApart(t *testing.T) {
	var one, all bytes.Buffer
	r := result{report: &harness.Report{Skipped: "not supported"}}
	assert.NoError(t, runFlags{}.print(&one, []result{r}))
	assert.NoError(t, runFlags{}.print(&all, []result{{err: errInterrupted}, r, r}))
	assert.Equal(t, one.String()+"\n"+one.String(), all.String())
}
