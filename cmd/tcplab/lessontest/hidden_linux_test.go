package lessontest

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/lesson"
)

// What stands beside a mystery does not tell what is broken in it.
func TestMysteryIsHidden_netns(t *testing.T) {
	t.Parallel()
	d := classroom(t)
	d.Env = append(d.Env, "TMPDIR="+d.Dir)
	var all []*student
	var rise errgroup.Group
	for _, c := range lesson.Cases() {
		s := studentWith(d, c.Name)
		all = append(all, s)
		rise.Go(func() error { return s.begin() })
	}
	require.NoError(t, rise.Wait())
	var first []string
	for _, s := range all {
		t.Run(s.Case.Name, func(t *testing.T) {
			s := &student{&cmdtest.Desk{T: t, Dir: d.Dir, Env: d.Env, Credential: d.Credential, Program: d.Program}, s.Mystery, s.Case}
			pids := s.belonging()
			s.requireHidden(s.around(pids))
			// Whatever the case is, the same programs run.
			var programs []string
			for _, pid := range pids {
				programs = append(programs, strings.ReplaceAll(cmdtest.CommandLine(strconv.Itoa(pid)), s.Student, "ID"))
			}
			slices.Sort(programs)
			if first == nil {
				first = programs
			}
			assert.Equal(t, first, programs)
		})
	}
}

// On docker the engine tells of what it has done, too: that a host is off, but neither why nor what a verb has changed.
func TestMysteryIsHidden_docker(t *testing.T) {
	if testing.Short() {
		t.Skip("labs of containers in real time are not for -short")
	}
	cmdtest.NeedEngine(t, "docker")
	t.Parallel()
	for _, name := range enginetest.Drawn(t, []string{"server-rejects", "service-hangs", "no-route", "dead-host"}, 2) {
		t.Run(name, func(t *testing.T) {
			d := cmdtest.NewDesk(t)
			s := studentWith(d, name)
			events := s.watchEngine()
			cmd := d.Command("lesson", "mystery", "--engine", "docker", "--student", s.Student, "--level", fmt.Sprint(s.Mystery.Level))
			cmd.Dir = enginetest.Root()
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, string(out))
			texts := s.around(s.belonging())
			lab, seen := s.containers()
			maps.Copy(texts, seen)
			texts["events"] = events(lab)
			s.requireHidden(texts)
			// Whatever the case is, the same is executed: once for each host, and once more for one that was on again.
			executed := regexp.MustCompile(`"exec_(?:create|start): [^"]*"`).FindAllString(texts["events"], -1)
			require.GreaterOrEqual(t, len(executed), 2*3, texts["events"])
			slices.Sort(executed)
			assert.Equal(t, []string{`"exec_create: tcplab host serve"`, `"exec_start: tcplab host serve"`}, slices.Compact(executed))
			d.Must("down")
		})
	}
}

// watchEngine follows the engine's events. What it returns gives those of a lab until then: the engine itself remembers few.
func (s *student) watchEngine() (ofLab func(id string) string) {
	s.Helper()
	var all bytes.Buffer
	cmd := exec.Command("docker", "events", "--since", fmt.Sprint(time.Now().Unix()), "--format", "{{json .}}")
	cmd.Stdout = &all
	require.NoError(s, cmd.Start())
	end := sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	s.Cleanup(end)
	return func(id string) (lines string) {
		end()
		for line := range strings.Lines(all.String()) {
			if strings.Contains(line, id) {
				lines += line
			}
		}
		return lines
	}
}

// belonging are the processes of the mystery: its holder, and what has come of it.
func (s *student) belonging() []int {
	s.Helper()
	list := []int{s.Standing(s.Lab()).Process}
	for grown := true; grown; {
		grown = false
		for _, pid := range cmdtest.Processes() {
			if slices.Contains(list, cmdtest.Parent(pid)) && !slices.Contains(list, pid) {
				list, grown = append(list, pid), true
			}
		}
	}
	return list
}

