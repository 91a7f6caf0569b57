package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEncodeJSON: the version is the first field, whatever the object has.
func TestEncodeJSON(t *testing.T) {
	t.Parallel()
	for want, object := range map[string]any{
		`{"schema":1}`:               struct{}{},
		`{"schema":1,"a":"<b> & c"}`: map[string]string{"a": "<b> & c"},
	} {
		var b bytes.Buffer
		require.NoError(t, EncodeJSON(&b, object))
		assert.Equal(t, want+"\n", b.String())
	}
	assert.Error(t, EncodeJSON(new(bytes.Buffer), []int{1}))
	assert.Error(t, EncodeJSON(new(bytes.Buffer), func() {}))
}

// TestReportOfANewerVersion is refused: what its fields mean is not known.
func TestReportOfANewerVersion(t *testing.T) {
	t.Parallel()
	const fields = `"scenario":"closed-port","topology":{"hosts":[{"name":"client"}]}}`
	for _, older := range []string{`{` + fields, `{"schema":1,` + fields} {
		_, err := ReadRecord(strings.NewReader(older))
		assert.NoError(t, err)
	}
	_, err := ReadRecord(strings.NewReader(`{"schema":2,` + fields))
	assert.EqualError(t, err, "it was written by a newer tcplab (schema 2, and this one knows 1): read it with that one")
}
