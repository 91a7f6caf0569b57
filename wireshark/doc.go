// Package wireshark writes what Wireshark and tshark read of tcplab: a configuration profile whose colours and buttons are the symptoms
// of [github.com/tcplab/tcplab/wire/diagnose], and the sentences of the extcap protocol, by which a program offers interfaces to capture on.
//
// It is pure: the texts are made here; who writes them, and where, is the command line's business.
package wireshark
