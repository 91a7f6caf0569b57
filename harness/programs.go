package harness

import (
	"errors"
	"fmt"
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
func FindProgram(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		return path, nil
	}
	for _, folder := range systemFolders {
		if strings.Contains(name, "/") {
			break
		}
		if path, err := exec.LookPath(filepath.Join(folder, name)); err == nil {
			return path, nil
		}
	}
	if p, known := debianPackages[name]; known {
		return "", &missingProgram{fmt.Sprintf("%s is not installed on this machine: apt-get install %s", name, p)}
	}
	return "", &missingProgram{fmt.Sprintf("there is no program %s on this machine", name)}
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
