package clients

import "github.com/tcplab/tcplab/harness"

var _ = register(harness.GoClient{}, "a Go program: net.Dialer with a deadline, one HTTP request")
