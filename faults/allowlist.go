package faults

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lang"
)

// AllowList is what stands before a host and lets through what its permissions name, and nothing else: a security group
// or a network ACL, as a cloud has them. It works on one of the router's sides, on both address families.
type AllowList struct {
	// Name is that of its nftables table: "nft list table inet security-group" shows it.
	Name string
	Host string
	// To is the interface by which the packets leave that it is asked about; with From, by which they come in.
	To, From string
	// Stateful: replies to what was let through pass by connection tracking, and so do the ICMP errors that belong to it.
	Stateful bool
	// Allow are the permissions, separated by spaces: "tcp/8080", "tcp/32768-60999" (destination ports),
	// "icmp/echo-request".
	Allow string
}

// SecurityGroup is a stateful allow list in front of the server: everything in is dropped but for the permissions,
// everything out is allowed, and replies pass.
func SecurityGroup(allow string) AllowList {
	return AllowList{Name: "security-group", Host: lab.RouterHost, To: lab.RouterToServer, Stateful: true, Allow: allow}
}

// NetworkACL is a stateless allow list on each direction of the server's subnet: it knows nothing of connections, and the
// replies need a permission of their own.
func NetworkACL(in, out string) (inbound, outbound AllowList) {
	return AllowList{Name: "network-acl-in", Host: lab.RouterHost, To: lab.RouterToServer, Allow: in},
		AllowList{Name: "network-acl-out", Host: lab.RouterHost, From: lab.RouterToServer, Allow: out}
}

func (l AllowList) String() string { return l.Words().English }

// Words are those of String in each language.
func (l AllowList) Words() lang.Text {
	allow := lang.Text{English: "nothing", Korean: "아무것도 통과시키지 않는다"}
	if l.Allow != "" {
		list := strings.ReplaceAll(l.Allow, " ", ", ")
		allow = lang.Text{English: list, Korean: list + "만 통과시킨다"}
	}
	return lang.Text{English: "%s on the %s that lets through %s", Korean: "%[2]s의 %[1]s: %[3]s"}.With(listWords(l.Name), hostWords(l.Host), allow)
}

// Permissions are the single ones of Allow.
func (l AllowList) Permissions() []string { return strings.Fields(l.Allow) }

// Without is the list with one permission less.
func (l AllowList) Without(permission string) AllowList {
	l.Allow = strings.Join(slices.DeleteFunc(l.Permissions(), func(p string) bool { return p == permission }), " ")
	return l
}

// Install puts the list in place, or in the place of the one of the same name.
func (l AllowList) Install(ctx context.Context, b *lab.Bench) error {
	return b.Do(ctx, l.Host, AllowListVerb(l.in(b)))
}

// in is the list as it is written in a lab.
func (l AllowList) in(b *lab.Bench) AllowList {
	var permissions []string
	for _, p := range l.Permissions() {
		permissions = append(permissions, permissionsIn(b, p)...)
	}
	l.Allow = strings.Join(permissions, " ")
	return l
}

// permissionsIn are a permission as it is written in a lab: for each port of the service, by its protocol.
func permissionsIn(b *lab.Bench, permission string) []string {
	what, isTCP := strings.CutPrefix(permission, lab.ProtoTCP+"/")
	if !isTCP {
		return []string{permission}
	}
	if what != strconv.Itoa(lab.Port) {
		return []string{b.Service.Transport() + "/" + what}
	}
	var list []string
	for _, port := range b.Service.Numbers() {
		list = append(list, fmt.Sprintf("%s/%d", b.Service.Transport(), port))
	}
	return list
}

// CounterName is the name, among the [lab.Counters] of its host, of the packets that a permission has let through; of those
// that none has, where permission is empty.
func (l AllowList) CounterName(permission string) string {
	if permission == "" {
		permission = "drop"
	}
	return "allow-list " + l.Name + " " + permission
}

// AllowListVerb puts an allow list in place, or replaces it at once.
func AllowListVerb(l AllowList) []string {
	argv := lab.Verb("allow-list", "set", l.Name)
	for _, f := range []struct{ flag, value string }{{"--to", l.To}, {"--from", l.From}} {
		if f.value != "" {
			argv = append(argv, f.flag, f.value)
		}
	}
	if l.Stateful {
		argv = append(argv, "--stateful")
	}
	return append(argv, l.Permissions()...)
}

// Revoke takes a permission off an allow list, which is one of the scenario's fixtures.
type Revoke struct {
	List       AllowList
	Permission string
}

func (f Revoke) String() string { return f.Words().English }

// Words are those of String in each language.
func (f Revoke) Words() lang.Text {
	return lang.Text{
		English: "the %s on the %s does not let through %s",
		Korean:  "%[2]s의 %[1]s: %[3]s 통과를 허용하지 않는다",
	}.With(listWords(f.List.Name), hostWords(f.List.Host), f.Permission)
}

// Inject replaces the list by one without the permission.
func (f Revoke) Inject(ctx context.Context, b *lab.Bench) error {
	return f.List.Without(f.Permission).Install(ctx, b)
}

// Verify reads the list's counters: it must be there, and the permission must not.
func (f Revoke) Verify(ctx context.Context, b *lab.Bench) error {
	counters := lab.Counters{}
	if err := b.Query(ctx, f.List.Host, agent.CountersVerb(), &counters); err != nil {
		return err
	}
	if _, ok := counters[f.List.CounterName("")]; !ok {
		return fmt.Errorf("host %s has no allow list %s", f.List.Host, f.List.Name)
	}
	for _, permission := range permissionsIn(b, f.Permission) {
		if _, ok := counters[f.List.CounterName(permission)]; ok {
			return fmt.Errorf("allow list %s still lets through %s", f.List.Name, permission)
		}
	}
	return nil
}

// Heal puts the whole list back: the rule is added while the lab runs.
func (f Revoke) Heal(ctx context.Context, b *lab.Bench) error { return f.List.Install(ctx, b) }
