package faults

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tcplab/tcplab/lab"
)

// noted is a fault that says what is done with it.
type noted struct {
	name string
	into *[]string
	err  error
}

func (f noted) String() string { return f.name }

func (f noted) note(what string) error {
	*f.into = append(*f.into, what+" "+f.name)
	return f.err
}

func (f noted) Inject(context.Context, *lab.Bench) error { return f.note("inject") }
func (f noted) Verify(context.Context, *lab.Bench) error { return f.note("verify") }
func (f noted) Heal(context.Context, *lab.Bench) error   { return f.note("heal") }

func TestBothFaultsAreHealedInReverse(t *testing.T) {
	var did []string
	two := Both{noted{"one", &did, nil}, noted{"two", &did, nil}}
	assert.Equal(t, "one; and two", two.String())
	ctx := t.Context()
	assert.NoError(t, errors.Join(two.Inject(ctx, nil), two.Verify(ctx, nil), two.Heal(ctx, nil)))
	assert.Equal(t, []string{"inject one", "inject two", "verify one", "verify two", "heal two", "heal one"}, did)
}

func TestOneOfTwoFaultsThatFails(t *testing.T) {
	bad := errors.New("no")
	var did []string
	two := Both{noted{"one", &did, bad}, noted{"two", &did, bad}}
	assert.ErrorIs(t, two.Inject(t.Context(), nil), bad)
	assert.ErrorIs(t, two.Verify(t.Context(), nil), bad)
	assert.ErrorIs(t, two.Heal(t.Context(), nil), bad)
	assert.Equal(t, []string{"inject one", "verify one", "verify two", "heal two", "heal one"}, did, "what is broken is not broken further, and all is healed")
}

func TestBothFaultsMustBeForUDP(t *testing.T) {
	assert.Empty(t, Both{StopService{}, StopHost{}}.UnfitForUDP())
	assert.Equal(t, aboutQueue, Both{StopService{}, FillQueue{}}.UnfitForUDP())
}
