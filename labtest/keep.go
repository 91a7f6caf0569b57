package labtest

import "fmt"

// KeepCaptures lets each later call of [Lab.Expect] leave its packets in the folder, which must be there: a file for each host, call-1-client.pcapng
// for one. Wireshark reads them.
func (l *Lab) KeepCaptures(dir string) { l.dir = dir }

// prefix begins the names of the files of the next call.
func (l *Lab) prefix() string {
	if l.dir == "" {
		return ""
	}
	l.calls++
	return fmt.Sprintf("call-%d-", l.calls)
}
