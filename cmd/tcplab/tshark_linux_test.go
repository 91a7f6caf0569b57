package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/scenarios"
)

// requireTshark, set to 1, makes a missing tshark a failure: CI must not go without its independent witness.
const requireTshark = "TCPLAB_REQUIRE_TSHARK"

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
	for _, r := range reports {
		hosts := vantagePoints(t, r.Scenario)
		seen := 0
		for _, phase := range r.Phases {
			prefix, recorded := map[string]string{"baseline": "baseline-", "observe": "", "check": "", "heal": "heal-"}[phase.Name]
			if !recorded || prefix != "" && r.Scenario != "healthy" {
				continue
			}
			if phase.Check != "" {
				prefix += phase.Check + "-"
			}
			for host, points := range hosts {
				seen++
				file := filepath.Join(r.Artifacts, prefix+host+".pcapng")
				t.Run(filepath.Base(r.Artifacts)+"/"+filepath.Base(file), func(t *testing.T) {
					t.Parallel()
					testCapture(t, file, phase.Name == "baseline" || phase.Name == "heal", points, phase.Packets)
				})
			}
		}
		assert.NotZero(t, seen, r.Artifacts)
	}
}

// vantagePoints are those of a scenario's lab, by host.
func vantagePoints(t *testing.T, scenario string) map[string][]harness.VantagePoint {
	t.Helper()
	s, err := scenarios.Named(scenario)
	require.NoError(t, err)
	topology := s.Topology
	if topology.Name == "" {
		topology = harness.Routed()
	}
	hosts := map[string][]harness.VantagePoint{}
	for _, p := range topology.VantagePoints() {
		hosts[p.Host] = append(hosts[p.Host], p)
	}
	return hosts
}

func testCapture(t *testing.T, file string, healthy bool, points []harness.VantagePoint, packets map[string][]string) {
	got, pings := map[string][]string{}, map[string]int{}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		assert.False(t, healthy, "only a host that the fault has switched off captures nothing")
	} else {
		got, pings = dissect(t, file)
	}
	for _, p := range points {
		require.Contains(t, packets, p.Name)
		var want []string
		echoes := 0
		for _, line := range packets[p.Name] {
			if fields := strings.Fields(line)[:3]; tcpFlags.MatchString(fields[2]) {
				want = append(want, strings.Join(fields, " "))
			}
			if strings.Contains(line, " icmp echo-re") {
				echoes++
			}
		}
		assert.Equal(t, want, got[p.Interface], "%s at %s", file, p.Name)
		assert.Equal(t, echoes, pings[p.Interface], "pings in %s at %s", file, p.Name)
	}
}

// tcpFlags are what a line of a trace has in the place where others name an ICMP error.
var tcpFlags = regexp.MustCompile(`^[FSRP.UEWA]+$`)

// dissect returns tshark's view of the packets to and from the service on each interface, each as "+1.024 > S", one
// connection after the other, and how many echo requests and replies there are. Of an ICMP error about a connection, whose
// quoted header matches a filter on it too, there is only the time from it to the next packet.
func dissect(t *testing.T, file string) (byInterface map[string][]string, pings map[string]int) {
	t.Helper()
	service := strconv.Itoa(harness.Port)
	out, err := exec.Command("tshark", "-r", file, "-Y", "tcp.port == "+service+" || icmp.type in {0, 8} || icmpv6.type in {128, 129}",
		"-T", "fields", "-E", "occurrence=f", "-e", "frame.interface_name", "-e", "frame.time_epoch", "-e", "tcp.srcport", "-e", "tcp.dstport",
		"-e", "tcp.flags", "-e", "icmp.type", "-e", "icmpv6.type").Output()
	require.NoError(t, err, file)
	type connection struct{ iface, port string } // the client's
	var order []connection
	packets, last := map[connection][]string{}, map[connection]time.Time{}
	byInterface, pings = map[string][]string{}, map[string]int{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.Len(t, fields, 7, line)
		iface, at, source, destination, icmp := fields[0], epoch(t, fields[1]), fields[2], fields[3], fields[5]+fields[6]
		if source == "" {
			pings[iface]++
			continue
		}
		c, direction := connection{iface, source}, ">"
		if destination != service {
			c, direction = connection{iface, destination}, "<"
		}
		gap := time.Duration(0)
		if before, ok := last[c]; ok {
			gap = at.Sub(before)
		} else {
			order = append(order, c)
		}
		last[c] = at
		if icmp == "" {
			packets[c] = append(packets[c], fmt.Sprintf("+%.3f %s %s", gap.Seconds(), direction, flags(t, fields[4])))
		}
	}
	for _, c := range order {
		byInterface[c.iface] = append(byInterface[c.iface], packets[c]...)
	}
	return byInterface, pings
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
	}{{0x01, "F"}, {0x02, "S"}, {0x04, "R"}, {0x08, "P"}, {0x10, "."}} {
		if bits&f.bit != 0 {
			s += f.name
		}
	}
	return s
}
