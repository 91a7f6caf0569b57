package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lang"
)

func TestColorIsAskedForInEveryWay(t *testing.T) {
	for _, c := range []struct {
		flag        colorFlag
		environment map[string]string
		colored     bool
	}{
		{colorAuto, nil, false}, // it is no terminal
		{colorAlways, nil, true},
		{colorAuto, map[string]string{"FORCE_COLOR": "1"}, true},
		{colorAuto, map[string]string{"CLICOLOR_FORCE": "1"}, true},
		{colorAuto, map[string]string{"FORCE_COLOR": "0"}, false},
		{colorAuto, map[string]string{"FORCE_COLOR": "1", "NO_COLOR": "1"}, false},
		{colorNever, map[string]string{"FORCE_COLOR": "1"}, false},
	} {
		for _, name := range []string{"FORCE_COLOR", "CLICOLOR_FORCE", "NO_COLOR"} {
			t.Setenv(name, c.environment[name])
		}
		assert.Equal(t, c.colored, c.flag.style(&bytes.Buffer{}, lang.English).Color, "%+v", c)
	}
}

// TestDiagnoseInColours: verdicts have colours where these are asked for, and what is beside them stays in its column.
func TestDiagnoseInColours(t *testing.T) {
	t.Parallel()
	capture := attemptsEachSecond(t, 20, nineOf121)
	for args, want := range map[string]string{
		"--color always": "\n  \x1b[1;31mrefused\x1b[0m: 2 of 20 connections",
		"--color always --list --verdict ok,refused": "  203.0.113.0:443  \x1b[1;32mok     \x1b[0m  1-19\n",
		"--color never --list":                       "  203.0.113.0:443  refused  96-97\n",
	} {
		out, err := exec.Command(cmdtest.Program(t), append(append([]string{"diagnose"}, strings.Fields(args)...), capture)...).Output()
		require.NoError(t, err)
		assert.Contains(t, string(out), want)
	}
}
