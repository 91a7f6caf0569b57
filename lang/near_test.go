package lang

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSuggestionIsNear(t *testing.T) {
	names := []string{"closed-port", "firewall-drop", "nat"}
	for typed, want := range map[string]string{
		"closed_port": `; did you mean "closed-port"?`,
		"fire":        `; did you mean "firewall-drop"?`,
		"nad":         `; did you mean "nat"?`,
		"ant":         `; did you mean "nat"?`,
		"zzz":         "",
		"x":           "",
		"python3":     "",
		"":            "",
	} {
		assert.Equal(t, want, Suggestion(typed, names), typed)
	}
	assert.Empty(t, Suggestion("nat", nil))
}
