package lab

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// debianPackages are the packages that bring a program.
var debianPackages = map[string]string{
	"bash":       "bash",
	"chromium":   "chromium",
	"conntrack":  "conntrack",
	"curl":       "curl",
	"haproxy":    "haproxy",
	"ip":         "iproute2",
	"ip6tables":  "iptables",
	"iptables":   "iptables",
	"nft":        "nftables",
	"ping":       "iputils-ping",
	"ss":         "iproute2",
	"tcpdump":    "tcpdump",
	"traceroute": "traceroute",
}

// systemFolders are those of programs for root, which an ordinary user's PATH lacks on Debian. In a lab everybody is root.
var systemFolders = []string{"/usr/local/sbin", "/usr/sbin", "/sbin"}

// FindProgram returns the path of one of this machine's programs. Where it is missing, the error says how to get it, and
// wraps [ErrUnsupported].
func FindProgram(name string) (string, error) { return FindProgramFrom(name, "", os.Environ()) }

// FindProgramFrom is FindProgram for a command in another folder (empty: the current one), with an environment of its own.
func FindProgramFrom(name, dir string, env []string) (string, error) {
	if strings.Contains(name, "/") {
		return programAt(name, dir)
	}
	for _, folder := range append(filepath.SplitList(variable(env, "PATH")), systemFolders...) {
		if !filepath.IsAbs(folder) {
			continue // as exec.LookPath does: what lies in the current folder is asked for by its path
		}
		if path, err := exec.LookPath(filepath.Join(folder, name)); err == nil && name != "" {
			return path, checkScript(path)
		}
	}
	if name == "" {
		return "", &missingProgram{"the name of the program is empty"}
	}
	if p, known := debianPackages[name]; known {
		return "", &missingProgram{fmt.Sprintf("%s is not installed on this machine: apt-get install %s", name, p)}
	}
	return "", &missingProgram{fmt.Sprintf("there is no program %s on this machine", name)}
}

// programAt is a program that is named by its path.
func programAt(name, dir string) (string, error) {
	path := name
	if dir != "" && !filepath.IsAbs(name) {
		path = filepath.Join(dir, name)
	}
	found, err := exec.LookPath(path)
	if err == nil {
		return found, checkScript(found)
	}
	info, missing := os.Stat(path)
	switch {
	case missing != nil:
		return "", &missingProgram{fmt.Sprintf("there is no program %s on this machine", path)}
	case info.IsDir():
		return "", &missingProgram{path + " is a folder, and no program"}
	}
	return "", &missingProgram{fmt.Sprintf("%s is not executable for this user: chmod +x %s", path, path)}
}

// checkScript reports why the kernel could not run a script. Of anything else only the kernel knows.
func checkScript(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return nil // a program may be one that cannot be read
	}
	defer f.Close()
	head := make([]byte, 256) // of more, the kernel looks at nothing
	n, _ := io.ReadFull(f, head)
	line, _, _ := bytes.Cut(head[:n], []byte("\n"))
	rest, script := bytes.CutPrefix(line, []byte("#!"))
	if !script {
		return checkFormat(path, head[:n])
	}
	fields := strings.Fields(string(bytes.TrimSuffix(rest, []byte("\r"))))
	switch {
	case len(fields) == 0:
		return nil
	case bytes.HasSuffix(line, []byte("\r")):
		return &missingProgram{fmt.Sprintf("the first line of %s ends in CR LF, so that its interpreter is not found: convert it, as by sed -i 's/\\r$//' %s", path, path)}
	}
	if _, err := os.Stat(fields[0]); err != nil {
		return &missingProgram{fmt.Sprintf("%s is for the interpreter %s, which is not on this machine", path, fields[0])}
	}
	return nil
}

// checkFormat finds a script whose first line does not say what runs it: a shell would do so itself, the kernel does not.
func checkFormat(path string, head []byte) error {
	if len(head) == 0 {
		return nil
	}
	for _, c := range head {
		if c >= 0x7f || c < ' ' && c != '\n' && c != '\t' && c != '\r' {
			return nil
		}
	}
	return &missingProgram{fmt.Sprintf("%s is a text without #! in its first line: name its interpreter, as in \"python3 %s\"", path, path)}
}

// variable is the value of an environment variable, of which the last one counts.
func variable(env []string, name string) (value string) {
	for _, entry := range env {
		if v, ok := strings.CutPrefix(entry, name+"="); ok {
			value = v
		}
	}
	return value
}

// missingProgram is the lack of a program, in a sentence that needs nothing added.
type missingProgram struct{ text string }

func (m *missingProgram) Error() string { return m.text }

func (m *missingProgram) Unwrap() error { return ErrUnsupported }

// RequirePrograms reports which of the programs this machine lacks: for engines whose hosts run this machine's programs.
func RequirePrograms(names []string) error {
	var missing []error
	for _, name := range names {
		if _, err := FindProgram(name); err != nil {
			missing = append(missing, err)
		}
	}
	return errors.Join(missing...)
}
