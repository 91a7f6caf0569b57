package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/tcplab/tcplab/report"
)

// colorFlag is "--color".
type colorFlag string

// The values of the flag.
const (
	colorAuto   colorFlag = "auto"
	colorAlways colorFlag = "always"
	colorNever  colorFlag = "never"
)

func (c *colorFlag) String() string { return string(*c) }

// Type is what the help calls the value.
func (c *colorFlag) Type() string { return "when" }

// Set takes one of the values.
func (c *colorFlag) Set(text string) error {
	switch v := colorFlag(text); v {
	case colorAuto, colorAlways, colorNever:
		*c = v
		return nil
	}
	return fmt.Errorf("it is %s, %s or %s", colorAuto, colorAlways, colorNever)
}

const colorUsage = "use colours: auto (on a terminal, and without NO_COLOR in the environment), always or never"

// style is how to write to out. NO_COLOR counts unless it is empty, see no-color.org.
func (c colorFlag) style(out io.Writer) report.Style {
	switch c {
	case colorAlways:
		return report.Style{Color: true}
	case colorNever:
		return report.Style{}
	}
	f, ok := out.(*os.File)
	return report.Style{Color: ok && term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}
