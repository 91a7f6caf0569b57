package docker

import (
	"fmt"
	"os"
	"path/filepath"
)

// cacheDir is where things are kept that are quicker found than made.
func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("docker: find the cache directory: %w", err)
	}
	dir = filepath.Join(dir, "tcplab")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("docker: make the cache directory: %w", err)
	}
	return dir, nil
}
