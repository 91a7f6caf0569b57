// Package agent is what runs inside a host: the verbs of "tcplab host". It needs nothing installed there: addresses,
// routes and neighbours are set by netlink, firewall rules by nf_tables, packets come from AF_PACKET sockets.
//
// Verbs run as goroutines, which saves the start of a process for each: in a container of the process "serve", on the
// netns engine of the process that holds the namespaces, each on its host's [Namespace]. Typed by hand they are programs.
package agent
