package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
)

// A run that does not match ends with exit code 1. Here somebody lets the client through while it waits: its next SYN
// is answered, and nothing is as expected.
func TestMismatch(t *testing.T) {
	if testing.Short() {
		t.Skip("a failure in real time is not for -short")
	}
	cmdtest.NeedEngine(t, "netns")
	if os.Geteuid() != 0 {
		t.Skip("only root may enter the namespaces of a lab from outside")
	}
	t.Parallel()
	r := cmdtest.Start(t, "run", "firewall-drop", "healthy", "--engine", "netns")
	r.AwaitSYN(longRun)
	helper, _ := r.HelperProcess()
	openFirewalls(t, helper)
	assert.Equal(t, 1, r.Exit(cmdtest.Deadline), r.Out)
	text := r.Out.String()
	assert.Contains(t, text, "\nMISMATCH  firewall-drop/netns/ipv4 ")
	assert.Contains(t, text, "firewall-drop/netns/ipv4: observe: client\n"+
		"  the client must fail with its own timeout, but succeeded\n")
	assert.Contains(t, text, "\nmatch     healthy/netns/ipv4 ")
	assert.NotContains(t, text, "tcplab: ", "what did not match is no error of the program's")

	report, err := os.ReadFile(filepath.Join(r.Kept(longRun), "report.json"))
	require.NoError(t, err)
	assert.Contains(t, string(report), `"match":false`)
	assert.Contains(t, string(report), `"mismatches":[{"phase":"observe","at":"client"`)
}

// openFirewalls puts a rule that accepts everything before all others, in every namespace that a process holds by a
// descriptor.
func openFirewalls(t *testing.T, pid int) {
	t.Helper()
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	require.NoError(t, err)
	opened := 0
	for _, name := range names {
		if target, err := os.Readlink(name); err != nil || !strings.HasPrefix(target, "net:[") {
			continue
		}
		f, err := os.Open(name)
		require.NoError(t, err)
		defer f.Close()
		conn, err := nftables.New(nftables.WithNetNSFd(int(f.Fd())))
		require.NoError(t, err)
		chains, err := conn.ListChains()
		require.NoError(t, err)
		for _, chain := range chains {
			accept := []expr.Any{&expr.Verdict{Kind: expr.VerdictAccept}}
			conn.InsertRule(&nftables.Rule{Table: chain.Table, Chain: chain, Exprs: accept})
			opened++
		}
		require.NoError(t, conn.Flush())
	}
	require.NotZero(t, opened, "no namespace has a firewall")
}
