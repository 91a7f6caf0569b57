package tcplab_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/tcplab/tcplab"

// edges are the packages of this module that each of them may import, "" being the package at the root. A package that
// is missing here has no place in the design yet.
var edges = map[string]struct {
	may    []string
	reason string
}{
	"wire":                {[]string{"lang"}, "what the wire looks like does not depend on how it was made; what cannot be read of it, people are told"},
	"wire/signature":      {[]string{"wire"}, "an expectation is about packets, and about nothing that runs"},
	"wire/ladder":         {[]string{"lang", "wire"}, "a drawing joins what was captured, wherever it comes from; what it looks like, report says"},
	"wire/diagnose":       {[]string{"lang", "wire", "wire/signature"}, "a capture is diagnosed by what is in it, wherever it comes from, and in which language it is told"},
	"lab":                 {nil, "a host runs commands, whatever they are for: the seam knows neither faults nor packets"},
	"lab/witness":         {nil, "how late a machine is does not depend on what is done with it"},
	"lab/agent":           {[]string{"lab"}, "a verb has two halves, the command and what it does, and both stand here"},
	"lab/agent/all":       {[]string{"faults", "lab/agent"}, "one place links the verbs that a host must have, so that no engine knows what they are for"},
	"lab/agent/browse":    {[]string{"lab", "lab/agent"}, "a browser is driven from inside the host it runs on; few programs need it"},
	"lab/agent/serve":     {[]string{"lab", "lab/agent", "lab/agent/all"}, "what runs the other verbs must know all of them when it begins"},
	"lab/agent/tcplab":    {[]string{"lab/agent", "lab/agent/browse", "lab/agent/serve"}, "a host needs its verbs, and no more"},
	"lab/agent/agenttest": {[]string{"lab", "lab/agent"}, "a verb is tested as it is run"},
	"lab/enginetest":      {[]string{"lab", "lab/agent", "faults", "wire"}, "what every engine must do cannot depend on one of them"},
	"faults":              {[]string{"lab", "lab/agent", "lang"}, "a fault works on a lab, and brings the verbs that it needs; what is expected of it, a scenario says"},
	"safefile":            {nil, "how a file is written does not depend on what is in it"},
	"harness":             {[]string{"lab", "lab/agent", "lab/witness", "lang", "safefile", "wire", "wire/signature", "wire/diagnose"}, "how a scenario is run is the same for all engines, all faults and all scenarios"},
	"harness/harnesstest": {[]string{"", "harness", "lab", "lab/enginetest", "report", "scenarios"}, "tests of several packages run scenarios in the same way"},
	"lang":                {nil, "in which language a text is shown does not depend on what it says"},
	"lang/langtest":       {[]string{"lang"}, "texts of several packages are held against their translations in the same way"},
	"clients":             {[]string{"lab", "lab/agent"}, "a client is put into a failure that it knows nothing of"},
	"scenarios":           {[]string{"harness", "faults", "lab", "lab/agent", "clients", "lang", "wire/signature", "wire/diagnose"}, "a scenario is data: it runs on engines that it has never heard of"},
	"failures":            {[]string{"harness", "lab", "lang", "scenarios", "wire/diagnose"}, "a page says what the catalogue, the recordings and the diagnosis say; nothing is run for it"},
	"netns":               {[]string{"lab", "lab/agent", "lab/agent/all", "lab/witness"}, "an engine knows hosts and commands, not what they are used for"},
	"docker/dockertest":   {[]string{"docker", "lab", "lab/enginetest"}, "an image for a test is made of that of the engine's hosts"},
	"docker":              {[]string{"lab", "lab/agent", "lab/agent/browse", "lab/agent/serve", "safefile"}, "an engine knows hosts and commands, not what they are used for"},
	"standing": {[]string{"lab", "lab/agent", "lang", "harness", "safefile"},
		"a lab that stays up is held through the engine's ordinary API: which engine and which scenario, the command line says"},
	"report/junit": {nil, "how results are written for CI does not depend on what was run"},
	"report":       {[]string{"lab", "lang", "harness", "report/junit", "wire", "wire/signature", "wire/diagnose", "wire/ladder"}, "a report is shown from what it holds; showing it runs nothing"},
	"lesson":       {[]string{"lab", "faults", "harness", "lang", "scenarios", "wire", "wire/signature", "wire/diagnose"}, "a lesson picks scenarios and grades evidence; the user's command picks the engine"},
	"trial":        {[]string{"harness", "lab", "lab/agent", "lang", "report/junit", "wire"}, "a client is judged by what it does in a failure that others have made"},
	"labtest":      {[]string{"harness", "lab", "netns", "report", "scenarios", "trial", "wire", "wire/ladder"}, "it is the public face for other people's tests, and picks an engine that needs nothing"},
	"probe": {[]string{"lab", "lab/agent", "lang", "wire", "wire/diagnose"},
		"a live endpoint is judged as a capture is; what captures in a host captures here"},
	"assistant": {[]string{"failures", "harness", "lab", "lang", "probe", "report", "scenarios", "wire/diagnose"},
		"an assistant is given what the command line has; the engine, that picks"},
	"wireshark": {[]string{"wire/diagnose"}, "what Wireshark shows of a failure is what the diagnosis rests on; where it is written, the command line says"},
	"watch":     {[]string{"lab/agent", "wire", "wire/diagnose"}, "a capture that goes on is judged as one that has ended"},
	"":          {[]string{"lab", "netns", "docker"}, "the list of engines is the one place that knows them all"},
	"cmd/tcplab": {[]string{"", "assistant", "lab", "lab/agent", "faults", "harness", "clients", "scenarios", "netns", "docker", "failures", "probe", "report", "report/junit", "lang", "lesson", "safefile", "standing", "trial", "watch",
		"wire", "wireshark", "wire/signature", "wire/diagnose", "wire/ladder"}, "the command line brings everything together"},
	"cmd/tcplab/cmdtest": {[]string{"", "lab", "lab/enginetest", "standing", "wire"}, "the command line is tested as it is typed; what a lab holds is asked of the lab"},
}

