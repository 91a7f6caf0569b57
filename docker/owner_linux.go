package docker

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// machineName names the space in which a process number has a meaning: this machine's PID namespace, since this boot. Cloned machines
// have the same host name, the same numbers of namespaces and perhaps the same machine-id(5), but not the same boot. The id is
// confidential, and so it is hashed, as its manual asks for.
func machineName() (string, error) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", err
	}
	link, err := os.Readlink("/proc/self/ns/pid") // "pid:[4026531836]"
	if err != nil {
		return "", err
	}
	host, err := os.Hostname()
	if err != nil {
		return "", err
	}
	id, _ := os.ReadFile("/etc/machine-id") // which a container need not have
	namespace := strings.Trim(strings.TrimPrefix(link, "pid:"), "[]")
	return strings.Join([]string{host, digest(id), namespace, digest(boot)}, ":"), nil
}

// processStart returns when the process was started, in clock ticks since boot (proc(5), field 22 of stat), and
// whether there is such a process.
func processStart(pid int) (start string, alive bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil { // no such process, or hidden: the mount option hidepid
		return startUnknown, !errors.Is(unix.Kill(pid, 0), unix.ESRCH)
	}
	// The second field, the name in brackets, may hold anything: what follows its last bracket is fields 3 and on.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	const state, startTime = 0, 19
	if len(fields) <= startTime || fields[state][0] == 'Z' {
		return startUnknown, false
	}
	return string(fields[startTime]), true
}
