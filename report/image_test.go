package report

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
)

//go:generate go test -count=1 -run ^TestImagesOfREADME$ -update

// imagesFolder holds the drawings that README.md shows.
var imagesFolder = filepath.Join("..", "docs", "images")

// TestImagesOfREADME: the drawings in README.md are those of the recorded runs, and nothing else lies beside them.
func TestImagesOfREADME(t *testing.T) {
	var names []string
	for _, scenario := range []string{"firewall-drop", "security-group-drop"} {
		r := open(t, filepath.Join(runs, scenario+"-netns-ipv4"))
		for suffix, scheme := range map[string]Scheme{"": Light, "-dark": Dark} {
			name := filepath.Join(imagesFolder, scenario+suffix+".svg")
			names = append(names, name)
			golden(t, name, written(t, func(w io.Writer) error { return r.SVG(w, scheme) }))
		}
	}
	found, err := filepath.Glob(filepath.Join(imagesFolder, "*"))
	require.NoError(t, err)
	assert.ElementsMatch(t, names, found)
}

// An image stands alone: it is XML, says in words where the packets were lost, and asks for nothing.
func TestImage(t *testing.T) {
	for _, dir := range recorded(t) {
		r := open(t, dir)
		light := written(t, func(w io.Writer) error { return r.SVG(w, Light) })
		decoder := xml.NewDecoder(strings.NewReader(light))
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, dir)
			if e, ok := token.(xml.StartElement); ok {
				for _, a := range e.Attr {
					assert.False(t, a.Name.Local == "href" || a.Name.Local == "src", "%s asks for %s", dir, a.Value)
				}
			}
		}
		assert.NotContains(t, light, "@import")
		assert.NotContains(t, light, "ZgotmplZ", "what html/template puts in the place of what it does not trust")
		drawn := r.Ladder(r.Phase(harness.Observe))
		for _, loss := range english(drawn.Losses()) {
			assert.Contains(t, light, `">`+loss+"</text>", dir)
		}
		assert.NotEqual(t, light, written(t, func(w io.Writer) error { return r.SVG(w, Dark) }))
	}
}

func TestNoImageOfWhatWasNotSeen(t *testing.T) {
	text, err := os.Open(filepath.Join(runs, "closed-port-netns-ipv4", "report.json"))
	require.NoError(t, err)
	defer text.Close()
	r, err := ReadRecord(text)
	require.NoError(t, err)
	assert.EqualError(t, r.SVG(io.Discard, Light), "closed-port was not seen while the fault held, so that there is nothing to draw")
}
