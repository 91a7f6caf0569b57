package docker

import (
	"github.com/tcplab/tcplab/lab"

	_ "embed"
	"fmt"
	"slices"
)

var (
	//go:embed Dockerfile
	toolsDockerfile []byte
	//go:embed Dockerfile.browser
	browserDockerfile []byte
)

// layer is an image of programs on top of another.
type layer struct {
	name       string // in its reference, and the value of labelRole
	what       string // what it brings, in the words of a progress line
	dockerfile []byte
	programs   []string // what a topology can ask for that it brings
}

// layers are all there are, each on top of the one before. What few labs need and makes the image large is in one of its
// own, which is built when the first lab asks for it.
var layers = []layer{
	{"tools", "the hosts' tools", toolsDockerfile, []string{"bash", "conntrack", "curl", "haproxy", "ip", "ip6tables",
		"iptables", "nft", "ping", "sh", "ss", "tcpdump", "traceroute"}},
	{"browser", "Chromium", browserDockerfile, []string{"chromium"}},
}

// kind is a kind of hosts' image: the layers that it is made of. Labs of all kinds stand side by side, and an image never
// takes the place of one of another kind.
type kind []layer

// kindFor returns the smallest kind that has the programs.
func kindFor(programs []string) (kind, error) {
	need := 1
	for _, p := range programs {
		i := slices.IndexFunc(layers, func(l layer) bool { return slices.Contains(l.programs, p) })
		if i < 0 {
			return nil, fmt.Errorf("docker: the hosts' image has no program %s: %w", p, lab.ErrUnsupported)
		}
		need = max(need, i+1)
	}
	return layers[:need], nil
}

// role is what the hosts' image of the kind is called, in its reference and as the value of labelRole.
func (k kind) role() string {
	role := "host"
	for _, l := range k[1:] {
		role += "-" + l.name
	}
	return role
}
