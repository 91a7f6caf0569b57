package faults

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// haproxyReady is a path that HAProxy answers itself.
const haproxyReady = "/tcplab-ready"

// haproxyWait is how long HAProxy waits for a server's answer.
func haproxyWait(p Proxy) string {
	if p.Patience == 0 {
		return "1m"
	}
	return fmt.Sprintf("%dms", p.Patience.Milliseconds())
}

// haproxyConfig is the configuration of HAProxy that makes it this proxy. The socket it listens on is handed to it.
func haproxyConfig(p Proxy, server netip.AddrPort) string {
	lines := []string{
		"global",
		"  maxconn 100",
		"defaults",
		"  mode http",
		fmt.Sprintf("  timeout connect %dms", connectTimeout.Milliseconds()),
		"  timeout client 1m",
		"  timeout server " + haproxyWait(p),
		fmt.Sprintf("  timeout http-keep-alive %dms", p.Idle.Milliseconds()),
		"  retries 0",
		"  option http-server-close",
		"  option abortonclose",
		"frontend router",
		fmt.Sprintf("  bind fd@%d", firstExtraFile),
		"  monitor-uri " + haproxyReady,
	}
	if p.WAF != "" {
		action := "set-header X-WAF injection"
		if p.Enforce {
			action = "deny deny_status 403"
		}
		lines = append(lines,
			"  acl injection url,url_dec -m reg -i <[[:space:]]*script",
			"  acl injection query,url_dec(1) -m reg -i union[[:space:]]+select",
			"  http-request "+action+" if injection")
	}
	return strings.Join(append(lines,
		"  default_backend servers",
		"backend servers",
		"  server server "+server.String()), "\n") + "\n"
}

// firstExtraFile is the descriptor that a program finds the first of [exec.Cmd.ExtraFiles] at.
const firstExtraFile = 3

// haproxyPatience bounds how long HAProxy may take to begin, and to end when asked to.
const haproxyPatience = 10 * time.Second

// runHAProxy lets HAProxy accept the listener's connections until ctx ends.
func (p proxyServer) runHAProxy(ctx context.Context, listener *net.TCPListener, ready func()) error {
	socket, err := listener.File()
	address := listener.Addr().(*net.TCPAddr)
	if err = errors.Join(err, listener.Close()); err != nil {
		return err
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, "haproxy", "-db", "-f", "/dev/stdin")
	cmd.Stdin, cmd.Stderr = strings.NewReader(haproxyConfig(p.Proxy, p.server)), &said
	cmd.ExtraFiles = []*os.File{socket}
	cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(unix.SIGTERM) }, haproxyPatience
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	err = p.namespace.Do(cmd.Start)
	// From here on the socket is HAProxy's alone: where it ends, connections to it are refused.
	if err = errors.Join(err, socket.Close()); err != nil {
		return fmt.Errorf("start haproxy: %w", err)
	}
	mute := p.awaitHAProxy(ctx, address.Port)
	if mute == nil {
		ready()
	} else {
		_ = cmd.Process.Kill()
	}
	err = cmd.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("haproxy: %w; it said: %s", errors.Join(mute, err), strings.TrimSpace(said.String()))
}

// awaitHAProxy returns when HAProxy answers. The socket listens already: the request is answered once HAProxy is up, or
// fails when HAProxy ends.
func (p proxyServer) awaitHAProxy(ctx context.Context, port int) error {
	ctx, cancel := context.WithTimeout(ctx, haproxyPatience)
	defer cancel()
	dialer := net.Dialer{Control: p.namespace.Control}
	conn, err := dialer.DialContext(ctx, "tcp", netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port)).String())
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if _, err := io.WriteString(conn, "GET "+haproxyReady+" HTTP/1.0\r\n\r\n"); err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	return response.Body.Close()
}
