package main

import (
	"io/fs"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/stretchr/testify/assert"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// furnish gives the namespace of this thread what a machine has: links, addresses, routes, a firewall. Nothing in it
// changes by itself: only the loopback link is up, since the kernel needs a while for the others.
func furnish(t *testing.T) {
	t.Helper()
	attrs := netlink.NewLinkAttrs()
	attrs.Name = "lan0"
	assert.NoError(t, netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: "lan1"}))
	lo, err := netlink.LinkByName("lo")
	if !assert.NoError(t, err) {
		return
	}
	assert.NoError(t, netlink.LinkSetUp(lo))
	for _, text := range []string{"192.0.2.1/24", "2001:db8:ffff::1/64"} {
		address, err := netlink.ParseAddr(text)
		assert.NoError(t, err)
		address.Flags = unix.IFA_F_NODAD // else it is tentative at first, and changes by itself
		assert.NoError(t, netlink.AddrAdd(lo, address))
	}
	awaitLocalRoute(t, "2001:db8:ffff::1")
	assert.NoError(t, netlink.RouteAdd(&netlink.Route{LinkIndex: lo.Attrs().Index, Gw: net.IPv4(192, 0, 2, 254)}))
	conn, err := nftables.New()
	if !assert.NoError(t, err) {
		return
	}
	table := conn.AddTable(&nftables.Table{Name: "filter", Family: nftables.TableFamilyIPv4})
	chain := conn.AddChain(&nftables.Chain{Name: "INPUT", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookInput, Priority: nftables.ChainPriorityFilter})
	conn.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: []expr.Any{&expr.Verdict{Kind: expr.VerdictAccept}}})
	assert.NoError(t, conn.Flush())
}

// awaitLocalRoute waits for the route to an IPv6 address of the machine, which its kernel adds a moment after the address. The routes are
// those of the calling thread's network namespace.
func awaitLocalRoute(t *testing.T, address string) {
	t.Helper()
	routes, done := make(chan netlink.RouteUpdate), make(chan struct{})
	defer func() {
		close(done)
		go func() { // the sender may be in the middle of it; it ends, and closes the channel, at its next look
			for range routes {
			}
		}()
	}()
	if !assert.NoError(t, netlink.RouteSubscribeWithOptions(routes, done, netlink.RouteSubscribeOptions{ListExisting: true})) {
		return
	}
	deadline := time.After(time.Minute)
	for {
		select {
		case r := <-routes:
			if r.Table == unix.RT_TABLE_LOCAL && r.Dst != nil && r.Dst.IP.String() == address {
				return
			}
		case <-deadline:
			t.Errorf("there is no local route to %s", address)
			return
		}
	}
}

// questions are the commands that show a machine's network, where they are installed.
var questions = []string{
	"ip -details link", "ip addr", "ip route show table all", "ip -6 route show table all", "ip rule", "ip -6 rule", "ip netns",
	"nft list ruleset", "iptables-save", "ip6tables-save",
}

// network returns all there is to say of the network of this thread, by command and by file below /proc/sys/net; and,
// as "machine /proc/...", what is not a namespace's own but the whole machine's.
func network(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	if os.Geteuid() != 0 {
		return all // an ordinary user may not ask for most of it
	}
	for _, q := range questions {
		argv := strings.Fields(q)
		if _, err := exec.LookPath(argv[0]); err != nil {
			t.Logf("%s is not installed: what it shows is not compared", argv[0])
			continue
		}
		text, err := exec.Command(argv[0], argv[1:]...).CombinedOutput() // in the namespace of the thread that starts it
		assert.NoError(t, err, "%s: %s", q, text)
		all[q] = withoutComments(string(text))
	}
	sysctls(t, all)
	machine := map[string]string{}
	inMainThread := make(chan struct{})
	go func() { // on some other thread, in the namespace that the test itself was started in
		defer close(inMainThread)
		sysctls(t, machine)
	}()
	<-inMainThread
	for name, value := range machine {
		// What belongs to an interface comes and goes with the labs of other tests (docker's bridges).
		if !strings.Contains(name, "/conf/") && !strings.Contains(name, "/neigh/") {
			all["machine "+name] = value
		}
	}
	return all
}

// withoutComments drops the lines of iptables-save that carry the time.
func withoutComments(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// sysctls reads every kernel parameter of the network. Those that cannot be read, because they are for writing or were
// never set, are left out; so is the number of connections that are tracked, which is a measurement.
func sysctls(t *testing.T, into map[string]string) {
	err := filepath.WalkDir("/proc/sys/net", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "nf_conntrack_count" {
			return nil // an interface that has just gone
		}
		if value, err := os.ReadFile(path); err == nil {
			into[path] = string(value)
		}
		return nil
	})
	assert.NoError(t, err)
}

func testUnchanged(t *testing.T, before, after map[string]string) {
	if os.Geteuid() != 0 {
		t.Skip("other programs change this machine's network too; root can make a machine of its own for the test")
	}
	assert.Greater(t, len(before), 500, "this is not all there is to say of a network")
	for _, name := range slices.Sorted(maps.Keys(before)) {
		assert.Equal(t, before[name], after[name], name)
	}
	assert.Len(t, after, len(before))
}
