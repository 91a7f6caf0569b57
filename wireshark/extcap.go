package wireshark

import (
	"fmt"
	"strings"
)

// CapturePoint is an interface that a program offers to Wireshark by extcap(4).
type CapturePoint struct {
	// Name is what "tshark -i" takes.
	Name string
	// Title is what a person reads in the list.
	Title string
}

// Offer is the answer to --extcap-interfaces: who offers, and what.
func Offer(version string, points []CapturePoint) string {
	var b strings.Builder
	fmt.Fprintf(&b, "extcap {version=%s}{display=tcplab}\n", sentenceValue(version))
	for _, p := range points {
		fmt.Fprintf(&b, "interface {value=%s}{display=%s}\n", p.Name, sentenceValue(p.Title))
	}
	return b.String()
}

// LinkTypes is the answer to --extcap-dlts: the packets of every lab are those of Ethernet.
func LinkTypes() string { return "dlt {number=1}{name=EN10MB}{display=Ethernet}\n" }

// sentenceValue leaves out what ends a value.
func sentenceValue(s string) string {
	return strings.NewReplacer("{", "", "}", "", "\n", " ").Replace(s)
}

// ExtcapScript is the program that Wireshark starts in its folder of extcap programs: a shell script that calls this tcplab, by its path.
func ExtcapScript(program string) string {
	return "#!/bin/sh\n# Written by \"tcplab wireshark extcap\": standing labs among Wireshark's interfaces.\nexec " + shellWord(program) + " extcap \"$@\"\n"
}

// shellWord quotes a word for sh(1).
func shellWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
