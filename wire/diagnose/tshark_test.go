package diagnose

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// requireTshark, set to 1, makes a missing tshark a failure: CI must not go without its independent witness.
const requireTshark = "TCPLAB_REQUIRE_TSHARK"

// TestTsharkMatchesTheSameReplies has tshark match requests and replies, too: of each request in the golden captures it must
// say the same.
func TestTsharkMatchesTheSameReplies(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		if os.Getenv(requireTshark) == "1" {
			t.Fatalf("tshark is required (%s): %v", requireTshark, err)
		}
		t.Skip("tshark is not installed")
	}
	for name := range echoCaptures(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			packets, payloads := readCapture(t, goldenCaptures(t)[name])
			e := New(Options{})
			for i := range packets {
				e.Add(&packets[i], payloads[i])
			}
			e.drain()
			require.Len(t, e.echoes.all, 1)
			x := e.echoes.all[0]
			witness := tsharkReplies(t, filepath.Join("testdata", "golden", name))
			for _, r := range x.ring {
				if r.seen() {
					assert.Equal(t, witness[r.frame], r.fate == answered, "frame %d", r.frame)
				}
			}
			var replies int64
			for _, ok := range witness {
				if ok {
					replies++
				}
			}
			assert.EqualValues(t, len(witness), x.asked.count)
			assert.Equal(t, replies, x.answered)
		})
	}
}

// tsharkReplies says of each echo request, by its frame, whether tshark finds a reply to it.
func tsharkReplies(t *testing.T, file string) map[int64]bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "tshark", "-n", "-2", "-r", file, "-Y", "(icmp.type == 8 || icmpv6.type == 128) && !(icmp.type in {3,11} || icmpv6.type in {1..4})",
		"-T", "fields", "-E", "separator=,", "-e", "frame.number", "-e", "icmp.resp_in", "-e", "icmpv6.resp_in").Output()
	require.NoError(t, err, file)
	found := map[int64]bool{}
	for line := range strings.Lines(string(out)) {
		frame, replies, ok := strings.Cut(strings.TrimSpace(line), ",")
		require.True(t, ok, line)
		n, err := strconv.ParseInt(frame, 10, 64)
		require.NoError(t, err)
		found[n] = strings.Trim(replies, ",") != ""
	}
	return found
}
