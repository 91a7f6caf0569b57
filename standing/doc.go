// Package standing keeps a scenario's lab up, to be worked in by hand.
//
// A lab ends with the program that has built it: that is how nothing is left of one that was killed. So a lab that
// stands is held by a process of its own, the holder, which [Up] starts in the background. It builds the lab by the
// engine's ordinary means, and is its owner for everybody else: labs of namespaces vanish with it, and containers whose
// holder has died are removed by the next run, as those of any other program.
//
// The holder serves a Unix socket in a folder of the user's own, one request for each connection: what the lab is, break
// it, heal it, take it down, run a command on a host. The streams of a command are handed over as descriptors, so that
// what it reads and writes does not pass through here.
//
//	lab, err := standing.Find("closed-port")
//	code, err := lab.Run(ctx, standing.Command{Host: "server", Argv: []string{"ss", "-ltn"}, Stdout: os.Stdout}, nil)
package standing
