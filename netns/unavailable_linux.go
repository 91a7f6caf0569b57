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

// unavailable says which setting is behind a failure.
func unavailable(err error) error {
	for _, s := range settings {
		text, readErr := os.ReadFile(s.path)
		if readErr == nil && strings.TrimSpace(string(text)) == s.value {
			return fmt.Errorf("netns: %s (%w)", s.advice, err)
		}
	}
	if errors.Is(err, unix.EPERM) {
		return fmt.Errorf("netns: this process may not create namespaces, as in a container with the default seccomp profile: run as root with CAP_SYS_ADMIN, or outside the container (%w)", err)
	}
	return fmt.Errorf("netns: %w", err)
}
