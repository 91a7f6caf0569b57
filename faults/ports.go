package faults

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tcplab/tcplab/lab"
)

// portNumbers are the ports of a service, as a flag of verbs: "6379,26379".
type portNumbers []int

func (p *portNumbers) String() string { return lab.JoinPorts(*p, ",") }

// Set implements flag.Value.
func (p *portNumbers) Set(text string) error {
	*p = nil
	for word := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseUint(word, 10, 16)
		if err != nil || n == 0 {
			return fmt.Errorf("a port is a number from 1 to 65535, not %q", word)
		}
		*p = append(*p, int(n))
	}
	return nil
}

// portArgs tell a verb the ports of a service, and their protocol.
func portArgs(s lab.Service) []string {
	return []string{"--proto", s.Transport(), "--port", lab.JoinPorts(s.Numbers(), ",")}
}
