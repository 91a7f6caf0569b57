package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire/ladder"
)

// ladderAt has a packet at each of the times, in milliseconds.
func ladderAt(t *testing.T, times ...int) ladder.Ladder {
	t.Helper()
	l := ladder.Ladder{Lifelines: make([]ladder.Lifeline, 2), Start: start, LongGap: ladder.LeastWait}
	for _, at := range times {
		sent := start.Add(time.Duration(at) * time.Millisecond)
		l.Arrows = append(l.Arrows, ladder.Arrow{Label: "1 byte", Class: "data", Rightward: true, Seen: []ladder.Sighting{{At: 1, Time: sent}, {At: 3, Time: sent}}, From: 1, To: 3})
	}
	return l
}

// The middle that is left out is told.
func TestTheTextTellsWhatIsLeftOut(t *testing.T) {
	l := ladderAt(t, make([]int, 50)...).Brief(12)
	assert.Contains(t, Style{}.Ladder(l), "38 more packets")
}

// The exponential backoff is seen as it is: each wait twice as high as the one before.
func TestWaitsAreToScale(t *testing.T) {
	l := ladderAt(t, 0, 1000, 3000, 7000)
	waits := newAxis(&l, 0).waits
	require.Len(t, waits, 3)
	for i, want := range []float64{1, 2, 4} {
		assert.InDelta(t, want*unitHeight, waits[i].to.y-waits[i].from.y, 1)
		assert.False(t, waits[i].cut)
	}
}

// A wait that would be too long is cut short and says so; a longer one is still higher.
func TestLongWaitsAreCutAndSaySo(t *testing.T) {
	l := ladderAt(t, 0, 1000, 11000, 41000)
	waits := newAxis(&l, 0).waits
	require.Len(t, waits, 3)
	heights := []float64{waits[0].to.y - waits[0].from.y, waits[1].to.y - waits[1].from.y, waits[2].to.y - waits[2].from.y}
	assert.Equal(t, []bool{false, true, true}, []bool{waits[0].cut, waits[1].cut, waits[2].cut})
	assert.Less(t, heights[0]*mostUnits, heights[1])
	assert.Less(t, heights[1], heights[2])
	assert.Less(t, heights[2], 10*heights[0])
}

// In a burst each packet has a row of its own, however close they are.
func TestBurstsAreStretched(t *testing.T) {
	l := ladderAt(t, 0, 1, 2, 50)
	x := newAxis(&l, 0)
	assert.Empty(t, x.waits)
	for _, pair := range [][2]time.Duration{{0, 1}, {1, 2}, {2, 50}} {
		assert.GreaterOrEqual(t, x.y(pair[1]*time.Millisecond)-x.y(pair[0]*time.Millisecond), beforeBegin)
	}
	assert.Equal(t, x.y(0), x.y(-time.Second), "what is before the first packet is drawn where it is")
	assert.Equal(t, x.bottom(), x.y(time.Hour))
}

// In compressed time a wait is shorter by as much.
func TestWaitsInCompressedTime(t *testing.T) {
	l := ladderAt(t, 0, 20, 60)
	assert.Empty(t, newAxis(&l, 0).waits)
	l.LongGap = ladder.LeastWait / 50
	assert.Len(t, newAxis(&l, 0).waits, 2)
}
