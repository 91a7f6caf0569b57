package netns

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"sync"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/vishvananda/netlink"
)

// namespaces is a lab, as the helper holds it.
type namespaces struct {
	switches []*agent.Namespace // of the segments with more than two ends
	topology lab.Topology
	machines map[string]*machine
	closing  sync.Once

	folderMutex sync.Mutex
	folder      string // empty: there is none yet
}

// machine is a host: a namespace, and the commands that run in it.
type machine struct {
	lab    *namespaces
	name   string
	config lab.HostConfig
	ports  []port // of switches, to which it is connected

	mutex    sync.Mutex
	ns       *agent.Namespace // nil: switched off
	parked   *agent.Namespace // where the links of a host that is off are, while it is off
	commands map[*command]struct{}
	running  sync.WaitGroup
	visited  bool // it has run a program that may have left others behind
}

// newNamespaces builds a lab; on failure nothing is left.
func newNamespaces(t lab.Topology) (*namespaces, error) {
	l := &namespaces{topology: t, machines: map[string]*machine{}}
	for _, spec := range t.Hosts {
		config, err := t.Config(spec.Name)
		if err != nil {
			return nil, err
		}
		l.machines[spec.Name] = &machine{lab: l, name: spec.Name, config: config, commands: map[*command]struct{}{}}
	}
	if err := l.build(); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *namespaces) build() error {
	if err := l.each((*machine).createNamespace); err != nil {
		return err
	}
	for _, s := range l.topology.Segments {
		if err := l.join(s); err != nil {
			return fmt.Errorf("segment %s: %w", s.Name, err)
		}
	}
	if err := l.each((*machine).configure); err != nil {
		return err
	}
	return l.each((*machine).awaitLinks)
}

