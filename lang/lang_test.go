package lang

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for name, want := range map[string]Tag{
		"": English, "C": English, "C.UTF-8": English, "POSIX": English, "en": English, "en-GB": English, "fr": English,
		"ko": Korean, "ko-KR": Korean, "ko_KR.UTF-8": Korean, "KO": Korean,
	} {
		got, err := Parse(name)
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)
	}
	for _, name := range []string{"k", "korean language", "-", "한국어"} {
		_, err := Parse(name)
		assert.ErrorContains(t, err, "is not the name of a language", name)
	}
}

// A locale is made for other programs: it never is an error.
func TestOfLocale(t *testing.T) {
	for locale, want := range map[string]Tag{
		"": English, "C": English, "C.UTF-8": English, "POSIX": English, "en_US.UTF-8": English, "de_DE": English,
		"ko_KR.UTF-8": Korean, "ko_KR.eucKR": Korean, "ko": Korean,
		"ko_KR.UTF-8@x": English, "ko_KR@x": English, "k": English, "-": English, "/usr/share/locale": English, "한국어": English,
	} {
		assert.Equal(t, want, OfLocale(locale), locale)
	}
}

func TestText(t *testing.T) {
	both, one := Text{"%d packets", "패킷 %d개"}, Text{English: "%d packets"}
	assert.Equal(t, "3 packets", both.Format(English, 3))
	assert.Equal(t, "패킷 3개", both.Format(Korean, 3))
	assert.Equal(t, "3 packets", one.Format(Korean, 3))
}

type named string

func (n named) String() string { return "the " + string(n) }

type wordedName struct{ named }

func (n wordedName) Words() Text { return Text{n.String(), "그 " + string(n.named)} }

func TestWords(t *testing.T) {
	cat, dog := wordedName{"cat"}, named("dog")
	assert.Equal(t, Text{"the cat", "그 cat"}, WordsOf(cat))
	assert.Equal(t, Text{English: "the dog"}, WordsOf(dog))
	sees := Text{"%s sees %d of %s", "%[3]s 가운데 %[2]d: %[1]s"}
	assert.Equal(t, Text{"the cat sees 3 of all", "all 가운데 3: 그 cat"}, sees.With(cat.Words(), 3, Same("all")))
	assert.Equal(t, Text{English: "no 3"}, Text{English: "no %d"}.With(3))
	assert.Equal(t, Text{"the cat and the dog", "그 cat, the dog"}, Join([]Text{WordsOf(cat), WordsOf(dog)}, Text{" and ", ", "}))
}

// A message takes its arguments along, is shown in a language with all that is in it, and is in English where a program reads it.
func TestMessage(t *testing.T) {
	inner := Tell(Text{"%d packets", "패킷 %d개"}, 3)
	outer := Tell(Text{"%s of the %s", "%[2]s의 %[1]s"}, inner, Text{"client", "클라이언트"})
	assert.Equal(t, "3 packets of the client", outer.String())
	assert.Equal(t, "3 packets of the client", outer.In(English))
	assert.Equal(t, "클라이언트의 패킷 3개", outer.In(Korean))
	assert.Equal(t, Text{"3 packets", "패킷 3개"}, inner.Words())
	assert.Equal(t, []string{"패킷 3개", "100 %"}, InEach(Korean, []Message{inner, Tell(Same("100 %"))}))
	assert.True(t, Message{}.IsEmpty())
	assert.Empty(t, Message{}.String())
	assert.False(t, inner.IsEmpty())
}
