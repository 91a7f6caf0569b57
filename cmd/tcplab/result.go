package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/report"
)

// errMismatch says that a scenario did not match; the details have been printed.
var errMismatch = errors.New("a scenario did not match")

// result is the end of one run.
type result struct {
	scenario string
	report   *harness.Report // nil where the run could not begin
	err      error
}

// print shows the runs that came to their end.
func (f runFlags) print(out io.Writer, results []result) error {
	write := f.color.style(out).Text
	if f.asJSON {
		write = report.JSON
	}
	shown := 0
	for _, r := range results {
		if r.err != nil {
			continue
		}
		if shown++; shown > 1 && !f.asJSON {
			fmt.Fprintln(out)
		}
		if err := write(out, r.report); err != nil {
			return err
		}
	}
	return nil
}

// failure is why some of the runs could not be made: each reason once, with the names of all that it kept from their
// end. A skipped run is a failure where it was asked for by name.
func (f runFlags) failure(results []result) error {
	var reasons []string
	names := map[string][]string{}
	for _, r := range results {
		err := r.err
		if errors.Is(err, errInterrupted) {
			err = besidesInterruption(err)
		}
		if r.err == nil && r.report.Skipped != "" && !f.all {
			err = fmt.Errorf("skipped: %s", r.report.Skipped)
		}
		if err == nil {
			continue
		}
		if disk, full := errors.AsType[*harness.ArtifactError](err); full {
			return disk
		}
		reason := err.Error()
		if r.report != nil {
			reason = strings.TrimPrefix(reason, r.report.Name()+": ")
		}
		if !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
		names[reason] = append(names[reason], r.scenario)
	}
	var errs []error
	for _, reason := range reasons {
		errs = append(errs, fmt.Errorf("%s: %s", strings.Join(names[reason], ", "), reason))
	}
	return errors.Join(errs...)
}

// besidesInterruption is what is left of an error without the end of the context, which has its own message: a lab that
// could not be removed must not go unsaid.
func besidesInterruption(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var left []error
		for _, e := range joined.Unwrap() {
			left = append(left, besidesInterruption(e))
		}
		return errors.Join(left...)
	}
	if errors.Is(err, errInterrupted) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// mismatch is errMismatch where a run did not match.
func mismatch(results []result) error {
	for _, r := range results {
		if r.err == nil && len(r.report.Mismatches) > 0 {
			return errMismatch
		}
	}
	return nil
}
