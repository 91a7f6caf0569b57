package faults

import (
	"context"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// Serving is a lab whose service does something else than to answer HTTP, from the beginning. Somebody's own server stays as it is.
type Serving struct{ Service lab.Service }

func (s Serving) String() string { return s.Words().English }

// Words are those of String in each language.
func (s Serving) Words() lang.Text {
	return lang.Text{English: "service: %s", Korean: "서비스: %s"}.With(s.Service)
}

// Install lets it run, in the place of the one that does: a heal brings it back.
func (s Serving) Install(ctx context.Context, b *lab.Bench) error {
	if b.Service.Own != nil {
		return nil
	}
	s.Service.Port = b.Service.Port
	b.Service = s.Service
	return b.StartService(ctx)
}