// owners are the packages that alone may import what begins with a path; none at all where the list is empty.
var owners = []struct {
	path   string
	only   []string
	reason string
}{
	{"github.com/google/gopacket", []string{"wire", "lab/agent"}, "packets are decoded and captured in one place each"},
	{"github.com/google/gopacket/pcap", nil, "it is cgo: the lab is one static binary"},
	{"github.com/google/gopacket/afpacket", nil, "it is cgo: the lab is one static binary"},
	{"github.com/testcontainers/", []string{"docker"}, "one engine knows containers"},
	{"github.com/moby/", []string{"docker"}, "one engine knows containers"},
	{"github.com/docker/", []string{"docker"}, "one engine knows containers"},
	{"github.com/vishvananda/", []string{"netns", "lab/agent"}, "only what works inside Linux's network speaks netlink"},
	{"github.com/google/nftables", []string{"lab/agent", "faults"}, "only what works inside Linux's network speaks netlink"},
	{"github.com/mdlayher/", []string{"lab/agent"}, "only what works inside Linux's network speaks netlink"},
	{"github.com/corazawaf/", []string{"faults"}, "what is in a request is judged by who passes it on"},
	{"github.com/chromedp/", []string{"lab/agent/browse"}, "a browser is driven from inside the host it runs on; everybody else asks the verb"},
	{"github.com/creack/pty", []string{"lab/agent", "cmd/tcplab/cmdtest"}, "a terminal is opened on the host where its command runs"},
	{"golang.org/x/crypto/ssh", []string{"docker", "lab/agent/serve"}, "it carries the verbs of a container's host, and both of its ends are there"},
	{"github.com/stretchr/testify", []string{"cmd/tcplab/cmdtest", "docker/dockertest", "harness/harnesstest", "lab/enginetest", "lab/agent/agenttest", "lang/langtest"}, "it is for tests; the program must not carry it"},
	{"testing", []string{"cmd/tcplab/cmdtest", "docker/dockertest", "harness/harnesstest", "labtest", "lab/enginetest", "lab/agent/agenttest", "lang/langtest"}, "the harness returns a report: a user's program must not link package testing"},
	{"github.com/modelcontextprotocol/", []string{"assistant", "cmd/tcplab"}, "an assistant's protocol is spoken in one place; the command says over what"},
	{"github.com/spf13/", []string{"cmd/tcplab"}, "only the command line has flags"},
	{"C", nil, "the lab is one static binary, built with CGO_ENABLED=0"},
}

