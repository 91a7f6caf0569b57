package docker

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/tcplab/tcplab/lab"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"
)

// requestTimeout bounds a request that must not be cut off.
const requestTimeout = 3 * time.Minute

// detached is the context for a request that must be carried out to its end once it was begun.
func detached(ctx context.Context) (context.Context, context.CancelFunc, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTimeout)
	return ctx, cancel, nil
}

// capabilities are all that a host's processes have: firewall rules and routes, capture and ping. With the last two
// tcpdump and iptables run as they do on a machine; what they may become has no more rights than they have.
var capabilities = []string{"NET_ADMIN", "NET_RAW", "SETUID", "SETGID"}

// Bounds of what the processes of a host take of the engine's machine together: a fork bomb in a lab ends in the lab. Chromium has some
// 150 threads and 400 MiB.
const (
	maxProcesses = 2048
	maxMemory    = 2 << 30 // bytes, with swap
)

// markEnv is a variable in the environment of a host's first process, by which it is known from any other process.
const markEnv = "TCPLAB_CONTAINER"

// create creates and starts the host's container, and configures its network.
func (h *host) create(ctx context.Context, p plan) error {
	h.container, h.labels = p.name(h.name), p.labels()
	ends := p.endpoints(h.name)
	h.markers = markers(ends)
	sysctls, err := sysctlsFor(p.topology, h.name, h.daemon.kernel)
	if err != nil {
		return err
	}
	whole, cancel, err := detached(ctx)
	if err != nil {
		return err
	}
	defer cancel()
	h.handle, err = testcontainers.Run(whole, p.image,
		testcontainers.WithLogger(log.NewNoopLogger()),
		testcontainers.WithName(h.container),
		testcontainers.WithLabels(p.labels()),
		testcontainers.WithEntrypoint(lab.Verb("init")...),
		testcontainers.WithConfigModifier(func(c *container.Config) {
			c.Hostname = h.name
			c.Env = append(c.Env, markEnv+"="+h.container)
		}),
		testcontainers.WithHostConfigModifier(func(c *container.HostConfig) {
			c.CapDrop, c.CapAdd = []string{"ALL"}, capabilities
			c.SecurityOpt = []string{"no-new-privileges"}
			c.Sysctls = sysctls
			most := int64(maxProcesses)
			c.PidsLimit, c.Memory, c.MemorySwap = &most, maxMemory, maxMemory
			// The engine's resolver would carry questions out of the lab. This one, where nothing listens, ends them.
			c.DNS = []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}
			c.DNSOptions = []string{"timeout:1", "attempts:1"}
			c.NetworkMode = "none"
			if len(ends) > 0 {
				c.NetworkMode = container.NetworkMode(ends[0].segment.name)
			}
		}),
		testcontainers.WithEndpointSettingsModifier(func(settings map[string]*network.EndpointSettings) {
			if len(ends) > 0 {
				settings[ends[0].segment.name] = ends[0].settings()
			}
		}),
		testcontainers.WithLifecycleHooks(testcontainers.ContainerLifecycleHooks{
			PostCreates: []testcontainers.ContainerHook{func(ctx context.Context, c testcontainers.Container) error {
				return h.daemon.connectTo(ctx, c.GetContainerID(), ends)
			}},
		}),
	)
	if err != nil {
		return explainSysctl(err)
	}
	h.switchedOn()
	return h.configure(ctx)
}

// endpoint is a host's place on a segment.
type endpoint struct {
	end     lab.EndSpec
	segment segment
}

func (p plan) endpoints(host string) []endpoint {
	var list []endpoint
	for _, s := range p.topology.Segments {
		for _, e := range s.Ends {
			if e.Host == host {
				list = append(list, endpoint{e, p.segments[s.Name]})
			}
		}
	}
	return list
}

// settings ask for a fixed address, which the container also has after it was stopped and started.
func (e endpoint) settings() *network.EndpointSettings {
	return &network.EndpointSettings{
		NetworkID:  e.segment.id,
		IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: e.segment.addrs[e.end.Host]},
	}
}

// connectTo connects the container to all its networks but the first: before API 1.44 a container can be created on
// one only.
func (d *daemon) connectTo(ctx context.Context, id string, ends []endpoint) error {
	for _, e := range ends[min(1, len(ends)):] {
		options := client.NetworkConnectOptions{Container: id, EndpointConfig: e.settings()}
		if _, err := d.api.NetworkConnect(ctx, e.segment.id, options); err != nil {
			return fmt.Errorf("connect to network %s: %w", e.segment.name, err)
		}
	}
	return nil
}

// sysctlsFor returns the sysctls of a host, without those that are newer than the kernel.
func sysctlsFor(t lab.Topology, host, kernel string) (map[string]string, error) {
	set := map[string]string{}
	for _, s := range t.SysctlsOf(host) {
		if s.Since != "" {
			older, err := olderThan(kernel, s.Since)
			if err != nil {
				return nil, err
			}
			if older {
				continue
			}
		}
		set[s.Key] = s.Value
	}
	return set, nil
}

var release = regexp.MustCompile(`^(\d+)\.(\d+)`)

// olderThan reports whether one kernel release is older than another, by the first two numbers.
func olderThan(kernel, than string) (bool, error) {
	var numbers [2]int
	for i, text := range []string{kernel, than} {
		m := release.FindStringSubmatch(text)
		if m == nil {
			return false, fmt.Errorf("kernel release %q does not begin with two numbers", text)
		}
		major, _ := strconv.Atoi(m[1])
		minor, _ := strconv.Atoi(m[2])
		numbers[i] = major<<16 + minor
	}
	return numbers[0] < numbers[1], nil
}

var procSys = regexp.MustCompile(`/proc/sys/([^\s:]+): no such file`)

// explainSysctl names the sysctl that the kernel lacks, where that is why a container did not start.
func explainSysctl(err error) error {
	m := procSys.FindStringSubmatch(err.Error())
	if m == nil {
		return err
	}
	return errors.Join(fmt.Errorf("the engine's kernel has no sysctl %s: %w by this kernel", strings.ReplaceAll(m[1], "/", "."),
		lab.ErrUnsupported), err)
}
