package drivers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"

	"github.com/tcplab/tcplab/labtest"
)

// sshServer is sshd of Debian, at which a request is a command that writes a line.
type sshServer struct{}

const sshdPath = "/usr/sbin/sshd"

func (sshServer) programs() []string { return []string{sshdPath, "ssh-keygen", "unshare"} }

func (sshServer) version() string { return "OpenSSH " + printed(sshdPath, "-V") }

func (sshServer) prepare(context.Context, *labtest.Lab) error { return nil }

// sshKeys makes the keys of all servers and clients once: host, user, what the server knows of the user, and what the client knows of the
// server.
var sshKeys = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp(scratch, "ssh")
	if err != nil {
		return "", err
	}
	const line = `ssh-keygen -q -t ed25519 -N "" -f host && ssh-keygen -q -t ed25519 -N "" -f user && echo "* $(cat host.pub)" >known`
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("ssh-keygen: %w: %s", err, out)
	}
	return dir, nil
})

// As root sshd would need a user and a folder of its own on this machine, and to become users that a namespace of one user lacks. So it is an
// ordinary user, who is in the passwd of the server alone, and who may not listen on port 22.
const sshdLine = `echo "lab:x:1000:1000::%[3]s:/bin/sh" >$DIR/passwd
exec unshare --user --map-root-user --mount sh -c "mount --bind $DIR/passwd /etc/passwd &&
exec %[4]s%[1]s -D -e -f /dev/null -p $PORT -h %[2]s/host -o ListenAddress=$HOST -o AuthorizedKeysFile=%[2]s/user.pub -o StrictModes=no -o PidFile=none"`

func (sshServer) serve() (labtest.Server, func(context.Context, *labtest.Lab, string) (int, error)) {
	home, err := os.MkdirTemp(scratch, "home")
	if err != nil {
		panic(err)
	}
	keys, err := sshKeys()
	line := fmt.Sprintf(sshdLine, sshdPath, keys, home, asOrdinary)
	if err != nil {
		line = fmt.Sprintf("echo %q; exit 1", err)
	}
	return labtest.Shell(line).On(2222), func(_ context.Context, _ *labtest.Lab, id string) (int, error) {
		text, err := os.ReadFile(filepath.Join(home, "calls"))
		if errors.Is(err, fs.ErrNotExist) {
			return 0, nil
		}
		return bytes.Count(text, []byte(id+"\n")), err
	}
}

// ssh is the command line of OpenSSH's client, without what this machine has in its own configuration.
func ssh(options ...string) func(*labtest.Lab, string, bool) []string {
	return func(l *labtest.Lab, id string, slow bool) []string {
		keys, _ := sshKeys()                           // the server would not be there
		host, port, _ := net.SplitHostPort(l.Target()) // it is an address and a port
		argv := []string{"ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "UserKnownHostsFile=" + keys + "/known", "-i", keys + "/user", "-p", port}
		return slices.Concat(argv, options, []string{"lab@" + host, fmt.Sprintf("sleep %g; echo %s >>calls", seconds(slow), id)})
	}
}

var _ = register(
	driver{name: "ssh", program: []string{"ssh", "-V"}, server: sshServer{}, request: greeted, open: openProgram(ssh())},
	driver{name: "ssh", tuned: "`ConnectTimeout=3`, `ServerAliveInterval=3`", program: []string{"ssh", "-V"}, server: sshServer{}, request: greeted,
		open: openProgram(ssh("-o", "ConnectTimeout=3", "-o", "ServerAliveInterval=3"))},
)
