package standing

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// checkPeer reports that the process at the other end of a connection is not this user's (SO_PEERCRED, unix(7)). Within a user
// namespace the kernel tells its user as this process calls it.
func checkPeer(c *net.UnixConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var peer *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) { peer, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	if err = errors.Join(err, failed); err != nil {
		return fmt.Errorf("ask who is at the other end: %w", err)
	}
	return checkUser(int(peer.Uid))
}

// overflowUser is how a user namespace calls the users of the machine that it has no name for: root, too.
func overflowUser() uint32 {
	const unmapped = 65534
	whole, err := os.ReadFile("/proc/self/uid_map")
	if fields := strings.Fields(string(whole)); err != nil || len(fields) == 3 && fields[2] == "4294967295" {
		return 0 // in the machine's own namespace every user has a name
	}
	text, err := os.ReadFile("/proc/sys/kernel/overflowuid")
	if err != nil {
		return unmapped
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 32)
	if err != nil {
		return unmapped
	}
	return uint32(n)
}
