// Package netns is the engine of labs on Linux network namespaces: no daemon, no image, nothing installed, and no root
// where the system allows user namespaces.
//
// All namespaces are held by one helper process, a second instance of the running program that is started on first use
// (and, for an ordinary user, inside a user namespace in which it may do what root does outside). They have no names:
// when the helper ends, and it ends with the program even after kill -9, nothing is left to remove. The helper has a
// network namespace of its own, so that no mistake here can touch the network of the machine.
//
// The program and its helper speak over Unix sockets. A command's streams are handed over as descriptors and so cost
// nothing on the way. The lab's own verbs ("tcplab host ...") run as goroutines of the helper; every other command is
// a process that it starts inside the namespace.
package netns
