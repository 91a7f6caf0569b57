package faults

import (
	"context"
	"errors"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// fault is [harness.Fault], which imports this package.
type fault interface {
	String() string
	Inject(ctx context.Context, b *lab.Bench) error
	Verify(ctx context.Context, b *lab.Bench) error
	Heal(ctx context.Context, b *lab.Bench) error
}

// Both is two faults at once, neither of which knows of the other. A Both may be one of them.
type Both struct{ First, Second fault }

func (f Both) String() string { return f.Words().English }

// Words are those of String in each language.
func (f Both) Words() lang.Text {
	return lang.Text{English: "%s; and %s", Korean: "%s; 그리고 %s"}.With(lang.WordsOf(f.First), lang.WordsOf(f.Second))
}

// Inject injects them in their order. The second one finds a lab that the first has broken.
func (f Both) Inject(ctx context.Context, b *lab.Bench) error {
	if err := f.First.Inject(ctx, b); err != nil {
		return err
	}
	return f.Second.Inject(ctx, b)
}

// Verify proves each of them.
func (f Both) Verify(ctx context.Context, b *lab.Bench) error {
	return errors.Join(f.First.Verify(ctx, b), f.Second.Verify(ctx, b))
}

// Heal undoes them in the reverse order, and the first one also where the second cannot be undone.
func (f Both) Heal(ctx context.Context, b *lab.Bench) error {
	return errors.Join(f.Second.Heal(ctx, b), f.First.Heal(ctx, b))
}