// each does something on every host at once.
func (l *namespaces) each(do func(*machine) error) error {
	var group sync.WaitGroup
	errs := make([]error, 0, len(l.machines))
	var mutex sync.Mutex
	for name, m := range l.machines {
		group.Go(func() {
			if err := do(m); err != nil {
				mutex.Lock()
				defer mutex.Unlock()
				errs = append(errs, fmt.Errorf("host %s: %w", name, err))
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// join lays a cable, or puts a switch between more than two hosts.
func (l *namespaces) join(s lab.SegmentSpec) error {
	if len(s.Ends) > 2 {
		return l.switched(s)
	}
	a, b := s.Ends[0], s.Ends[1]
	return plug(a.Interface, a.MAC(), l.machines[a.Host].ns, b.Interface, b.MAC(), l.machines[b.Host].ns)
}

// plug makes a pair of virtual Ethernet devices, each end in its namespace at once.
func plug(name string, mac net.HardwareAddr, ns *agent.Namespace, peer string, peerMAC net.HardwareAddr, peerNS *agent.Namespace) error {
	return ns.Use(func(fd int) error {
		return peerNS.Use(func(peerFd int) error {
			attrs := netlink.NewLinkAttrs()
			attrs.Name, attrs.HardwareAddr, attrs.Namespace = name, mac, netlink.NsFd(fd)
			return netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: peer, PeerHardwareAddr: peerMAC, PeerNamespace: netlink.NsFd(peerFd)})
		})
	})
}

// close ends every command, then drops the namespaces; the kernel removes what is in them. It may be called more than
// once, and by several at the same time: each returns when all is done.
func (l *namespaces) close() { l.closing.Do(l.remove) }

func (l *namespaces) remove() {
	defer l.removeFolder()
	defer func() {
		for _, ns := range l.switches {
			_ = ns.Close()
		}
	}()
	_ = l.each(func(m *machine) error {
		m.mutex.Lock()
		held := []*agent.Namespace{m.ns, m.parked}
		m.ns, m.parked = nil, nil // from here on its commands end as those of a host that is off
		m.mutex.Unlock()
		m.killAll()
		_ = m.evict(held[0])
		for _, ns := range held {
			if ns != nil {
				_ = ns.Close()
			}
		}
		return nil
	})
}

// privateFolder is the lab's own folder, made when it is first asked for.
func (l *namespaces) privateFolder() (string, error) {
	l.folderMutex.Lock()
	defer l.folderMutex.Unlock()
	if l.folder == "" {
		dir, err := os.MkdirTemp("", "tcplab-server-")
		if err != nil {
			return "", err
		}
		l.folder = dir
	}
	return l.folder, nil
}

func (l *namespaces) removeFolder() {
	l.folderMutex.Lock()
	defer l.folderMutex.Unlock()
	if l.folder == "" {
		return
	}
	if err := os.RemoveAll(l.folder); err != nil {
		fmt.Fprintf(os.Stderr, "tcplab: netns helper: remove the folder of a server: %v\n", err)
	}
}

// evictTimeout bounds the end of what the host's programs have left behind.
const evictTimeout = 5 * time.Second

// evict ends what the host's programs have left behind in its namespace.
func (m *machine) evict(ns *agent.Namespace) error {
	m.mutex.Lock()
	visited := m.visited
	m.visited = false
	m.mutex.Unlock()
	if ns == nil || !visited {
		return nil
	}
	return ns.Evict(evictTimeout)
}

// namespace returns the host's namespace, or an error when the host is off.
func (m *machine) namespace() (*agent.Namespace, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.ns == nil {
		return nil, lab.ErrHostStopped
	}
	return m.ns, nil
}

// socket makes a socket of the host, which is neither switched off nor removed meanwhile.
func (m *machine) socket(domain, typ, proto int) (int, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.ns == nil {
		return -1, lab.ErrHostStopped
	}
	return m.ns.Socket(domain, typ, proto)
}

// createNamespace makes an empty namespace with the sysctls in place, before any link is in it: those under "default"
// are taken over by a link when it appears.
func (m *machine) createNamespace() error {
	ns, err := agent.NewNamespace()
	if err != nil {
		return err
	}
	m.mutex.Lock()
	m.ns = ns
	m.mutex.Unlock()
	for _, s := range m.lab.topology.SysctlsOf(m.name) {
		err := ns.WriteSysctl(s.Key, s.Value)
		if errors.Is(err, fs.ErrNotExist) {
			if s.Since != "" {
				continue // a kernel from before
			}
			return fmt.Errorf("%w: %w by this kernel", err, lab.ErrUnsupported)
		}
		if err != nil {
			return err
		}
	}
	return loopbackUp(ns)
}

func loopbackUp(ns *agent.Namespace) error {
	return withNetlink(ns, func(h *netlink.Handle) error {
		lo, err := h.LinkByName("lo")
		if err != nil {
			return err
		}
		return h.LinkSetUp(lo)
	})
}

func (m *machine) configure() error { return m.ns.Configure(m.config) }

// stop cuts the power: the commands die with the link already gone, so that no farewell (FIN, RST) leaves, and the
// namespace goes with all its state. The cable stays plugged in at the neighbour: its end here is parked in a
// namespace that has no addresses and answers nothing. If it were removed, the neighbour's link would go with it, and
// a router would answer "network unreachable" where the machine room knows silence.
func (m *machine) stop() error {
	ns, err := m.namespace()
	if err != nil {
		return err
	}
	parked, err := newSilentNamespace()
	if err != nil {
		return err
	}
	if err := m.moveLinks(ns, parked); err != nil {
		return errors.Join(err, parked.Close())
	}
	m.mutex.Lock()
	m.ns, m.parked = nil, parked
	m.mutex.Unlock()
	m.killAll()
	if err := errors.Join(m.evict(ns), ns.Close()); err != nil {
		return err
	}
	if err := m.setLinksUp(parked); err != nil {
		return err
	}
	return m.awaitNeighbours()
}

// start brings the host back: a new namespace, the links moved into it, everything configured.
func (m *machine) start() error {
	m.mutex.Lock()
	parked := m.parked
	m.mutex.Unlock()
	if parked == nil {
		return errors.New("the host is on")
	}
	if err := m.createNamespace(); err != nil {
		return err
	}
	if err := m.moveLinks(parked, m.ns); err != nil {
		return err
	}
	m.mutex.Lock()
	m.parked = nil
	m.mutex.Unlock()
	if err := parked.Close(); err != nil {
		return err
	}
	if err := m.configure(); err != nil {
		return err
	}
	return errors.Join(m.awaitLinks(), m.awaitNeighbours())
}

// newSilentNamespace makes a namespace in which a link that is up sends nothing: without IPv6, and without addresses
// for IPv4.
func newSilentNamespace() (*agent.Namespace, error) {
	ns, err := agent.NewNamespace()
	if err != nil {
		return nil, err
	}
	for _, key := range []string{"net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.default.disable_ipv6"} {
		if err := ns.WriteSysctl(key, "1"); err != nil {
			return nil, errors.Join(err, ns.Close())
		}
	}
	return ns, nil
}

func (m *machine) moveLinks(from, to *agent.Namespace) error {
	return m.eachLink(from, func(h *netlink.Handle, link netlink.Link) error {
		return to.Use(func(fd int) error { return h.LinkSetNsFd(link, fd) })
	})
}

func (m *machine) setLinksUp(ns *agent.Namespace) error {
	return m.eachLink(ns, func(h *netlink.Handle, link netlink.Link) error { return h.LinkSetUp(link) })
}

func (m *machine) eachLink(ns *agent.Namespace, do func(*netlink.Handle, netlink.Link) error) error {
	return withNetlink(ns, func(h *netlink.Handle) error {
		for _, c := range m.config.Interfaces {
			link, err := h.LinkByName(c.Name)
			if err != nil {
				return fmt.Errorf("interface %s: %w", c.Name, err)
			}
			if err := do(h, link); err != nil {
				return fmt.Errorf("interface %s: %w", c.Name, err)
			}
		}
		return nil
	})
}

// awaitNeighbours waits until the links of all other hosts that are on carry packets again.
func (m *machine) awaitNeighbours() error {
	return m.lab.each(func(other *machine) error {
		if _, err := other.namespace(); other == m || err != nil {
			return nil
		}
		return other.awaitLinks()
	})
}

// awaitLinks waits until each link of the host carries packets.
func (m *machine) awaitLinks() error {
	ns, err := m.namespace()
	if err != nil {
		return err
	}
	var names []string
	for _, c := range m.config.Interfaces {
		names = append(names, c.Name)
	}
	if err := ns.AwaitLinks(names); err != nil {
		return err
	}
	for _, p := range m.ports {
		if err := p.ns.AwaitPorts([]string{p.name}); err != nil {
			return fmt.Errorf("switch: %w", err)
		}
	}
	return nil
}

func withNetlink(ns *agent.Namespace, do func(*netlink.Handle) error) error {
	h, err := ns.Netlink()
	if err != nil {
		return err
	}
	defer h.Close()
	return do(h)
}
