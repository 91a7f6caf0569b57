package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
)

func namesOf(list []harness.Scenario) []string {
	var names []string
	for _, s := range list {
		names = append(names, s.Name)
	}
	return names
}

func TestSelectByPattern(t *testing.T) {
	list, err := Select("stopped-host", "lost-syn-*", "lost-syn-once")
	require.NoError(t, err)
	assert.Equal(t, []string{"stopped-host", "lost-syn-once", "lost-syn-twice"}, namesOf(list), "each once, in the order of the names")
	_, err = Select("zzz*")
	require.EqualError(t, err, `no scenario's name matches "zzz*" ("tcplab list" shows all)`)
	_, err = Select("[")
	require.EqualError(t, err, `"[" is no pattern: * stands for any letters, ? for one, [ab] for a or b`)
}

func TestInGroup(t *testing.T) {
	list, err := InGroup("healthy")
	require.NoError(t, err)
	assert.Contains(t, namesOf(list), "nat")
	assert.NotContains(t, namesOf(list), "closed-port")
	_, err = InGroup("refusd")
	require.ErrorContains(t, err, `there is no group "refusd"; did you mean "refused"? (there are: healthy, refused, `)
}
