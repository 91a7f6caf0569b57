package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/wire"
)

// update rewrites what is written from the code, in place of comparing it.
var update = flag.Bool("update", false, "rewrite the generated sections of the documents, and what scripts compare")

// TestMain lets this test binary be tcplab when it is called by that name: it is what scripts and tests run.
func TestMain(m *testing.M) {
	testscript.Main(ready{m}, map[string]func(){"tcplab": main})
}

// ready looks whether the engines that are required are there before it runs the tests.
type ready struct{ *testing.M }

func (m ready) Run() int {
	if err := cmdtest.SpeakEnglish(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return enginetest.Main(cmdtest.Overlapping{Tests: m.M}, cmdtest.Engines...)
}

// TestScript runs every command as a user types it; the scripts are in testdata/script. Commands that the scripts have
// beside those of package testscript:
//
//	exits CODE PROGRAM [ARG...]   run the program, which must end with this exit code
//	sentence                      standard error must end with one line of the form "tcplab: ...", and no other one
//	field FILE PATH [JSON]        the value at a path such as "client errno" or "packets server 0" in the JSON object in
//	                              the file must be there, and be this one
//	pcapng FILE NUMBER            the file must be a pcapng that holds so many TCP packets
//	answer FILE VERDICT PLACE     fill in the answers to a quiz, to all questions the same
//	answer FILE right             fill in the right ones
//
// and the condition [engine:NAME], true where the engine can run here.
func TestScript(t *testing.T) {
	runs, err := filepath.Abs(filepath.Join(enginetest.Root(), "report", "testdata", "runs"))
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("RUNS", runs) // runs that were recorded
			return nil
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Condition:           condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "sentence": sentence, "field": field, "pcapng": pcapng, "answer": answer,
		},
	})
}

func condition(name string) (bool, error) {
	engine, ok := strings.CutPrefix(name, "engine:")
	switch {
	case ok:
		return cmdtest.Missing(engine) == nil, nil
	case name == "root":
		return os.Geteuid() == 0, nil
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if exit, ended := errors.AsType[*exec.ExitError](err); ended {
		got, err = exit.ExitCode(), nil
	}
	ts.Check(err)
	if got != want {
		ts.Fatalf("exit code %d, and not %d", got, want)
	}
}

func sentence(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: sentence")
	}
	text := ts.ReadFile("stderr")
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if strings.Count(text, "tcplab: ") != 1 || !strings.HasPrefix(lines[len(lines)-1], "tcplab: ") {
		ts.Fatalf("not one sentence: %q", text)
	}
}

func field(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: field FILE PATH [JSON]")
	}
	var value any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &value))
	for name := range strings.FieldsSeq(args[1]) {
		value = member(ts, value, name)
	}
	if len(args) == 2 {
		return
	}
	var want any
	ts.Check(json.Unmarshal([]byte(args[2]), &want))
	if !reflect.DeepEqual(want, value) {
		got, err := json.Marshal(value)
		ts.Check(err)
		ts.Fatalf("%s is %s, and not %s", args[1], got, args[2])
	}
}

func pcapng(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: pcapng FILE NUMBER")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	f, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	reader, err := wire.NewReader(f)
	ts.Check(err)
	got := 0
	for {
		p, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		ts.Check(err)
		if p.Kind == wire.KindTCP {
			got++
		}
	}
	if got != want {
		ts.Fatalf("%s holds %d TCP packets, and not %d", args[0], got, want)
	}
}

func answer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 && (len(args) != 2 || args[1] != "right") {
		ts.Fatalf("usage: answer FILE VERDICT PLACE|right")
	}
	text := ts.ReadFile(args[0])
	sheet, err := lesson.ReadSheet(text)
	ts.Check(err)
	for i, c := range sheet.Quiz.Cases() {
		with := strings.Join(args[1:], " ")
		if with == "right" {
			with = fmt.Sprintf("%s %s", c.Verdicts[0], c.Where)
		}
		question := regexp.MustCompile(fmt.Sprintf(`(?m)^%d:.*$`, i+1))
		text = question.ReplaceAllString(text, fmt.Sprintf("%d: %s", i+1, with))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// member is a member of an object, or, by its number, an element of an array.
func member(ts *testscript.TestScript, value any, name string) any {
	switch v := value.(type) {
	case map[string]any:
		if m, ok := v[name]; ok {
			return m
		}
	case []any:
		if i, err := strconv.Atoi(name); err == nil && i < len(v) {
			return v[i]
		}
	}
	ts.Fatalf("there is no %q in %v", name, value)
	return nil
}
