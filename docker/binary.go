package docker

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

const (
	binaryEnv     = "TCPLAB_HOST_BINARY"
	modulePath    = "github.com/tcplab/tcplab"
	binaryPackage = modulePath + "/cmd/tcplab"
	verbsPackage  = modulePath + "/lab/agent/tcplab"
	// leastGo is the version of the language in which a module that requires this one is written.
	leastGo = "1.26"
	// goTimeout bounds the go tool, which may have to download modules.
	goTimeout = 5 * time.Minute
)

// hostBinary returns the program that is "tcplab" in the hosts: static, for Linux and the engine's architecture. The verbs alone will do.
func (e *Engine) hostBinary(ctx context.Context, arch string) ([]byte, error) {
	if path := os.Getenv(binaryEnv); path != "" {
		return namedBinary(path, arch)
	}
	binary, err := e.wholeBinary(ctx, arch, verbsPackage)
	if own := ownBinary(arch); err != nil && own != "" {
		// The agent is linked into every program that has this package in it: this one can be "tcplab" in a host too.
		return os.ReadFile(own)
	}
	return binary, err
}

// wholeBinary returns the program tcplab with its command line: static, for Linux and the engine's architecture. Where the go tool cannot
// build that, what it builds instead may be given.
func (e *Engine) wholeBinary(ctx context.Context, arch string, instead ...string) ([]byte, error) {
	if path := os.Getenv(binaryEnv); path != "" {
		return namedBinary(path, arch)
	}
	info, ok := debug.ReadBuildInfo()
	if own := ownBinary(arch); own != "" && ok && info.Path == binaryPackage {
		return os.ReadFile(own)
	}
	built, err := e.goBuild(ctx, arch, append([]string{binaryPackage}, instead...))
	if err == nil {
		return os.ReadFile(built)
	}
	advice := "see why, or"
	if ok && info.Path == binaryPackage && runtime.GOOS == "linux" && runtime.GOARCH == arch {
		advice = "this tcplab is not static, because it was built with cgo: build it anew with CGO_ENABLED=0, or"
	}
	if errors.Is(err, exec.ErrNotFound) {
		advice = "install Go, or"
	}
	return nil, fmt.Errorf("docker: there is no tcplab binary for the hosts (linux/%s): %s set %s to one built with "+
		"CGO_ENABLED=0 GOOS=linux GOARCH=%s go build %s (%w)", arch, advice, binaryEnv, arch, binaryPackage, err)
}

// namedBinary is the program that the user has named.
func namedBinary(path, arch string) ([]byte, error) {
	if err := checkBinary(path, arch); err != nil {
		return nil, fmt.Errorf("docker: %s: %w: build it with CGO_ENABLED=0 GOOS=linux GOARCH=%s", binaryEnv, err, arch)
	}
	return os.ReadFile(path)
}

// ownBinary is the path of this program, or "" when it cannot run in a host.
func ownBinary(arch string) string {
	path, err := os.Executable()
	if err != nil || runtime.GOOS != "linux" || runtime.GOARCH != arch || checkBinary(path, arch) != nil {
		return ""
	}
	return path
}

// machines are the architectures in Go's words and in ELF's.
var machines = map[string]elf.Machine{
	"386":     elf.EM_386,
	"amd64":   elf.EM_X86_64,
	"arm":     elf.EM_ARM,
	"arm64":   elf.EM_AARCH64,
	"loong64": elf.EM_LOONGARCH,
	"ppc64le": elf.EM_PPC64,
	"riscv64": elf.EM_RISCV,
	"s390x":   elf.EM_S390,
}

// checkBinary reports why the program cannot run in a host, which has its kernel and perhaps none of its libraries.
func checkBinary(path, arch string) error {
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("%s is not a Linux program: %w", path, err)
	}
	defer f.Close()
	if want, known := machines[arch]; known && f.Machine != want {
		return fmt.Errorf("%s is for %v, and the engine's machine is %v", path, f.Machine, want)
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return fmt.Errorf("%s is not static", path)
		}
	}
	return nil
}

// goBuild builds the first of the programs that can be built with the go tool: in the module that the working directory belongs to, which, where it
// uses this module as a library, can build the verbs alone; and elsewhere, by a tcplab that "go install" has made, from the same version. The result
// is kept, so that the go tool finds it up to date the next time.
func (e *Engine) goBuild(ctx context.Context, arch string, programs []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, goTimeout)
	defer cancel()
	here := goTool{arch: arch}
	module, err := here.run(ctx, "env", "GOMOD")
	if err != nil {
		return "", err
	}
	dir, err := cacheDir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "bin", digest([]byte(module), []byte(arch)), "tcplab")
	if _, err := os.Stat(path); err != nil {
		e.progress("building the tcplab binary of the hosts")
	}
	var errs []error
	for _, what := range programs {
		if err = here.build(ctx, path, what); err == nil {
			return path, nil
		}
		errs = append(errs, err)
	}
	if version := installedVersion(); version != "" {
		path, err = buildVersion(ctx, arch, dir, version)
		if err == nil {
			return path, nil
		}
		errs = append(errs, err)
	}
	return "", errors.Join(errs...)
}

// installedVersion is the version of this program where "go install" has made it, from a module that others can download; else "".
func installedVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Path != binaryPackage || info.Main.Sum == "" { // a clone has no sum
		return ""
	}
	return info.Main.Version
}

// buildVersion builds a version of the program in a module that requires this version and nothing else, as "go install" does. (That one
// cannot choose where the program goes when it is for another machine.)
func buildVersion(ctx context.Context, arch, cache, version string) (string, error) {
	dir := filepath.Join(cache, "versions", digest([]byte(version), []byte(arch)))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	module := fmt.Sprintf("module tcplab.example/hosts\n\ngo %s\n\nrequire %s %s\n", leastGo, modulePath, version)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(module), 0o644); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "tcplab")
	return path, goTool{dir: dir, arch: arch}.build(ctx, path, binaryPackage, "-mod=mod")
}

// goTool is the go tool, which builds for Linux on that architecture.
type goTool struct{ dir, arch string }

func (g goTool) build(ctx context.Context, path, what string, flags ...string) error {
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", path}, flags...)
	_, err := g.run(ctx, append(args, what)...)
	return err
}

// run runs it and returns what it printed.
func (g goTool) run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = g.dir, append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+g.arch)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		err = withOutput(fmt.Errorf("go %s: %w", args[0], err), string(exit.Stderr))
	}
	return strings.TrimSpace(string(out)), err
}
