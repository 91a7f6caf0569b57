package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// pieces puts together the files that may be pieces of one capture, as tcpdump -C, -G and -W or dumpcap -b write them: their
// names differ by digits alone. The pieces are in the order of their first packets.
func (c *captures) pieces(files []string) [][]string {
	var groups [][]string
	index := map[string]int{}
	for _, name := range files {
		key := withoutDigits(name)
		at, known := index[key]
		if name == "-" || !known {
			index[key] = len(groups)
			groups = append(groups, []string{name})
			continue
		}
		groups[at] = append(groups[at], name)
	}
	for _, group := range groups {
		if len(group) > 1 {
			c.sortByBeginning(group)
		}
	}
	return groups
}

// withoutDigits leaves the digits out of a file's name.
func withoutDigits(name string) string {
	dir, base := filepath.Split(name)
	return dir + strings.Map(func(c rune) rune {
		if unicode.IsDigit(c) {
			return -1
		}
		return c
	}, base)
}

// sortByBeginning sorts captures by the time of the first packet; what has none, or cannot be read, keeps its place among
// its like, first.
func (c *captures) sortByBeginning(names []string) {
	begin := map[string]time.Time{}
	for _, name := range names {
		begin[name] = c.beginning(name)
	}
	slices.SortStableFunc(names, func(a, b string) int { return begin[a].Compare(begin[b]) })
}

// beginning is the time of the first packet, zero where there is none.
func (c *captures) beginning(name string) time.Time {
	in, err := c.open(name)
	if err != nil {
		return time.Time{}
	}
	defer in.Close()
	r, err := wire.NewReader(in)
	if err != nil {
		return time.Time{}
	}
	p, err := r.Next()
	if err != nil {
		return time.Time{}
	}
	return p.Time
}

// feedPieces diagnoses the first of the files, and the files that follow it in time as pieces of the same capture. It returns the rest.
// Damage is why one of them could not be read to its end; err, why one could not be read at all.
func (c *captures) feedPieces(names []string, emit func(*diagnose.Judged)) (rest []string, stats diagnose.Stats, damage, err error) {
	reading := diagnose.NewReading(diagnose.Options{Emit: emit, MaxTracked: c.flags.limit, Stop: c.ctx.Done()})
	rest = names
	var started time.Time
	if len(names) > 1 {
		started = c.beginning(names[0])
	}
	for len(rest) > 0 {
		name := rest[0]
		if len(rest) < len(names) {
			begin := c.beginning(name)
			if begin.IsZero() || !follows(begin, started, reading.Newest()) {
				break
			}
			piece := lang.Text{English: "tcplab: %s: read as a piece of the capture that begins in %s; its frame 1 is counted as %d\n",
				Korean: "tcplab: %s: %s에서 시작하는 캡처의 조각으로 읽는다; 이 파일의 프레임 1의 번호: %d\n"}
			fmt.Fprint(c.warn, piece.Format(c.tag, name, names[0], reading.Frames()+1))
		}
		rest = rest[1:]
		broken, err := c.addPiece(reading, name)
		if err != nil {
			return rest, stats, nil, err
		}
		if broken != nil {
			damage = errors.Join(damage, broken)
		}
	}
	return rest, reading.Close(), damage, nil
}

// follows reports whether a capture that begins at the time may continue one that lasted from start to end. Short ones that
// overlap are captures of the same moment.
func follows(begin, start, end time.Time) bool {
	const long = time.Second
	return wire.Follows(begin, end) && (!begin.Before(end) || end.Sub(start) >= long)
}

func (c *captures) addPiece(reading *diagnose.Reading, name string) (damage, err error) {
	in, err := c.open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	damage, err = reading.Add(in)
	if err != nil && c.ctx.Err() == nil {
		err = fmt.Errorf("%s: %s", name, withoutPrefix(err))
	}
	return damage, err
}
