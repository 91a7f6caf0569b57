package clients

import "github.com/tcplab/tcplab/lab/agent"

var _ = register(agent.GoClient{}, "a Go program: net.Dialer with a deadline, one HTTP request")
