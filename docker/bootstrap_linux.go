package docker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Debian's keys, by which debootstrap checks what it loads, and the mirror from which it loads.
const (
	debianKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
	debianMirror  = "http://deb.debian.org/debian"
	aptHelper     = "/usr/lib/apt/apt-helper"
)

// Limits of the steps of looking for a way to build the base.
const (
	mirrorTimeout = 5 * time.Second
	fetchTimeout  = time.Minute
)

// bootstrapper is a debootstrap that can be run here.
type bootstrapper struct {
	program string
	keyring string
	env     []string
	path    string // folders that are searched before those of PATH
}

// findBootstrapper returns a debootstrap that is installed, or else one that is fetched with this machine's apt, checked by
// apt's own keys, and unpacked in the user's cache; nothing is installed. The error is a sentence with what helps.
func findBootstrapper(ctx context.Context, arch string) (bootstrapper, error) {
	if arch != runtime.GOARCH {
		return bootstrapper{}, fmt.Errorf("the engine's machine is %s and this one is not", arch)
	}
	if os.Geteuid() != 0 {
		return bootstrapper{}, errors.New("building one from Debian's packages takes root, once")
	}
	b := bootstrapper{program: bootstrapCommand[0], keyring: debianKeyring}
	_, missing := exec.LookPath(b.program)
	if _, err := os.Stat(debianKeyring); missing != nil || err != nil {
		if b, err = fetchBootstrapper(ctx); err != nil {
			return b, err
		}
	}
	if err := b.provideWget(); err != nil {
		return b, err
	}
	return b, b.askMirror(ctx)
}

// fetchBootstrapper unpacks the packages in the cache, where the next program finds them.
func fetchBootstrapper(ctx context.Context) (bootstrapper, error) {
	if _, err := exec.LookPath("apt-get"); err != nil {
		return bootstrapper{}, errors.New("this machine has neither debootstrap nor apt to build one from Debian's packages")
	}
	cache, err := cacheDir()
	if err != nil {
		return bootstrapper{}, err
	}
	root := filepath.Join(cache, "debootstrap")
	b := bootstrapper{program: filepath.Join(root, "usr/sbin/debootstrap"), keyring: filepath.Join(root, debianKeyring),
		env: []string{"DEBOOTSTRAP_DIR=" + filepath.Join(root, "usr/share/debootstrap")}}
	if _, err := os.Stat(b.keyring); err == nil {
		return b, nil
	}
	unlock, err := lockFile(ctx, "debootstrap.lock")
	if err != nil {
		return b, err
	}
	defer unlock()
	if _, err := os.Stat(b.keyring); err == nil { // another process was first
		return b, nil
	}
	if err := unpackPackages(ctx, root, "debootstrap", "debian-archive-keyring"); err != nil {
		return b, fmt.Errorf("debootstrap is not installed and apt cannot fetch it: %w", err)
	}
	return b, nil
}

// unpackPackages unpacks packages of this machine's apt into a directory. The lists of packages are loaded beside those of
// the machine, which stay as they are.
func unpackPackages(ctx context.Context, root string, packages ...string) error {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	dir, err := os.MkdirTemp("", "tcplab-apt-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, d := range []string{"lists/partial", "cache/archives/partial", "root"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return err
		}
	}
	apt := []string{"apt-get", "-q", "-o", "Dir::State::lists=" + dir + "/lists", "-o", "Dir::Cache=" + dir + "/cache",
		"-o", "APT::Sandbox::User=root", "-o", "APT::Update::Error-Mode=any", "-o", "Acquire::Retries=0"}
	if err := runIn(ctx, dir, append(apt, "update")...); err != nil {
		return err
	}
	if err := runIn(ctx, dir, append(append(apt, "download"), packages...)...); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := runIn(ctx, dir, "dpkg-deb", "-x", file, "root"); err != nil {
			return err
		}
	}
	// What was unpacked in part by a program that was killed is not taken for whole: the directory comes at once.
	if err := os.RemoveAll(root); err != nil {
		return err
	}
	return moveTree(ctx, filepath.Join(dir, "root"), root)
}

// moveTree moves a directory, perhaps to another file system, so that it is there as a whole or not at all.
func moveTree(ctx context.Context, from, to string) error {
	beside := to + ".new"
	if err := os.RemoveAll(beside); err != nil {
		return err
	}
	if err := runIn(ctx, "/", "cp", "-a", from, beside); err != nil {
		return err
	}
	return os.Rename(beside, to)
}

// runIn runs a program in a directory; its error has the last line that it printed, which with apt is the reason.
func runIn(ctx context.Context, dir string, argv ...string) error {
	cmd := command(ctx, argv[0], argv[1:]...)
	var output bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &output, &output
	if err := cmd.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(output.String()), "\n")
		return fmt.Errorf("%s: %w: %s", argv[0], err, lines[len(lines)-1])
	}
	return nil
}

// provideWget sees to it that debootstrap, which loads everything with wget, finds one: where none is installed, apt's own
// helper takes its place.
func (b *bootstrapper) provideWget() error {
	if _, err := exec.LookPath("wget"); err == nil {
		return nil
	}
	if _, err := os.Stat(aptHelper); err != nil {
		return errors.New("debootstrap needs wget, which is not installed")
	}
	cache, err := cacheDir()
	if err != nil {
		return err
	}
	b.path = filepath.Join(cache, "wget-by-apt")
	if err := os.MkdirAll(b.path, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.path, "wget"), []byte(wgetByApt), 0o755)
}

// wgetByApt takes debootstrap's "wget [flags] -O FILE URL".
const wgetByApt = `#!/bin/sh
while [ $# -gt 1 ]; do
  if [ "$1" = -O ]; then file=$2; shift; fi
  shift
done
exec ` + aptHelper + ` download-file "$1" "$file"
`

// askMirror loads a small file from the mirror with the program that debootstrap will use.
func (b *bootstrapper) askMirror(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, mirrorTimeout)
	defer cancel()
	file, err := os.CreateTemp("", "tcplab-mirror-")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if err := file.Close(); err != nil {
		return err
	}
	wget := "wget"
	if b.path != "" {
		wget = filepath.Join(b.path, wget)
	}
	if err := runIn(ctx, "/", wget, "-q", "-t", "1", "-O", file.Name(), debianMirror+"/dists/"+debianRelease+"/Release.gpg"); err != nil {
		return fmt.Errorf("%s does not answer, from which one would be built", debianMirror)
	}
	return nil
}

// run installs Debian's minimal system into the directory and returns what was printed. What Debian's keys have not signed is
// refused.
func (b *bootstrapper) run(ctx context.Context, dir string) (string, error) {
	args := append([]string{"--force-check-gpg", "--keyring=" + b.keyring}, bootstrapCommand[1:]...)
	var output bytes.Buffer
	cmd := command(ctx, b.program, append(args, dir, debianMirror)...)
	cmd.Env = append(os.Environ(), b.env...)
	if b.path != "" {
		cmd.Env = append(cmd.Env, "PATH="+b.path+":"+os.Getenv("PATH"))
	}
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	return output.String(), err
}
