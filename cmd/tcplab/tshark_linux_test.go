package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/scenarios"
)

// testTshark holds captures, as tshark reads them, against the report: at every vantage point the same packets (so as
// many SYNs and RSTs) in the same order, and the same gaps between them to the millisecond; and as many pings. Of the
// phases before and after the fault, which are made in the same way in every scenario, those of one are looked at.
func testTshark(t *testing.T, reports []runReport) {
	if _, err := exec.LookPath("tshark"); err != nil {
		if os.Getenv(requireTshark) == "1" {
			t.Fatalf("tshark is required (%s): %v", requireTshark, err)
		}
		t.Skip("tshark is not installed")
	}
	var captures []witnessed
	for _, r := range reports {
		if r.Skipped != "" { // testMatches has seen that it may be
			continue
		}
		list := capturesOf(t, r)
		assert.NotEmpty(t, list, r.Artifacts)
		captures = append(captures, list...)
	}
	// tshark starts for longer than it reads: it is given many captures in one file.
	for some := range slices.Chunk(captures, filesAtOnce) {
		dissect(t, some)
	}
	for _, c := range captures {
		t.Run(filepath.Base(filepath.Dir(c.file))+"/"+filepath.Base(c.file), func(t *testing.T) { testCapture(t, c) })
	}
}

// filesAtOnce is how many captures are merged into one file: fewer than a program may have open.
const filesAtOnce = 200

// witnessed is a host's capture of one phase, what the report says of it, and what tshark sees in it.
type witnessed struct {
	file    string
	healthy bool // nothing is broken in its phase
	points  []lab.VantagePoint
	packets map[string][]string // the report's, by vantage point
	seen    map[string][]string // tshark's, by interface
	pings   map[string]int      // tshark's, by interface
}

func capturesOf(t *testing.T, r runReport) (list []witnessed) {
	t.Helper()
	hosts := vantagePoints(t, r.Scenario)
	for _, phase := range r.Phases {
		prefix, recorded := map[string]string{"baseline": "baseline-", "observe": "", "check": "", "heal": "heal-"}[phase.Name]
		if !recorded || prefix != "" && r.Scenario != "healthy" {
			continue
		}
		if phase.Check != "" {
			prefix += phase.Check + "-"
		}
		for host, points := range hosts {
			list = append(list, witnessed{
				file:    filepath.Join(r.Artifacts, prefix+host+".pcapng"),
				healthy: phase.Name == "baseline" || phase.Name == "heal", points: points, packets: phase.Packets,
			})
		}
	}
	return list
}

// vantagePoints are those of a scenario's lab, by host.
func vantagePoints(t *testing.T, scenario string) map[string][]lab.VantagePoint {
	t.Helper()
	s, err := scenarios.Named(scenario)
	require.NoError(t, err)
	topology := s.Topology
	if topology.Name == "" {
		topology = lab.Routed()
	}
	hosts := map[string][]lab.VantagePoint{}
	for _, p := range topology.VantagePoints() {
		hosts[p.Host] = append(hosts[p.Host], p)
	}
	return hosts
}

func testCapture(t *testing.T, c witnessed) {
	if _, err := os.Stat(c.file); errors.Is(err, fs.ErrNotExist) {
		assert.False(t, c.healthy, "only a host that the fault has switched off captures nothing")
	}
	for _, p := range c.points {
		require.Contains(t, c.packets, p.Name)
		var want []string
		echoes := 0
		for _, line := range c.packets[p.Name] {
			if fields := strings.Fields(line)[:3]; tcpFlags.MatchString(fields[2]) {
				want = append(want, strings.Join(fields, " "))
			}
			if strings.Contains(line, " icmp echo-re") {
				echoes++
			}
		}
		assert.Equal(t, want, c.seen[p.Interface], "%s at %s", c.file, p.Name)
		assert.Equal(t, echoes, c.pings[p.Interface], "pings in %s at %s", c.file, p.Name)
	}
}

// tcpFlags are what a line of a trace has in the place where others name an ICMP error.
var tcpFlags = regexp.MustCompile(`^[FSRP.UEWA]+$`)

