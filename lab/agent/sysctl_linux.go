package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// sysctlPath is where the kernel shows a parameter; those under net. are of the namespace of the thread that opens it.
func sysctlPath(key string) string { return "/proc/sys/" + strings.ReplaceAll(key, ".", "/") }

// sysctl prints the values of the keys; those that the kernel lacks are left out.
func sysctl(_ context.Context, s Streams, keys []string) error {
	values := map[string]string{}
	err := s.Namespace.Do(func() error {
		for _, key := range keys {
			text, err := os.ReadFile(sysctlPath(key))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			values[key] = strings.TrimSpace(string(text))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return PrintJSON(s.Stdout, values)
}

// WriteSysctl sets a kernel parameter of the namespace. The error of one that the kernel lacks wraps [fs.ErrNotExist].
func (n *Namespace) WriteSysctl(key, value string) error {
	return n.Do(func() error {
		if err := os.WriteFile(sysctlPath(key), []byte(value), 0); err != nil {
			return fmt.Errorf("set sysctl %s=%s: %w", key, value, err)
		}
		return nil
	})
}
