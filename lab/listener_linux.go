package lab

import (
	"errors"
	"net"
	"os"
	"syscall"
)

// CloseListener closes a socket, and returns when nothing listens in it any more. close(2) alone does not end it: a program that is just
// being started has a copy of every descriptor, and closes those only within execve(2), after it has let its parent go on (vfork(2)).
// On a busy machine that was long enough for who takes its place to find the port in use. So it first takes the socket
// itself out of state LISTEN, as shutdown(2) does on Linux.
func CloseListener(l *net.TCPListener) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	var stop error
	err = raw.Control(func(fd uintptr) { stop = os.NewSyscallError("shutdown", syscall.Shutdown(int(fd), syscall.SHUT_RD)) })
	return errors.Join(err, stop, l.Close())
}
