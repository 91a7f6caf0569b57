package docker

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// owner is the process that built a lab, as its labels tell it: "machine/pid/start", where the machine is one since a certain boot. The
// start time tells the process from a later one with the same number.
type owner struct {
	machine string
	pid     int
	start   string
}

// self is this process.
func self() (owner, error) {
	machine, err := machineName()
	if err != nil {
		return owner{}, fmt.Errorf("docker: name this machine: %w", err)
	}
	start, _ := processStart(os.Getpid())
	return owner{machine: machine, pid: os.Getpid(), start: start}, nil
}

func parseOwner(label string) (owner, error) {
	fields := strings.Split(label, "/")
	if len(fields) != 3 {
		return owner{}, fmt.Errorf("owner label %q has not three parts", label)
	}
	pid, err := strconv.Atoi(fields[1])
	if err != nil {
		return owner{}, fmt.Errorf("owner label %q: %w", label, err)
	}
	return owner{machine: fields[0], pid: pid, start: fields[2]}, nil
}

func (o owner) String() string { return fmt.Sprintf("%s/%d/%s", o.machine, o.pid, o.start) }

// gone reports whether the process is known to have ended. Of a process on another machine, or in another PID
// namespace of this one, nothing is known.
func (o owner) gone(here string) bool {
	if o.machine != here {
		return false
	}
	start, alive := processStart(o.pid)
	return !alive || (start != startUnknown && start != o.start)
}

// earlier reports whether the process was one of this machine's before it was started the last time. So it has ended, unless it is of a
// clone of this machine.
func (o owner) earlier(here string) bool {
	machine, _ := cutLast(o.machine)
	same, _ := cutLast(here)
	return machine != "" && machine == same && o.machine != here
}

// cutLast cuts off what follows the last colon.
func cutLast(text string) (before, after string) {
	i := strings.LastIndexByte(text, ':')
	return text[:max(i, 0)], text[i+1:]
}

// startUnknown is the start time of a process that this system does not tell.
const startUnknown = "unknown"
