// Package serve is the verb that runs other verbs for the other end of its standard input and output. A host that is a container has a process
// of it, so that a verb does not cost a process of its own there.
package serve

import "github.com/tcplab/tcplab/lab"

// Verb runs verbs for the other end of its standard input and output, which are an SSH connection without
// authentication. For each verb the other end opens a channel of type [Channel].
func Verb() []string { return lab.Verb("serve") }

// What is spoken with Verb.
const (
	// Channel is a channel for one verb, whose arguments are the channel's data as a JSON list of strings. Its streams are
	// the verb's. It is closed by the verb's side, once the verb has ended.
	Channel = "verb@tcplab"
	// Exit is the request that tells the verb's exit code (uint32), after all of its output.
	Exit = "exit-status"
	// Interrupt is the request that lets the verb end in good order, as Ctrl-C does.
	Interrupt = "interrupt@tcplab"
	// Kill is the request that ends the verb without regard to its streams.
	Kill = "kill@tcplab"
)