// dissect fills in tshark's view of the packets to and from the service on each interface of each capture, each as "+1.024 > S",
// one connection after the other, and how many echo requests and replies there are. Of an ICMP error about a connection, whose
// quoted header matches a filter on it too, there is only the time from it to the next packet.
func dissect(t *testing.T, captures []witnessed) {
	t.Helper()
	merged, places := merge(t, captures)
	service := strconv.Itoa(lab.Port)
	out, err := exec.Command("tshark", "-r", merged, "-Y", "tcp.port == "+service+" || icmp.type in {0, 8} || icmpv6.type in {128, 129}",
		"-T", "fields", "-E", "occurrence=f", "-e", "frame.interface_id", "-e", "frame.interface_name", "-e", "frame.time_epoch",
		"-e", "tcp.srcport", "-e", "tcp.dstport", "-e", "tcp.flags", "-e", "icmp.type", "-e", "icmpv6.type",
		"-e", "ip.src", "-e", "ipv6.src", "-e", "ip.dst", "-e", "ipv6.dst").Output()
	require.NoError(t, err)
	type connection struct{ iface, port, server string } // the port is the client's
	var order []connection
	packets, last := map[connection][]string{}, map[connection]time.Time{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.Len(t, fields, 12, line)
		iface, at, source, destination, icmp := fields[0], epoch(t, fields[2]), fields[3], fields[4], fields[6]+fields[7]
		from, to := fields[8]+fields[9], fields[10]+fields[11]
		place := places[idOf(t, iface)]
		require.Equal(t, place.iface, fields[1], "the interfaces of the merged file are those of the captures, in their order")
		if source == "" {
			place.in.pings[place.iface]++
			continue
		}
		c, direction := connection{iface, source, to}, ">"
		if destination != service {
			c, direction = connection{iface, destination, from}, "<"
		}
		if icmp != "" { // the addresses are those of the error itself
			i := slices.IndexFunc(order, func(o connection) bool { return o.iface == c.iface && o.port == c.port })
			if i < 0 {
				continue
			}
			c = order[i]
		}
		gap := time.Duration(0)
		if before, ok := last[c]; ok {
			gap = at.Sub(before)
		} else {
			order = append(order, c)
		}
		last[c] = at
		if icmp == "" {
			// Two processors may put packets into a file in the wrong order, by some µs.
			packets[c] = append(packets[c], strings.Replace(fmt.Sprintf("+%.3f %s %s", gap.Seconds(), direction, flags(t, fields[5])), "+-0.000 ", "+0.000 ", 1))
		}
	}
	for _, c := range order {
		place := places[idOf(t, c.iface)]
		place.in.seen[place.iface] = append(place.in.seen[place.iface], packets[c]...)
	}
}

// place is an interface of a capture.
type place struct {
	in    *witnessed
	iface string
}

// merge writes the captures that there are into one file, one after the other, and returns whose each of its interfaces is.
func merge(t *testing.T, captures []witnessed) (file string, places []place) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "merged.pcapng")
	args := []string{"-a", "-I", "none", "-w", file}
	for i := range captures {
		c := &captures[i]
		c.seen, c.pings = map[string][]string{}, map[string]int{}
		if _, err := os.Stat(c.file); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		args = append(args, c.file)
		for _, p := range c.points {
			places = append(places, place{c, p.Interface})
		}
	}
	out, err := exec.Command("mergecap", args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return file, places
}

func idOf(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

// epoch parses seconds with nine digits after the point, more than a float64 can hold.
func epoch(t *testing.T, text string) time.Time {
	t.Helper()
	whole, fraction, _ := strings.Cut(text, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	require.NoError(t, err)
	nanoseconds, err := strconv.ParseInt(fraction, 10, 64)
	require.NoError(t, err)
	require.Len(t, fraction, 9)
	return time.Unix(seconds, nanoseconds)
}

// flags writes the TCP flags, a hexadecimal number, as the lab does.
func flags(t *testing.T, text string) string {
	t.Helper()
	bits, err := strconv.ParseUint(text, 0, 16)
	require.NoError(t, err)
	s := ""
	for _, f := range []struct {
		bit  uint64
		name string
	}{{0x01, "F"}, {0x02, "S"}, {0x04, "R"}, {0x08, "P"}, {0x10, "."}, {0x20, "U"}, {0x40, "E"}, {0x80, "W"}} {
		if bits&f.bit != 0 {
			s += f.name
		}
	}
	return s
}
