package all

import "github.com/tcplab/tcplab/lab/agent"

func init() { agent.RegisterServe() }
