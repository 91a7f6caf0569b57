package probe

import "golang.org/x/sys/windows"

// What connect says. Windows has numbers of its own for them: those of package syscall are invented there.
const (
	errRefused         = windows.WSAECONNREFUSED
	errHostUnreachable = windows.WSAEHOSTUNREACH
	errNetUnreachable  = windows.WSAENETUNREACH
	errNoAddress       = windows.WSAEADDRNOTAVAIL
	errInUse           = windows.WSAEADDRINUSE
)
