package trial

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOnlyWhatFailsInACrowdIsDoneOnceMore(t *testing.T) {
	failed := errors.New("the lab failed")
	for name, test := range map[string]struct {
		crowd float64
		ends  []int
		err   error
		want  int
	}{
		"it succeeds":           {crowd: 9, ends: []int{0}},
		"nobody else":           {crowd: 1, ends: []int{1}, want: 1},
		"a crowd":               {crowd: 3, ends: []int{1, 0}},
		"it fails once more":    {crowd: 3, ends: []int{1, 2}, want: 2},
		"it could not be tried": {crowd: 9, ends: []int{1}, err: failed, want: 1},
	} {
		t.Run(name, func(t *testing.T) {
			times := 0
			act, err := onceMoreIfCrowded(func() func() float64 { return func() float64 { return test.crowd } }, func() (*Act, error) {
				times++
				return &Act{Exit: test.ends[times-1]}, test.err
			})
			assert.Equal(t, test.err, err)
			assert.Equal(t, len(test.ends), times)
			assert.Equal(t, test.want, act.Exit)
		})
	}
}
