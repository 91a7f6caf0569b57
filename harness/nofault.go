package harness

import (
	"context"

	"github.com/tcplab/tcplab/lab"
)

// NoFault breaks nothing: the fault of the healthy case.
type NoFault struct{}

func (NoFault) String() string { return "nothing" }

// Inject does nothing.
func (NoFault) Inject(context.Context, *lab.Bench) error { return nil }

// Verify has nothing to prove.
func (NoFault) Verify(context.Context, *lab.Bench) error { return nil }

// Heal does nothing.
func (NoFault) Heal(context.Context, *lab.Bench) error { return nil }

// UnfitForUDP implements ForUDP.
func (NoFault) UnfitForUDP() string { return "" }
