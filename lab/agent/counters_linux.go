package agent

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/lab"
)

// counters prints the kernel's counters and the firewall's, in one object.
func counters(_ context.Context, s Streams, _ []string) error {
	all := lab.Counters{}
	err := s.Namespace.Do(func() error {
		for path, read := range map[string]func(io.Reader, lab.Counters) error{
			"/proc/thread-self/net/snmp":    readTwoLine,
			"/proc/thread-self/net/netstat": readTwoLine,
			"/proc/thread-self/net/snmp6":   readOneLine,
		} {
			if err := readCounters(path, read, all); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, add := range moreCounters {
		if err := add(s.Namespace, all); err != nil {
			return err
		}
	}
	return PrintJSON(s.Stdout, all)
}

// moreCounters add counters beside the kernel's own.
var moreCounters []func(*Namespace, lab.Counters) error

// RegisterCounters lets the verb "counters" also print what add adds, such as the packets that firewall rules have matched.
func RegisterCounters(add func(n *Namespace, into lab.Counters) error) {
	moreCounters = append(moreCounters, add)
}

func readCounters(path string, read func(io.Reader, lab.Counters) error, into lab.Counters) error {
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil // snmp6, on a kernel without IPv6
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err := read(f, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// readTwoLine reads the form of snmp and netstat: a line of names, then one of values, both behind "Prefix:".
func readTwoLine(r io.Reader, into lab.Counters) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		names := strings.Fields(lines.Text())
		if !lines.Scan() {
			return fmt.Errorf("%v: no line of values", names)
		}
		values := strings.Fields(lines.Text())
		if len(names) != len(values) || len(names) == 0 || names[0] != values[0] {
			return fmt.Errorf("%v: the line of values does not belong to it", names)
		}
		prefix := strings.TrimSuffix(names[0], ":")
		for i, name := range names[1:] {
			// Tcp MaxConn is -1: a setting and not a counter, as is all that does not parse.
			if v, err := strconv.ParseUint(values[i+1], 10, 64); err == nil {
				into[prefix+name] = v
			}
		}
	}
	return lines.Err()
}

// readOneLine reads the form of snmp6: a name and a value on each line.
func readOneLine(r io.Reader, into lab.Counters) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if v, err := strconv.ParseUint(strings.TrimSpace(value), 10, 64); err == nil {
			into[name] = v
		}
	}
	return lines.Err()
}