// around is all that is to be seen of the mystery from outside of it, by what it is.
func (s *student) around(pids []int) map[string]string {
	s.Helper()
	texts := map[string]string{"status": s.Must("status"), "status --json": s.Must("status", "--json")}
	for _, pid := range pids {
		for _, name := range []string{"cmdline", "environ", "comm"} {
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
			require.NoError(s, err)
			texts[fmt.Sprintf("%s of %d", name, pid)] = string(bytes.ReplaceAll(text, []byte{0}, []byte("\n")))
		}
		open, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		for _, name := range open {
			to, _ := os.Readlink(name) // it may be closed by now
			texts[fmt.Sprintf("open files of %d", pid)] += to + "\n"
		}
	}
	require.NoError(s, filepath.WalkDir(s.Dir, func(name string, _ fs.DirEntry, err error) error {
		texts["files"] += name + "\n"
		return err
	}))
	log, err := os.ReadFile(filepath.Join(s.Dir, "tcplab", s.Lab()+".log"))
	require.NoError(s, err)
	texts["log"] = string(log)
	return texts
}

// containers is what the engine tells of the mystery, and by which id it knows the lab.
func (s *student) containers() (lab string, texts map[string]string) {
	s.Helper()
	docker := func(args ...string) string {
		out, err := exec.Command("docker", args...).CombinedOutput()
		require.NoError(s, err, "docker %s: %s", args, out)
		return string(out)
	}
	texts = map[string]string{}
	pid := s.Standing(s.Lab()).Process
	// In one look: the containers of other labs come and go, and those in which an image is built.
	all := docker("ps", "-a", "--filter", "label=tcplab.lab", "--format", `{{.ID}} {{.Label "tcplab.lab"}} {{.Label "tcplab.owner"}}`)
	for line := range strings.Lines(all) {
		words := strings.Fields(line)
		require.Len(s, words, 3, line)
		id, owner := words[0], words[2]
		if !strings.Contains(owner, fmt.Sprintf("/%d/", pid)) {
			continue
		}
		lab = words[1]
		texts["inspect "+id] = docker("inspect", id)
		texts["ps "+id] = docker("ps", "-a", "--no-trunc", "--filter", "id="+id, "--format", "{{json .}}")
		if docker("ps", "--quiet", "--filter", "id="+id) != "" { // not where the fault is that it is off
			texts["top "+id] = docker("top", id)
		}
		texts["networks"] = docker("network", "ls", "--filter", "label=tcplab.lab="+lab, "--format", "{{json .}}")
	}
	require.Contains(s, texts, "networks", "the lab has no containers")
	require.GreaterOrEqual(s, len(texts), 3*3, "these are not all of its hosts")
	return lab, texts
}

// requireHidden requires that no text has a word that only a fault has.
func (s *student) requireHidden(texts map[string]string) {
	s.Helper()
	require.NotEmpty(s, texts)
	for what, text := range texts {
		for line := range strings.Lines(text) {
			if told := faultWord.FindString(line); told != "" {
				assert.Fail(s, what+" tells the fault", "%q in: %s", told, line)
			}
		}
	}
}

// faultWord matches a word that only a fault has: not the beginning or the middle of another.
var faultWord = regexp.MustCompile(`(?i)(?:^|[^a-z_])(?:` + strings.Join(faultWords(), "|") + `)(?:$|[^a-z_])`)

// faultWords are the cases' names, and the words by which their faults are told and made, as patterns.
func faultWords() []string {
	list := []string{"hang", "stall", "broke", "fault", "firewall"}
	for _, c := range lesson.Cases() {
		list = append(list, c.Name, strings.TrimPrefix(fmt.Sprintf("%T", c.Fault), "faults."))
		for _, word := range strings.Fields(c.Fault.String()) {
			if word = strings.Trim(word, ":,"); !slices.Contains(harmlessWords, word) {
				list = append(list, regexp.QuoteMeta(word))
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// harmlessWords are in what is told of a fault, and may be in what is told of any lab.
var harmlessWords = []string{"nobody", "listens", "on", "TCP", "tcp", "icmp", "port", "8080", "of", "the", "client", "router", "server", "is", "has", "no",
	"not", "does", "let", "through", "service", "security", "group", "rule", "-p", "-j", "default"}
