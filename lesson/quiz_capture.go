package lesson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire"
)

// Recording is the file, among what is recorded of a scenario, that holds what was seen of it as an exercise.
const Recording = "exercise.pcapng"

// Captures are the files of the quiz: of each question what the client saw, and what the server saw. They are what was
// recorded, in the guise of this quiz ([guise]), and nothing but the packets in them tells which case they are of.
func (q Quiz) Captures() ([]File, error) {
	var list []File
	for _, one := range q.questions() {
		frames, err := one.frames()
		if err != nil {
			return nil, fmt.Errorf("read the record of question %d: %w", one.number, err)
		}
		g := q.guise(one.number, begin(frames))
		for _, side := range sides {
			data, err := g.write(string(side), frames[side])
			if err != nil {
				return nil, fmt.Errorf("write the captures of question %d: %w", one.number, err)
			}
			list = append(list, File{Name: one.file(side), Data: data})
		}
	}
	return list, nil
}

// frames are what was recorded of the case, by side.
func (q question) frames() (map[HostPlace][]wire.Frame, error) {
	record, err := scenarios.Recorded(q.Of, Recording)
	if err != nil {
		return nil, err
	}
	r, err := wire.NewReader(bytes.NewReader(record))
	if err != nil {
		return nil, err
	}
	frames := map[HostPlace][]wire.Frame{}
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			return frames, nil
		}
		if err != nil {
			return nil, err
		}
		for _, side := range sides {
			if p.Interface == q.point(side) {
				f := r.Frame(&p)
				f.Data = bytes.Clone(f.Data) // the reader uses it again
				frames[side] = append(frames[side], f)
			}
		}
	}
}

// begin is the time of the first packet on either side.
func begin(frames map[HostPlace][]wire.Frame) (first time.Time) {
	for _, list := range frames {
		for _, f := range list {
			if first.IsZero() || f.Time.Before(first) {
				first = f.Time
			}
		}
	}
	return first
}

// write writes a capture.
func (g *guise) write(iface string, frames []wire.Frame) ([]byte, error) {
	var file bytes.Buffer
	w, err := wire.NewWriter(&file, "tcplab")
	if err != nil {
		return nil, err
	}
	number, err := w.AddInterface(iface, ethernet)
	if err != nil {
		return nil, err
	}
	for _, f := range frames {
		g.change(&f)
		if err := w.Write(number, f, ""); err != nil {
			return nil, err
		}
	}
	return file.Bytes(), nil
}
