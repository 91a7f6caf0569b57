//go:build !windows

package probe

import "syscall"

// What connect says.
const (
	errRefused         = syscall.ECONNREFUSED
	errHostUnreachable = syscall.EHOSTUNREACH
	errNetUnreachable  = syscall.ENETUNREACH
	errNoAddress       = syscall.EADDRNOTAVAIL
	errInUse           = syscall.EADDRINUSE
)
