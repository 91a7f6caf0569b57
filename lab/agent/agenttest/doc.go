// Package agenttest runs verbs in tests, in the network of the test's own process. It needs Linux.
package agenttest
