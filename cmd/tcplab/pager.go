package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// paged is a writer as [folded] is one. What does not fit on the terminal goes to the user's pager when show is called; before, nothing is
// shown there.
func paged(cmd *cobra.Command) (w io.Writer, show func() error) {
	out := cmd.OutOrStdout()
	text, terminal := out.(*textWriter)
	command := pager()
	if !terminal || !isTerminal(out) || command == "" {
		folding, flush := folded(out)
		return folding, func() error { flush(); return nil }
	}
	var buffer bytes.Buffer
	flush := func() {}
	w = &buffer
	columns, lines, err := terminalSize(text.file)
	if err == nil && columns >= leastColumns {
		folding := &foldWriter{out: &buffer, columns: columns}
		w, flush = folding, folding.flush
	}
	return w, func() error {
		flush()
		if err != nil || bytes.Count(buffer.Bytes(), []byte("\n")) < lines {
			_, err := out.Write(buffer.Bytes())
			return err
		}
		return text.page(command, buffer.Bytes())
	}
}

// pager is the command line of the user's pager, "" where there is none: PAGER as environ(7) has it, else less.
func pager() string {
	command, set := os.LookupEnv("PAGER")
	if !set {
		command = "less"
	}
	program, _, _ := strings.Cut(strings.TrimSpace(command), " ")
	if _, err := exec.LookPath(program); err != nil || program == "cat" || os.Getenv("TERM") == "dumb" {
		return ""
	}
	if _, err := exec.LookPath("sh"); err != nil {
		return ""
	}
	return command
}

// page shows text in the pager and returns when the user has left it. Ctrl-C is the pager's meanwhile.
func (w *textWriter) page(command string, text []byte) error {
	in, to, err := os.Pipe()
	if err != nil {
		return err
	}
	defer in.Close()
	p := exec.Command("sh", "-c", command)
	p.Stdin, p.Stdout, p.Stderr = in, w.file, os.Stderr
	p.Env = os.Environ()
	if _, set := os.LookupEnv("LESS"); !set {
		p.Env = append(p.Env, "LESS=FRX") // as git has it: no pages for what fits, colours, and the text stays on the screen
	}
	_, stop := takeSignals()
	defer stop()
	if err := p.Start(); err != nil {
		to.Close()
		return err
	}
	_, err = (&textWriter{file: to, ascii: w.ascii, color: w.color}).Write(text)
	to.Close()
	if errors.Is(err, syscall.EPIPE) {
		err = nil // the user has left it before the end
	}
	_ = p.Wait() // how a pager ends says nothing of the text
	return err
}