// pure are the packages into which values go and out of which values come: the same on every system, at any time.
var pure = []string{"lang", "wire", "wire/signature", "wire/diagnose", "wire/ladder", "report", "lesson", "failures", "wireshark"}

// impure are the imports by which a package reaches outside.
var impure = map[string]string{
	"os":           "files and the environment",
	"os/exec":      "other programs",
	"os/signal":    "signals",
	"syscall":      "the kernel",
	"net":          "connections (net/netip is for addresses)",
	"net/http":     "connections",
	"log":          "standard error",
	"log/slog":     "standard error",
	"math/rand":    "chance",
	"math/rand/v2": "chance",
	"crypto/rand":  "chance",
	"unsafe":       "memory",
}

// clocks are the functions that look at the clock.
var clocks = []string{"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc", "time.Tick",
	"time.NewTimer", "time.NewTicker"}

// printers are the functions that write to standard output.
var printers = []string{"fmt.Print", "fmt.Println", "fmt.Printf"}

func TestImports(t *testing.T) {
	for _, f := range sources(t) {
		rule, known := edges[f.pkg]
		assert.True(t, known, "%s: package %q is not in the table of edges (imports_test.go)", f.name, f.pkg)
		for _, path := range f.imports {
			if ours, ok := within(path, module); ok {
				assert.Contains(t, rule.may, ours, "%s imports %s: %s", f.name, path, rule.reason)
			}
			for _, o := range owners {
				if _, ok := within(path, o.path); ok {
					assert.Contains(t, o.only, f.pkg, "%s imports %s: %s", f.name, path, o.reason)
				}
			}
		}
	}
}

// tooHeavy are what the tests of other people must not have to build.
var tooHeavy = []string{"github.com/moby/", "github.com/docker/", "github.com/testcontainers/", "github.com/spf13/", "github.com/modelcontextprotocol/", "github.com/stretchr/", "github.com/chromedp/", "golang.org/x/crypto/ssh", module + "/docker", module + "/cmd/"}

// What labtest links, every test binary of its users links.
func TestLabtestLinksNoContainersAndNoCommandLine(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "./labtest").CombinedOutput()
	require.NoError(t, err, "%s", out)
	linked := strings.Fields(string(out))
	assert.Contains(t, linked, module+"/netns")
	for _, path := range linked {
		for _, heavy := range tooHeavy {
			assert.False(t, strings.HasPrefix(path, heavy), "labtest links %s", path)
		}
	}
}

func TestPurePackages(t *testing.T) {
	for _, f := range sources(t) {
		if !slices.Contains(pure, f.pkg) {
			continue
		}
		for _, path := range f.imports {
			what, outside := impure[path]
			assert.False(t, outside, "%s imports %s and so reaches outside: %s", f.name, path, what)
			assert.False(t, strings.HasPrefix(path, "golang.org/x/sys/"), "%s imports %s and so reaches the kernel", f.name, path)
		}
		for _, use := range f.uses {
			assert.NotContains(t, clocks, use, "%s looks at the clock", f.name)
			assert.NotContains(t, printers, use, "%s writes to standard output", f.name)
		}
	}
}

