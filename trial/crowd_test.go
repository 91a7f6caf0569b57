package trial

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

func TestWhatSeemsToHangIsWaitedForOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended, start := make(chan error, 1), time.Now()
		go func() {
			time.Sleep(15 * time.Second)
			ended <- nil
		}()
		seconds := func(n time.Duration) func() time.Duration {
			return func() time.Duration { return n * time.Second }
		}
		hung, err := within(ended, seconds(10), seconds(0))
		require.NoError(t, err)
		assert.True(t, hung)
		assert.Equal(t, 10*time.Second, time.Since(start))
		hung, err = within(ended, seconds(0), seconds(1), seconds(60))
		require.NoError(t, err)
		assert.False(t, hung)
		assert.Equal(t, 15*time.Second, time.Since(start), "it is not waited for longer than it takes")
	})
}
