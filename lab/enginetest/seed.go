package enginetest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// Measure is the variable which, set to 1, makes the tests try and measure all, which takes minutes, where they draw some otherwise.
const Measure = "TCPLAB_MEASURE"

// MeasuresAll reports whether nothing is drawn (see [Measure]).
func MeasuresAll() bool { return os.Getenv(Measure) == "1" }

// Seed is that of what a test draws where it does not try everything: of TCPLAB_SEED where it is set, else 1, so that the same commit
// draws the same. The test prints it.
func Seed(t *testing.T) uint64 {
	t.Helper()
	const name = "TCPLAB_SEED"
	n := uint64(1)
	if text := os.Getenv(name); text != "" {
		var err error
		n, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, "%s is a number", name)
	}
	t.Logf("drawn by %s=%d", name, n)
	return n
}

// Shuffled is a list in an order that the seed draws (see [Seed]); the list itself stays as it is.
func Shuffled[T any](t *testing.T, list []T) []T {
	t.Helper()
	list = append([]T(nil), list...)
	rand.New(rand.NewPCG(Seed(t), 0)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// Drawn are n of a list, drawn by the seed, or all of them (see [MeasuresAll]).
func Drawn[T any](t *testing.T, list []T, n int) []T {
	t.Helper()
	if MeasuresAll() || n >= len(list) {
		return list
	}
	return Shuffled(t, list)[:n]
}
