package docker_test

import (
	"context"
	"encoding/json"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/faults"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

// browserTimeout has room for a first build of the image, which is a download of 200 MB.
const browserTimeout = 10 * time.Minute

// A lab with a browser stands beside one without; their images are two, and the building of one spares the other.
func TestBrowserLab(t *testing.T) {
	t.Parallel()
	engine, _ := newEngine(t)
	ctx, cancel := context.WithTimeout(context.Background(), browserTimeout)
	t.Cleanup(cancel)
	topology := lab.Routed()
	topology.Programs = []string{"chromium", "haproxy"}
	l, err := engine.Build(ctx, topology)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, l.Close(context.Background())) })
	plain := hostOf(t, buildLab(t, ctx, engine), "client")
	h := hostOf(t, l, "client")

	assert.Contains(t, output(t, ctx, h, "chromium", "--version"), "Chromium ")
	assert.Error(t, plain.Command("chromium", "--version").Run(ctx), "the plain image has a browser")
	for _, program := range []string{"bash", "conntrack", "curl", "haproxy", "ip", "ip6tables", "iptables", "nft", "ping", "ss", "tcpdump", "traceroute"} {
		assert.NoError(t, plain.Command("sh", "-c", "command -v "+program).Run(ctx), program)
	}
	assert.NotEqual(t, imageOf(t, ctx, plain), imageOf(t, ctx, h))

	for _, f := range lab.Families {
		target := "http://" + net.JoinHostPort(hostOf(t, l, "server").Addr(f).String(), "8080") + "/"
		o := browse(t, ctx, h, target)
		assert.Equal(t, "net::ERR_CONNECTION_REFUSED", o.Code, "%s", f)
		assert.NotEmpty(t, o.Attachments["chromium.png"], "%s", f)
	}
	listen(t, ctx, hostOf(t, l, "server"))
	o := browse(t, ctx, h, "http://203.0.113.10:8080/")
	assert.True(t, o.OK(), "%s", o.Error)
	assert.Empty(t, output(t, ctx, h, "sh", "-c", "ls -A /tmp"), "Chromium has left something")
	assert.Empty(t, browsers(t, ctx, h))

	// One that is killed in the middle takes all its processes along.
	output(t, ctx, hostOf(t, l, "server"), faults.FirewallVerb("add", lab.IPv4, faults.Rule{Chain: "INPUT", Proto: "tcp", Port: lab.Port})...)
	short, stop := context.WithCancel(ctx)
	cmd := h.Command(agent.BrowseVerb("http://203.0.113.10:8080/", 0)...)
	require.NoError(t, cmd.Start(short))
	require.Eventually(t, func() bool { return strings.Contains(browsers(t, ctx, h), "--type=renderer") }, time.Minute, 50*time.Millisecond)
	stop()
	require.ErrorIs(t, cmd.Wait(), context.Canceled)
	assert.Eventually(t, func() bool { return browsers(t, ctx, h) == "" }, 10*time.Second, 50*time.Millisecond)
}

// browsers are the command lines of the host's browser.
func browsers(t *testing.T, ctx context.Context, h lab.Host) string {
	t.Helper()
	return output(t, ctx, h, "sh", "-c", "ps -eo stat=,args= | grep /chrom | grep -v -e ^Z -e grep || true")
}

func browse(t *testing.T, ctx context.Context, h lab.Host, url string) (o lab.Outcome) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(output(t, ctx, h, agent.BrowseVerb(url, 10*time.Second)...)), &o))
	return o
}

func imageOf(t *testing.T, ctx context.Context, h lab.Host) string {
	t.Helper()
	api, err := client.New(client.FromEnv)
	require.NoError(t, err)
	defer api.Close()
	inspected, err := api.ContainerInspect(ctx, containerOf(t, ctx, h), client.ContainerInspectOptions{})
	require.NoError(t, err)
	return inspected.Container.Image
}
