package report

import (
	"fmt"
	"html/template"
	"io"

	"github.com/tcplab/tcplab/harness"
)

// Sizes of an image in pixels. It is as wide as a telephone's screen has room for: two of them stand side by side in a document on
// a larger one.
const (
	imageWidth  = 400.0
	imageMargin = 12.0
	imageTop    = 30.0 // of the drawing, below the heading
	lineHeight  = 18.0 // of a sentence below it
)

// Scheme names the colours of an image. A document shows one or the other by the HTML element "picture".
type Scheme string

// The schemes.
const (
	Light Scheme = "light"
	Dark  Scheme = "dark"
)

// imageFile is what the template of an image needs.
type imageFile struct {
	Name                              string
	Style                             template.CSS
	Width, Height, Inner, Margin, Top float64
	Drawing                           drawing
	Sentences                         []sentence
}

type sentence struct {
	Y    float64
	Text string
}

// SVG writes the drawing of what was seen while the fault held as an image of its own, 400 pixels wide, for a document. It has
// the scenario's name above, and below, in words, where packets were lost. A run in which the client never came to act has no
// drawing, which is an error.
func (r *RunRecord) SVG(w io.Writer, s Scheme) error {
	phase := r.Phase(harness.Observe)
	if phase == nil || phase.traces == nil {
		return fmt.Errorf("%s was not seen while the fault held, so that there is nothing to draw", r.Scenario)
	}
	all := r.Ladder(phase)
	i := imageFile{Name: r.Scenario, Width: imageWidth, Inner: imageWidth - 2*imageMargin, Margin: imageMargin, Top: imageTop,
		Style:   template.CSS(pageText(string(s)+".css") + pageText("ladder.css") + pageText("image.css")),
		Drawing: draw(all.Brief(mostArrows), "drawing", r.Scenario+": "+r.Title)}
	y := imageTop + i.Drawing.Height
	for _, loss := range all.Losses() {
		i.Sentences = append(i.Sentences, sentence{pixels(y), loss.English})
		y += lineHeight
	}
	i.Height = pixels(y)
	return execute(w, "image.svg.tmpl", i)
}
