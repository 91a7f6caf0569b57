package faults

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
	"github.com/tcplab/tcplab/lab/agent/agenttest"
)

func TestCutWrongUse(t *testing.T) {
	for name, args := range map[string]string{
		"nothing": "", "no moment": "set", "no such moment": "set --from lunch", "fewer than none": "set --from reply --packets -1",
		"too much to remove": "remove all", "no such action": "sever --from reply", "no such flag": "set --from reply --loud",
	} {
		code, _, stderr := agenttest.Run(append([]string{"cut"}, strings.Fields(args)...)...)
		assert.Equal(t, 2, code, "%s: %s", name, stderr)
	}
}

// Each cut takes the place of the one before, and none is left when it is removed.
func TestTheKernelKeepsOneCut(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("a network namespace of its own takes root")
	}
	ns, err := agent.NewNamespace()
	require.NoError(t, err)
	defer ns.Close()
	verb := func(argv ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		code := agent.Run(t.Context(), agent.Streams{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Namespace: ns}, argv[2:])
		require.Zero(t, code, "%v: %s", argv, errs.String())
		return out.String()
	}
	cuts := func() (names []string) {
		counters := lab.Counters{}
		require.NoError(t, json.Unmarshal([]byte(verb(agent.CountersVerb()...)), &counters))
		for name := range counters {
			if strings.HasPrefix(name, "cut: ") {
				names = append(names, name)
			}
		}
		return names
	}
	assert.Empty(t, cuts())
	for _, c := range []Cut{{From: AtRequest}, {From: AtReply, Back: true}, {From: AtSecondRequest, Reject: true}, {From: AtRequest, Packets: 3}, {From: AfterRequest}, {From: WindowClosed}} {
		verb(CutVerb(c, lab.Service{})...)
		assert.Equal(t, []string{c.CounterName(lab.IPv4)}, cuts())
	}
	verb(lab.Verb("cut", "remove")...)
	assert.Empty(t, cuts())
}
