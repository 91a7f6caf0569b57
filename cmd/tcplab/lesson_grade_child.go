package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lesson"
)

// A hand-in is written by somebody else, by whatever program. So it is read in a process of its own, with a deadline and a bound on
// its memory: one that is made to fill either is refused by its name, and the others of the class are graded.
const (
	gradeTime     = 20 * time.Second // of a processor; the largest hand-in that tcplab writes takes five
	gradeDeadline = 90 * time.Second
	gradeMemory   = 480 << 20 // bytes; the same takes 320 MiB, and more where the collector of garbage has to wait for a processor
	gradersAtOnce = 2         // so that all of them together stay below 1 GiB
)

// gradeOrder is what the process is to do; it reads this from standard input, where ps(1) does not show the key.
type gradeOrder struct {
	File string `json:"file"`
	Key  string `json:"key,omitempty"`
}

// gradeResult is what it has found.
type gradeResult struct {
	Mark   lesson.Mark `json:"mark"`
	Signer string      `json:"signer,omitempty"`
	Error  string      `json:"error,omitempty"`
	Sealed bool        `json:"sealed,omitempty"` // the error is [lesson.ErrSealed]
}

// newGradeOne is the process.
func newGradeOne() *cobra.Command {
	return &cobra.Command{
		Use:    "grade-one",
		Short:  "Grade one hand-in; \"tcplab lesson grade\" starts it",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(limitMemory(gradeMemory), limitTime(gradeTime)); err != nil {
				return err
			}
			orders := json.NewDecoder(cmd.InOrStdin())
			var o gradeOrder
			if err := orders.Decode(&o); err != nil {
				return fmt.Errorf("read the order: %w", err)
			}
			go func() { // the one who has asked is gone
				_, _ = io.Copy(io.Discard, cmd.InOrStdin())
				os.Exit(exitFailure)
			}()
			return json.NewEncoder(cmd.OutOrStdout()).Encode(o.grade())
		},
	}
}

func (o gradeOrder) grade() gradeResult {
	var key *lesson.ClassKey
	var err error
	if o.Key != "" {
		key, err = lesson.ParseClassKey(o.Key)
	}
	var r gradeResult
	if err == nil {
		r.Mark, r.Signer, err = gradeFile(o.File, key)
	}
	if err != nil {
		r.Error, r.Sealed = err.Error(), errors.Is(err, lesson.ErrSealed)
	}
	return r
}

// gradeFile grades a hand-in. What stands in the folder of a class may be anything: of a device there is no end, and on a pipe
// nobody writes.
func gradeFile(name string, key *lesson.ClassKey) (mark lesson.Mark, signer string, err error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return mark, "", lesson.ErrNotHandIn
	}
	file, err := readAtMost(name, lesson.MaxFile)
	if errors.Is(err, errTooLarge) {
		return mark, "", lesson.ErrNotHandIn
	}
	if err != nil {
		return mark, "", err
	}
	h, err := lesson.ReadHandIn(file, key)
	if err != nil {
		return mark, "", err
	}
	mark, _, err = h.Grade()
	return mark, h.Signer(), err
}

// gradeInChild lets a process grade a hand-in.
func gradeInChild(ctx context.Context, name string, key *lesson.ClassKey) (mark lesson.Mark, signer string, err error) {
	ctx, cancel := context.WithTimeout(ctx, gradeDeadline)
	defer cancel()
	o := gradeOrder{File: name}
	if key != nil {
		o.Key = key.String()
	}
	out, said, err := o.send(ctx)
	var r gradeResult
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded), err != nil && strings.Contains(err.Error(), "signal: killed"):
		return mark, "", fmt.Errorf("it takes more than %s of a processor to grade, or %s in all, as no hand-in of tcplab does", gradeTime, gradeDeadline)
	case err != nil && strings.Contains(said, "memory"): // the last words of Go's runtime differ, and those of a system have no bound
		return mark, "", fmt.Errorf("it takes more than %d MiB of memory to grade, as no hand-in of tcplab does", gradeMemory>>20)
	case err == nil:
		err = json.Unmarshal(out, &r)
	}
	switch {
	case err != nil:
		return mark, "", fmt.Errorf("it could not be graded: %w: %s", err, said)
	case r.Sealed:
		return mark, "", lesson.ErrSealed
	case r.Error != "":
		return mark, "", errors.New(r.Error)
	}
	return r.Mark, r.Signer, nil
}

// send starts the process, and returns what it has written and said at its end.
func (o gradeOrder) send(ctx context.Context) (out []byte, said string, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Args = []string{"tcplab", "grade-one"}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, "", err
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	defer stdin.Close()
	sent := json.NewEncoder(stdin).Encode(o)
	if err = cmd.Wait(); err == nil {
		err = sent
	}
	said, _, _ = strings.Cut(strings.TrimSpace(stderr.String()), "\n")
	return stdout.Bytes(), said, err
}

var errTooLarge = errors.New("it is too large")

// readAtMost reads a file that has no more than so many bytes.
func readAtMost(name string, most int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(data)) > most {
		err = errTooLarge
	}
	return data, err
}
