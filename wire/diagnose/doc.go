// Package diagnose names what happened to every TCP connection attempt of a capture, and to every ping.
//
// An [Diagnoser] takes packets one by one and hands out an [Judged] for each attempt (a 4-tuple plus the client's initial
// sequence number; of ICMP, the two addresses and the identifier of an echo exchange) when it is certain that nothing more
// will come, at the latest at the end of the capture. Each has
// a [Verdict], the frames that it rests on, the rival causes that this vantage point cannot exclude, and commands that
// tell them apart. [Join] puts the client's and the server's view of the same attempt side by side.
//
// It is pure: values in, values out. What it holds in memory grows with what is open at the same time, not with the
// length of the capture, and has a limit.
package diagnose
