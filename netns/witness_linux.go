package netns

import (
	"context"
	"sync"
	"time"

	"github.com/tcplab/tcplab/lab/witness"
)

// Attend implements lab.Witnessed: the verbs of all labs are goroutines of the helper.
func (e *Engine) Attend(ctx context.Context) (late func(from, to time.Time) time.Duration, leave func(), err error) {
	c, err := e.call(ctx, request{Op: opWitness})
	if err != nil {
		return nil, nil, err
	}
	var mutex sync.Mutex // an answer follows its question
	late = func(from, to time.Time) time.Duration {
		mutex.Lock()
		defer mutex.Unlock()
		var answer reply
		if c.send(request{From: from, To: to}) != nil {
			return 0 // the helper has ended, and the labs with it
		}
		_, _ = c.receive(&answer)
		return answer.Late
	}
	return late, func() { _ = c.Close() }, nil
}

// attend is the helper's part.
func attend(c channel) {
	defer witness.Process.Attend()()
	for {
		var asked request
		if _, err := c.receive(&asked); err != nil {
			return
		}
		if c.send(reply{Late: witness.Process.Waited(asked.From, asked.To)}) != nil {
			return
		}
	}
}
