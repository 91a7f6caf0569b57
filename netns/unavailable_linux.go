package netns

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// settings are those by which a system forbids user namespaces to ordinary users.
var settings = []struct{ path, value, advice string }{
	{"/proc/sys/user/max_user_namespaces", "0",
		"user namespaces are off here (user.max_user_namespaces=0): run as root, or sysctl -w user.max_user_namespaces=10000"},
	{"/proc/sys/kernel/unprivileged_userns_clone", "0",
		"user namespaces are for root only here (kernel.unprivileged_userns_clone=0): run as root, or sysctl -w kernel.unprivileged_userns_clone=1"},
	{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1",
		"AppArmor restricts user namespaces here (kernel.apparmor_restrict_unprivileged_userns=1, Ubuntu's default): run as root, or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"},
}

// containerAdvice is what makes labs possible in a container, measured: with it an ordinary user needs no capability.
const containerAdvice = "start it with docker run (or podman run) --security-opt seccomp=unconfined --security-opt systempaths=unconfined; " +
	"in a pod of Kubernetes set hostUsers: false, procMount: Unmasked and a seccompProfile that allows namespaces; or run outside the container"

// unavailable says which setting is behind a failure.
func unavailable(err error) error {
	for _, s := range settings {
		text, readErr := os.ReadFile(s.path)
		if readErr == nil && strings.TrimSpace(string(text)) == s.value {
			return fmt.Errorf("netns: %s (%w)", s.advice, err)
		}
	}
	switch {
	case errors.Is(err, unix.EPERM) && os.Geteuid() == 0 && !hasCapability(unix.CAP_SETFCAP): // user_namespaces(7): it may not map root
		return fmt.Errorf("netns: root without capabilities may not create namespaces here: run as another user, or add the capabilities SYS_ADMIN, NET_ADMIN and NET_RAW (%w)", err)
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("netns: this process may not create namespaces, as in a container with the default seccomp profile: %s (%w)", containerAdvice, err)
	case errors.Is(err, unix.EROFS):
		return fmt.Errorf("netns: the sysctls of a lab cannot be set, because /proc/sys is read-only, as in a container: %s (%w)", containerAdvice, unix.EROFS)
	}
	return fmt.Errorf("netns: %w", err)
}