// numberNames are the beginnings of what is taken of gopacket where bytes of others are decoded: the names of numbers.
var numberNames = []string{"EthernetType", "IPProtocol", "ICMPv4Type", "ICMPv4Code", "ICMPv6Type", "ICMPv6Code", "LinkType", "DNSType", "TCPPort", "TCPOption"}

// gopacket is not maintained any more: no byte that somebody else has written reaches its code. What decodes takes the names of numbers
// from it, and what captures its writer of files.
func TestGopacketIsNeverBeforeHostileBytes(t *testing.T) {
	const gopacket = "github.com/google/gopacket"
	writer := []string{gopacket + ".CaptureInfo", gopacket + "/pcapgo.NgWriter", gopacket + "/pcapgo.NgWriterOptions", gopacket + "/pcapgo.NewNgWriterInterface",
		gopacket + "/pcapgo.NgInterface", gopacket + "/pcapgo.NgSectionInfo",
		// and what writes the SYN of a traceroute
		gopacket + ".NetworkLayer", gopacket + ".NewSerializeBuffer", gopacket + ".SerializeOptions", gopacket + "/layers.TCP",
		gopacket + "/layers.IPv4", gopacket + "/layers.IPv6"}
	looked := 0
	for _, f := range sources(t) {
		for _, use := range f.uses {
			name, ours := strings.CutPrefix(use, gopacket+"/layers.")
			number := ours && slices.ContainsFunc(numberNames, func(n string) bool { return strings.HasPrefix(name, n) })
			if !strings.HasPrefix(use, gopacket) || number {
				continue
			}
			looked++
			assert.True(t, f.pkg == "lab/agent" && slices.Contains(writer, use), "%s uses %s: decode by package wire, or by hand", f.name, use)
		}
	}
	assert.NotZero(t, looked, "the writer of captures was not found: this test has gone blind")
}

// A rule about a package that does not exist, because it has moved or by a slip of the pen, would hold of nothing.
func TestImportRulesNameWhatExists(t *testing.T) {
	exists := map[string]bool{}
	for _, f := range sources(t) {
		exists[f.pkg] = true
	}
	named := slices.Concat(slices.Collect(maps.Keys(edges)), pure)
	for _, o := range owners {
		named = append(named, o.only...)
	}
	for _, name := range named {
		assert.True(t, exists[name], "there is no package %q", name)
	}
}

// source is a file of a package, as all systems together see it: build constraints are not looked at.
type source struct {
	name, pkg string
	imports   []string
	uses      []string // of what packages export, "time.Now"
}

func sources(t *testing.T) []source {
	t.Helper()
	var list []source
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "artifacts" || strings.HasPrefix(name, ".") && name != ".") {
			return fs.SkipDir
		}
		if filepath.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go") {
			list = append(list, parse(t, name))
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, list)
	return list
}

func parse(t *testing.T, name string) source {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	pkg := filepath.ToSlash(filepath.Dir(name))
	if pkg == "." {
		pkg = ""
	}
	s := source{name: filepath.ToSlash(name), pkg: pkg}
	names := map[string]string{} // by which the file calls a package, and its path
	for _, i := range file.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		require.NoError(t, err)
		s.imports = append(s.imports, path)
		names[filepath.Base(path)] = path
		if i.Name != nil {
			names[i.Name.Name] = path
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok && names[x.Name] != "" {
				s.uses = append(s.uses, names[x.Name]+"."+selector.Sel.Name)
			}
		}
		return true
	})
	return s
}

// within reports whether an import path is that of a module or folder, or below it, and where below it.
func within(path, folder string) (below string, ok bool) {
	rest, ok := strings.CutPrefix(path, folder)
	if !ok || rest != "" && !strings.HasSuffix(folder, "/") && rest[0] != '/' {
		return "", false
	}
	return strings.TrimPrefix(rest, "/"), true
}
