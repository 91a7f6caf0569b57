package docker_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lab"
)

// machine is this machine, as somebody in a lab would like to reach it.
type machine struct {
	port     int
	mu       sync.Mutex
	packets  map[string]bool // UDP: what has arrived
	v4, v6   netip.Addr
	bridge   *net.Interface
	ownLocal netip.Addr // the bridge's link-local address; the zero value where it has none
	inside   netip.Addr // the address that the engine has set aside for the bridge
}

// listenHere listens on all addresses of this machine, by TCP and UDP.
func listenHere(t *testing.T, ctx context.Context, network string) *machine {
	t.Helper()
	tcp, err := net.Listen("tcp", "[::]:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = tcp.Close() })
	m := &machine{port: tcp.Addr().(*net.TCPAddr).Port, packets: map[string]bool{}}
	go func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("HTTP/1.0 200 OK\r\n\r\nreached\n"))
			_ = c.Close()
		}
	}()
	udp, err := net.ListenPacket("udp", "[::]:"+strconv.Itoa(m.port))
	require.NoError(t, err)
	t.Cleanup(func() { _ = udp.Close() })
	go func() {
		for b := make([]byte, 100); ; {
			n, _, err := udp.ReadFrom(b)
			if err != nil {
				return
			}
			m.mu.Lock()
			m.packets[strings.TrimSpace(string(b[:n]))] = true
			m.mu.Unlock()
		}
	}()
	m.find(t, ctx, network)
	return m
}

// find finds the machine's addresses, and its end of the lab's bridge.
func (m *machine) find(t *testing.T, ctx context.Context, network string) {
	t.Helper()
	api, err := client.New(client.FromEnv)
	require.NoError(t, err)
	defer api.Close()
	inspected, err := api.NetworkInspect(ctx, network, client.NetworkInspectOptions{})
	require.NoError(t, err)
	m.inside = inspected.Network.IPAM.Config[0].Gateway
	m.bridge, err = net.InterfaceByName(inspected.Network.Options["com.docker.network.bridge.name"])
	if err != nil {
		t.Skip("the engine is not on this machine")
	}
	all, err := net.Interfaces()
	require.NoError(t, err)
	for _, i := range all {
		addrs, err := i.Addrs()
		require.NoError(t, err)
		for _, a := range addrs {
			addr := netip.MustParsePrefix(a.String()).Addr()
			switch {
			case i.Index == m.bridge.Index && addr.IsLinkLocalUnicast():
				m.ownLocal = addr
			case i.Index == m.bridge.Index:
				assert.Fail(t, "the machine has an address on the lab's bridge", a)
			case i.Flags&net.FlagLoopback != 0 || addr.IsLinkLocalUnicast():
			case addr.Is4():
				m.v4 = addr
			default:
				m.v6 = addr
			}
		}
	}
}

// way is a way out of a lab.
type way struct {
	name    string
	prepare string // by a shell, with the capabilities that a host has
	target  netip.Addr
	source  string // for curl; empty: as the routes say
	open    bool   // it cannot be closed without root of the machine: SECURITY.md says so
}

// Whoever works in a lab, and changes there what they can, reaches nothing outside.
func TestWaysOut(t *testing.T) {
	t.Parallel()
	l, ctx := newLab(t)
	inside := hostOf(t, l, "client")
	id := labID(t, ctx, inside)
	m := listenHere(t, ctx, "tcplab-"+id+"-client-side")
	iface := lab.Routed().EndsOf("client")[0].Interface
	other := buildLab(t, ctx, shared)
	theirs := hostOf(t, other, "server")
	listen(t, ctx, theirs)
	ownLocal := m.ownLocal
	if !ownLocal.IsValid() {
		ownLocal = netip.MustParseAddr("fe80::1")
	}
	zone := ownLocal.WithZone(iface)
	mine := m.inside.Next().Next().Next() // of the bridge's network, and nobody's
	viaBridge := fmt.Sprintf("ip addr replace %s/29 dev %s; ip route replace %%s via %s dev %s onlink src %s; ", mine, iface, m.inside, iface, mine)
	neighbour := fmt.Sprintf("ip neigh replace %s lladdr %s dev %s; ", m.inside, m.bridge.HardwareAddr, iface)
	direct := fmt.Sprintf("ip route replace %s dev %s; ip neigh replace %s lladdr %s dev %s", m.v4, iface, m.v4, m.bridge.HardwareAddr, iface)
	ways := []way{
		{"untouched: an address of the machine", "true", m.v4, "", false},
		{"untouched: the bridge's address in the engine's network", "true", m.inside, "", false},
		{"untouched: the bridge's link-local address", "true", zone, "", m.ownLocal.IsValid()},
		{"an added address, and the bridge's as the next hop", fmt.Sprintf(viaBridge, m.v4), m.v4, "", false},
		{"the same, with the bridge's hardware address given", fmt.Sprintf(viaBridge, m.v4) + neighbour, m.v4, "", false},
		{"the machine's address as a neighbour", direct, m.v4, "", false},
		{"the same, from the address that the lab gives", direct, m.v4, "198.51.100.10", false},
		{"another lab's service", fmt.Sprintf("ip route del %s; "+viaBridge, m.v4, "203.0.113.10") + neighbour, netip.MustParseAddr("203.0.113.10"), "", false},
	}
	if m.v6.IsValid() {
		ways = append(ways, way{"the machine's IPv6 address, by its link-local one", fmt.Sprintf("ip -6 route replace %s via %s dev %s", m.v6, ownLocal, iface), m.v6, "", false})
	}
	for _, w := range ways {
		output(t, ctx, inside, "bash", "-c", w.prepare+" 2>&1 || true")
		reached, arrived := m.try(ctx, inside, w)
		t.Logf("%-60s TCP %-8s one-way UDP %s", w.name, word(reached), word(arrived))
		if !w.open { // what is known to be open may be closed on another machine: by its firewall, say
			assert.False(t, reached, w.name)
		}
	}
}

func word(reached bool) string {
	if reached {
		return "reached"
	}
	return "closed"
}

// try tries a way, by a connection and by a datagram.
func (m *machine) try(ctx context.Context, inside lab.Host, w way) (reached, arrived bool) {
	url := fmt.Sprintf("http://[%s]:%d/", strings.Replace(w.target.String(), "%", "%25", 1), m.port)
	if w.target.Is4() {
		url = fmt.Sprintf("http://%s:%d/", w.target, m.port)
	}
	argv := []string{"curl", "-s", "-m", "2", url}
	if w.source != "" {
		argv = append(argv, "--interface", w.source)
	}
	out, err := inside.Command(argv...).Output(ctx)
	reached = err == nil && strings.Contains(string(out), "reached")
	_ = inside.Command("bash", "-c", fmt.Sprintf("echo %q >/dev/udp/%s/%d", w.name, w.target, m.port)).Run(ctx)
	time.Sleep(200 * time.Millisecond) // what does not arrive gives no sign
	m.mu.Lock()
	defer m.mu.Unlock()
	return reached, m.packets[w.name]
}

// A fork bomb in a lab ends in the lab, and so does what fills the memory: the kernel says so, by cgroups of either version.
func TestHostsAreBounded(t *testing.T) {
	t.Parallel()
	l, ctx := newLab(t)
	for _, name := range []string{"client", "router", "server"} {
		limits := "cd /sys/fs/cgroup; cat pids.max pids/pids.max memory.max memory/memory.limit_in_bytes 2>/dev/null || true"
		assert.Equal(t, "2048\n2147483648\n", output(t, ctx, hostOf(t, l, name), "bash", "-c", limits), name)
	}
}
