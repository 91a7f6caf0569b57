//go:build !linux

package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// limitTime bounds nothing: there is the deadline of the one who has started this process.
func limitTime(time.Duration) error { return nil }

// memoryPoll is how often the memory is looked at: a processor fills some hundred megabytes meanwhile.
const memoryPoll = 20 * time.Millisecond

// limitMemory bounds the memory of this process, in bytes: with more than that it ends. No kernel but Linux bounds it for a program
// that reserves much more address space than it uses.
func limitMemory(most uint64) error {
	debug.SetMemoryLimit(int64(most / 4 * 3)) // before it comes to that, garbage is collected
	go func() {
		used := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		for range time.Tick(memoryPoll) {
			metrics.Read(used)
			if used[0].Value.Uint64()-used[1].Value.Uint64() > most {
				fmt.Fprintln(os.Stderr, "tcplab: out of memory")
				os.Exit(exitFailure)
			}
		}
	}()
	return nil
}
