//go:build !unix

package docker

import "context"

// lockFile does nothing here: processes that start at once may do the same work, which costs time and nothing else.
func lockFile(context.Context, ...string) (unlock func(), err error) { return func() {}, nil }
