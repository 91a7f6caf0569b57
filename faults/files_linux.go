package faults

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/sys/unix"
)

// openFiles prints how many file descriptors the process that listens on a port has, and may have.
func openFiles(_ context.Context, s agent.Streams, args []string) error {
	flags := flag.NewFlagSet("open-files", flag.ContinueOnError)
	port := flags.Int("port", lab.Port, "TCP port")
	if err := agent.Parse(flags, args); err != nil {
		return err
	}
	var inodes []string
	err := s.Namespace.Do(func() error {
		for _, table := range []string{"/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"} {
			found, err := listeningInodes(table, *port)
			if err != nil {
				return err
			}
			inodes = append(inodes, found...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, inode := range inodes {
		if pid := ownerOf("socket:[" + inode + "]"); pid != 0 {
			return printOpenFiles(s, pid)
		}
	}
	return fmt.Errorf("no process that can be seen listens on TCP port %d", *port)
}

// listeningInodes are the numbers of the sockets in state LISTEN on a port, from a table of proc_net_tcp(5). A kernel without IPv6 lacks one.
func listeningInodes(table string, port int) (list []string, err error) {
	f, err := os.Open(table)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	const local, state, inode = 1, 3, 9
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > inode && fields[state] == "0A" && strings.HasSuffix(fields[local], fmt.Sprintf(":%04X", port)) {
			list = append(list, fields[inode])
		}
	}
	return list, nil
}

// ownerOf is the process that has a file open, by the name that /proc gives it; 0 where there is none that may be looked at.
func ownerOf(file string) int {
	links, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return 0 // the pattern is a good one
	}
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && target == file {
			pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
			return pid
		}
	}
	return 0
}

func printOpenFiles(s agent.Streams, pid int) error {
	var limit unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &limit); err != nil {
		return os.NewSyscallError("prlimit", err)
	}
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return err
	}
	files := OpenFiles{Limit: int(limit.Cur)}
	for _, entry := range entries {
		if number, err := strconv.Atoi(entry.Name()); err == nil && number < files.Limit {
			files.Open++
		}
	}
	return agent.PrintJSON(s.Stdout, files)
}

func init() {
	agent.Register("open-files [--port N]: how many file descriptors the process that listens on the port has, and may have", openFiles)
}
