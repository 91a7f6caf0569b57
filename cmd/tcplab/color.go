package main

import (
	"fmt"
	"io"
	"os"

	"github.com/tcplab/tcplab/lang"
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

const colorUsage = "use colours: auto (on a terminal, or with FORCE_COLOR in the environment, and without NO_COLOR), always or never"

// style is how to write to out. NO_COLOR counts unless it is empty, see no-color.org; FORCE_COLOR and CLICOLOR_FORCE count
// unless they are empty or 0, see force-color.org and bixense.com/clicolors.
func (c colorFlag) style(out io.Writer, tag lang.Tag) report.Style {
	able := isTerminal(out) && os.Getenv("TERM") != "dumb" || isOn("FORCE_COLOR") || isOn("CLICOLOR_FORCE")
	color := c == colorAlways || c != colorNever && able && os.Getenv("NO_COLOR") == ""
	if w, ok := out.(*textWriter); ok && color {
		w.allowColor()
	}
	return report.Style{Color: color, Language: tag}
}

// decided is the flag for a command that writes to out through this one.
func (c colorFlag) decided(out io.Writer) colorFlag {
	if c.style(out, lang.English).Color {
		return colorAlways
	}
	return colorNever
}

func isOn(variable string) bool {
	value := os.Getenv(variable)
	return value != "" && value != "0"
}
