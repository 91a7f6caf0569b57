package docker

import (
	_ "embed"
	"encoding/json"

	"github.com/moby/moby/api/types/container"
)

// rights are what the container of an errand may do beyond what any container may; its processes have no capability but those named here,
// and get none by starting a program.
type rights struct {
	as           string // in words, for an error
	user         string // "uid:gid"
	capabilities []string
	security     []string
}

// attempts are the rights with which an errand is tried, the fewest first.
//
// An ordinary user needs no capability, because it has all of them in a user namespace of its own; Docker's seccomp profile forbids that, and so it has a
// profile that differs in five system calls. Where user namespaces are off on the engine's machine, or AppArmor takes the capabilities
// from them (Ubuntu since 24.04), the container's root does it without one, by Docker's own profile, which goes by capabilities:
// SYS_ADMIN is for network namespaces, NET_ADMIN for what is in them, NET_RAW for captures.
func (d *daemon) attempts() []rights {
	user := rights{as: "as an ordinary user", user: "65534:65534"}
	root := rights{as: "as root with SYS_ADMIN, NET_ADMIN and NET_RAW", user: "0:0", capabilities: []string{"SYS_ADMIN", "NET_ADMIN", "NET_RAW"}}
	if d.podman { // its own profile lets an ordinary user make user namespaces, and it takes no list of paths that are read-only
		user.security, root.security = []string{"unmask=/proc/sys"}, []string{"unmask=/proc/sys"}
	} else if d.confinesBy("seccomp") {
		user.security = append(user.security, "seccomp="+seccompProfile(seccompLabs))
	}
	if d.confinesBy("apparmor") { // docker-default forbids writing to /proc/sys/net, and mount(2)
		user.security, root.security = append(user.security, "apparmor=unconfined"), append(root.security, "apparmor=unconfined")
	}
	return []rights{user, root}
}

// readOnly are those paths of Docker's own list that stay as they are, and all of /proc/sys but net, where the sysctls of the labs are: each
// network namespace has its own, and in this one there is nothing. What Docker masks stays masked.
var readOnly = []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sysrq-trigger",
	"/proc/sys/abi", "/proc/sys/debug", "/proc/sys/dev", "/proc/sys/fs", "/proc/sys/kernel", "/proc/sys/user", "/proc/sys/vm"}

func (r rights) hostConfig() *container.HostConfig {
	return &container.HostConfig{
		NetworkMode:   "none",
		CapDrop:       []string{"ALL"},
		CapAdd:        r.capabilities,
		SecurityOpt:   append([]string{"no-new-privileges"}, r.security...),
		ReadonlyPaths: readOnly,
		LogConfig:     container.LogConfig{Type: "none"}, // its output is read as it comes, and kept nowhere
	}
}

var (
	// Docker's default profile: github.com/moby/profiles/seccomp v0.3.0, default.json, under the Apache License 2.0.
	//go:embed seccomp-default.json
	seccompDefault []byte
	// The rules that are added to it.
	//go:embed seccomp-labs.json
	seccompLabs []byte
)

// seccompProfile is Docker's default profile with more rules.
func seccompProfile(rulesMore []byte) string {
	var profile map[string]json.RawMessage
	var rules, more []json.RawMessage
	mustParse(seccompDefault, &profile)
	mustParse(rulesMore, &more)
	mustParse(profile["syscalls"], &rules)
	profile["syscalls"], _ = json.Marshal(append(rules, more...)) // what was parsed can be written
	text, _ := json.Marshal(profile)
	return string(text)
}

func mustParse(text []byte, into any) {
	if err := json.Unmarshal(text, into); err != nil {
		panic("docker: seccomp profile: " + err.Error()) // it is a part of this program
	}
}
