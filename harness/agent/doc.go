// Package agent is what runs inside a host: the verbs of "tcplab host". It needs nothing installed there: addresses,
// routes and neighbours are set by netlink, firewall rules by nf_tables, packets come from AF_PACKET sockets.
//
// In a container the verbs run in a process of their own. On the netns engine they run as goroutines of the process
// that holds the namespaces, each on its host's [Namespace], which saves the start of a process per verb.
package agent
