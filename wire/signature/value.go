package signature

import (
	"fmt"
	"strconv"
	"strings"
)

// value is what a number must be. The zero value allows any.
type value struct {
	rule valueRule
	a, b uint32
}

type valueRule uint8

const (
	anyValue valueRule = iota
	equal
	not
	between // a to b, both included
)

func exactly(n uint32) value { return value{rule: equal, a: n} }

func (v value) matches(n uint32) bool {
	switch v.rule {
	case equal:
		return n == v.a
	case not:
		return n != v.a
	case between:
		return v.a <= n && n <= v.b
	}
	return true
}

func (v value) String() string {
	switch v.rule {
	case equal:
		return strconv.FormatUint(uint64(v.a), 10)
	case not:
		return fmt.Sprintf("!%d", v.a)
	case between:
		return fmt.Sprintf("%d..%d", v.a, v.b)
	}
	return ""
}

func parseValue(text string) (value, bool) {
	if n, ok := strings.CutPrefix(text, "!"); ok {
		a, ok := parseNumber(n)
		return value{rule: not, a: a}, ok
	}
	from, to, ranged := strings.Cut(text, "..")
	a, ok := parseNumber(from)
	if !ranged {
		return exactly(a), ok
	}
	b, okay := parseNumber(to)
	return value{rule: between, a: a, b: b}, ok && okay && a <= b
}

func parseNumber(text string) (uint32, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return uint32(n), err == nil && text[0] != '+'
}
