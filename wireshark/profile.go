package wireshark

import (
	"fmt"
	"strings"

	"github.com/tcplab/tcplab/wire/diagnose"
)

// ProfileFile is a file of a profile: its name and its content.
type ProfileFile struct{ Name, Content string }

// Profile returns the files of the profile. Wireshark 4.0 and newer read them; preferences that are not named keep their defaults.
func Profile() []ProfileFile {
	return []ProfileFile{{"colorfilters", colours()}, {"dfilter_buttons", buttons()}, {"preferences", preferences}}
}

const header = "# Written by \"tcplab wireshark profile\"\n"

// shades are the colours of a tone: the background, then the text, red, green and blue of 65535 each. Black on light, so that they are
// told apart in print and by the colour-blind, who see the name of the rule in the details of the packet as well.
var shades = map[diagnose.Tone]string{
	diagnose.Denial:  "[65535,44204,44204][0,0,0]", // red
	diagnose.Silence: "[65535,55769,36751][0,0,0]", // orange
	diagnose.Limit:   "[65535,65535,42405][0,0,0]", // yellow
	diagnose.Remark:  "[53970,60395,65535][0,0,0]", // blue
}

// colours has a rule for each symptom that a packet shows by what came before it. What may be refuted by a later packet has none: a
// capture that goes on would be full of it.
func colours() string {
	var b strings.Builder
	b.WriteString(header)
	for _, s := range diagnose.Symptoms() {
		if !s.Whole {
			fmt.Fprintf(&b, "@tcplab: %s@%s@%s\n", s.Name, s.Filter, shades[s.Tone])
		}
	}
	return b.String()
}

// buttons has a filter for each symptom, all in one menu, which what stands before the two slashes names.
func buttons() string {
	var b strings.Builder
	b.WriteString(header)
	for _, s := range diagnose.Symptoms() {
		var verdicts []string
		for _, v := range s.Verdicts {
			verdicts = append(verdicts, string(v))
		}
		fmt.Fprintf(&b, "\"TRUE\",\"tcplab//%s\",\"%s\",\"%s\"\n", s.Name, s.Filter, strings.Join(verdicts, " "))
	}
	return b.String()
}

// preferences are the columns and what the filters need. Names come from the capture alone: no server is asked for them.
const preferences = header + `gui.column.format: 
	"No.", "%m",
	"Time", "%t",
	"Since previous", "%Cus:tcp.time_delta:0:R",
	"Captured at", "%Cus:frame.interface_name:0:R",
	"Source", "%s",
	"Destination", "%d",
	"Protocol", "%p",
	"Info", "%i",
	"Comment", "%Cus:frame.comment:0:R"
nameres.network_name: TRUE
nameres.use_external_name_resolver: FALSE
tcp.analyze_sequence_numbers: TRUE
tcp.relative_sequence_numbers: TRUE
tcp.calculate_timestamps: TRUE
`
