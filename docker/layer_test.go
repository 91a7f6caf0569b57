package docker

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
)

func TestKindFor(t *testing.T) {
	for _, c := range []struct {
		programs []string
		role     string
	}{{nil, "host"}, {[]string{"curl", "haproxy"}, "host"}, {[]string{"chromium", "curl"}, "host-browser"}} {
		k, err := kindFor(c.programs)
		require.NoError(t, err)
		assert.Equal(t, c.role, k.role(), "%v", c.programs)
	}
	_, err := kindFor([]string{"curl", "netscape"})
	require.ErrorIs(t, err, lab.ErrUnsupported)
	assert.EqualError(t, err, "docker: the hosts' image has no program netscape: not supported")
}

// Kinds share the layers that they have in common, and no image of one can be taken for one of another.
func TestRecipesOfTwoKinds(t *testing.T) {
	plain := newRecipe("amd64", []byte("binary"), layers[:1])
	browser := newRecipe("amd64", []byte("binary"), layers[:2])
	assert.Equal(t, plain.layers, browser.layers[:1])
	assert.Len(t, browser.layers, 2)
	assert.NotEqual(t, plain.host, browser.host)

	t.Setenv(baseEnv, "debian:trixie")
	other := newRecipe("amd64", []byte("binary"), layers[:2])
	assert.NotEqual(t, browser.layers[0], other.layers[0])
	assert.NotEqual(t, browser.layers[1], other.layers[1], "a layer depends on all below it")
}
