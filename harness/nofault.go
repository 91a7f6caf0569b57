package harness

import (
	"context"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// NoFault breaks nothing: the fault of the healthy case.
type NoFault struct{}

func (f NoFault) String() string { return f.Words().English }

// Words are those of String in each language.
func (NoFault) Words() lang.Text { return lang.Text{English: "nothing", Korean: "없음"} }

// Inject does nothing.
func (NoFault) Inject(context.Context, *lab.Bench) error { return nil }

// Verify has nothing to prove.
func (NoFault) Verify(context.Context, *lab.Bench) error { return nil }

// Heal does nothing.
func (NoFault) Heal(context.Context, *lab.Bench) error { return nil }

// UnfitForUDP implements ForUDP.
func (NoFault) UnfitForUDP() string { return "" }
