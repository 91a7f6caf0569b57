package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lab/enginetest"
)

func TestLocale(t *testing.T) {
	for _, c := range []struct {
		all, ctype, lang string
		ascii            bool
	}{
		{"", "", "", false}, {"C", "", "", true}, {"POSIX", "", "en_US.UTF-8", true}, {"C.UTF-8", "", "C", false}, {"", "de_DE.utf8", "C", false},
		{"", "", "C", true}, {"", "", "ko_KR.UTF-8", false}, {"", "", "en_US.ISO-8859-1", true},
	} {
		t.Setenv("LC_ALL", c.all)
		t.Setenv("LC_CTYPE", c.ctype)
		t.Setenv("LANG", c.lang)
		assert.Equal(t, c.ascii, isASCIILocale(), "%+v", c)
	}
}

// TestDrawingsInASCII: with LC_ALL=C a drawing has ASCII alone, and the same shape.
func TestDrawingsInASCII(t *testing.T) {
	t.Parallel()
	run := filepath.Join(enginetest.Root(), "report", "testdata", "runs", "nat-forgets-reset-netns-ipv4")
	drawn := func(locale string) []rune {
		cmd := exec.Command(cmdtest.Program(t), "show", run)
		cmd.Env = append(os.Environ(), "LC_ALL="+locale)
		out, err := cmd.Output()
		require.NoError(t, err)
		return []rune(string(out))
	}
	signs, ascii := drawn("C.UTF-8"), drawn("C")
	assert.Contains(t, string(signs), "│")
	require.Len(t, ascii, len(signs), "each sign is as wide as the one that it stands for")
	for i, r := range ascii {
		require.Less(t, r, rune(0x7f), "%q stands for %q", r, signs[i])
	}
}
