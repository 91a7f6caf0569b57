package wire

// Passage is what two vantage points saw of packets that one end sent to the other, or of their bytes: Near is how many the
// one nearer to the sender saw, Far how many the other saw.
type Passage struct {
	Near, Far int64
	// Unanswered says that the packets ask for an answer, and that none was seen to leave.
	Unanswered bool
}

// Whereabouts is what became of them.
type Whereabouts uint8

// The whereabouts.
const (
	WentThrough  Whereabouts = iota
	LostBetween              // some, or all, are lost between the two vantage points
	LostAtEnd                // they arrived, and what received them sent no answer
	BegunBetween             // their sender has not sent them: something in between has, in its name
)

// Whereabouts tells where the packets were lost. The rule is here once, for single packets in a drawing, and for the packets of
// an attempt in two captures.
func (p Passage) Whereabouts() Whereabouts {
	switch {
	case p.Far > 0 && p.Unanswered:
		return LostAtEnd
	case p.Far > 0 && p.Near == 0:
		return BegunBetween
	case p.Far < p.Near:
		return LostBetween
	}
	return WentThrough
}
