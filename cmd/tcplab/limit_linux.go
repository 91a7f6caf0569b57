package main

import (
	"runtime/debug"
	"time"

	"golang.org/x/sys/unix"
)

// limitTime bounds the time that this process has of a processor; it is killed at the end of it (RLIMIT_CPU, setrlimit(2)). How busy
// the machine is with others does not count.
func limitTime(most time.Duration) error {
	seconds := uint64(most / time.Second)
	return unix.Setrlimit(unix.RLIMIT_CPU, &unix.Rlimit{Cur: seconds, Max: seconds})
}

// limitMemory bounds the memory of this process, in bytes: more of it than that is an end by "out of memory". Address space that is
// only reserved, of which Go takes much, does not count (RLIMIT_DATA, setrlimit(2)).
func limitMemory(most uint64) error {
	debug.SetMemoryLimit(int64(most / 4 * 3)) // before it comes to that, garbage is collected
	return unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: most, Max: most})
}
