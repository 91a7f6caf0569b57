package lesson

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// A student who builds the mystery again has the same one, today and with the next version: a teacher grades by it.
func TestMysteryIsTheSameEachTime(t *testing.T) {
	for _, c := range []struct {
		student, class, want string
		level                int
	}{
		{"kim", "", "dead-host", 1},
		{"KIM ", "", "dead-host", 1},
		{"20231234", "", "server-firewall", 1},
		{"kim", "", "ping-blocked", 2},
		{"kim", "a class", "no-route", 2},
		{"kim", "", "service-hangs", 3},
	} {
		m, err := NewMystery(c.student, c.level, c.class)
		require.NoError(t, err)
		assert.Equal(t, c.want, m.Case().Name, "%+v", c)
	}
}

func TestMysteriesAreSpread(t *testing.T) {
	const students = 400
	for level := 1; level <= Levels; level++ {
		for _, class := range []string{"", "one", "other"} {
			seen := map[string]int{}
			for i := range students {
				m, err := NewMystery(fmt.Sprintf("s%03d", i), level, class)
				require.NoError(t, err)
				assert.Equal(t, level, m.Case().Level)
				seen[m.Case().Name]++
			}
			for _, c := range Cases() {
				if c.Level == level {
					assert.Greater(t, seen[c.Name], students/len(seen)/2, "level %d, class %q: %v", level, class, seen)
				}
			}
		}
	}
	one, err := NewMystery("s001", 2, "one")
	require.NoError(t, err)
	assert.Equal(t, "mystery-s001", one.Lab())
}

func TestMysteryThatCannotBe(t *testing.T) {
	for _, id := range []string{"", " ", "../kim", "-kim", "kim lee", "김", strings.Repeat("k", 41)} {
		_, err := NewMystery(id, 1, "")
		assert.ErrorContains(t, err, "cannot be the ID of a student: it takes up to 40 letters a to z, digits, dots, dashes and underscores", id)
	}
	for _, level := range []int{0, -1, 4} {
		_, err := NewMystery("kim", level, "")
		assert.ErrorContains(t, err, "there are 1 to 3")
	}
}

// The cases say all that is said of them, in both languages; what the student is told is the same for all that look alike.
func TestCases(t *testing.T) {
	names, complaints := map[string]bool{}, map[string]int{}
	for _, c := range Cases() {
		assert.False(t, names[c.Name], "twice: %s", c.Name)
		names[c.Name] = true
		assert.NotEmpty(t, c.Solution.English, c.Name)
		assert.NotEmpty(t, c.Solution.Korean, c.Name)
		assert.Contains(t, Places(), c.Where, c.Name)
		require.NoError(t, c.Scenario().Validate(), c.Name)
		for _, v := range c.Verdicts {
			assert.Contains(t, diagnose.Verdicts(), v, c.Name)
		}
		complaints[c.Complaint(lang.English, netip.MustParseAddrPort("203.0.113.10:8080"))]++
		assert.Equal(t, c.Scenario().Fixtures, Cases()[0].Scenario().Fixtures)
		assert.Equal(t, c.Scenario().Topology, Cases()[0].Scenario().Topology)
		assert.Equal(t, "mystery", c.Scenario().Name)
	}
	assert.Equal(t, map[string]int{
		"The users of the client complain: http://203.0.113.10:8080/ does not work. What happens to their connection, and where?": len(names) - 1,
		"The monitoring on the client complains: 203.0.113.10 does not answer ping. What happens to its packets, and where?":      1,
	}, complaints)
}
