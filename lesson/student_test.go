package lesson

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newStudentKey(t *testing.T) *StudentKey {
	t.Helper()
	key, err := NewStudentKey(rand.Reader)
	require.NoError(t, err)
	again, err := ParseStudentKey(key.String() + "\n")
	require.NoError(t, err)
	require.Equal(t, key.Public(), again.Public())
	return key
}

// A hand-in tells who has signed it, also through the seal, and a signature is of this hand-in alone.
func TestSignedHandIn(t *testing.T) {
	class, kim := newKey(t), newStudentKey(t)
	for _, key := range []*ClassKey{nil, class} {
		public := ""
		if key != nil {
			public = key.Public()
		}
		var file, other bytes.Buffer
		require.NoError(t, solved(t, "kim", 1, public).Write(&file, kim))
		h, err := ReadHandIn(file.Bytes(), key)
		require.NoError(t, err)
		assert.Equal(t, kim.Public(), h.Signer())

		require.NoError(t, solved(t, "kim", 2, public).Write(&other, kim))
		var one, two envelope
		require.NoError(t, json.Unmarshal(file.Bytes(), &one))
		require.NoError(t, json.Unmarshal(other.Bytes(), &two))
		one.Signature = two.Signature
		mixed, err := json.Marshal(one)
		require.NoError(t, err)
		_, err = ReadHandIn(mixed, key)
		assert.EqualError(t, err, "its student's signature is broken: it has been changed after it was signed")
	}
	h, err := ReadHandIn(written(t, solved(t, "kim", 1, "")), nil)
	require.NoError(t, err)
	assert.Empty(t, h.Signer())
}

func TestRoster(t *testing.T) {
	kim, lee := newStudentKey(t), newStudentKey(t)
	r, err := ReadRoster([]byte("\ufeffname,student,key,mail\nKim Minji,KIM," + kim.Public() + ",k@example.org\n,lee,,\nLee Jun,lee2,,\n"))
	require.NoError(t, err)
	require.NoError(t, r.Check("kim", kim.Public()))
	require.NoError(t, r.Check("lee", ""))
	require.NoError(t, r.Check("lee", lee.Public()))
	for want, err := range map[string]error{
		"mallory is not on the roster":                                                                     r.Check("mallory", ""),
		"it is not signed, and the roster has a key of kim":                                                r.Check("kim", ""),
		"it is not signed by the key of kim that the roster has":                                           r.Check("kim", lee.Public()),
		`it names lee, and comes from lee2: "lee jun/lee-1.handin"`:                                        r.CheckName("lee", "lee jun/lee-1.handin"),
		`it names lee, and comes from somebody else: "kim minji_7/lee-1.handin" does not begin with "lee"`: r.CheckName("lee", "kim minji_7/lee-1.handin"),
	} {
		assert.EqualError(t, err, want)
	}
	require.NoError(t, r.CheckName("kim", "Kim Minji_77_assignsubmission_file_/anything.handin"))
	require.NoError(t, r.CheckName("lee2", "Lee Jun/lee2-1.handin"))
	for text, want := range map[string]string{
		"":                    "its first line names the columns",
		"kim\nlee\n":          "its first line names the columns",
		"student\nkim\nKim\n": "line 3: kim is there twice",
		"student\n=kim\n":     `line 2: "=kim" cannot be the ID of a student`,
		"student,key\nkim," + newKey(t).Public() + "\n": "line 2: the key of kim is not the public half of a student's key",
		"student,key\nkim\n":                            "it is no table",
	} {
		_, err := ReadRoster([]byte(text))
		assert.ErrorContains(t, err, want, text)
	}
}

// Without a roster the name of a folder or a file begins with the ID, and no letter or digit follows that.
func TestNameOfALearningPlatform(t *testing.T) {
	var none *Roster
	for _, path := range []string{"kim-1.handin", "kim-quiz-2.handin", "kim-1 (1).handin", "kim_4711_assignsubmission_file_/x.handin", "Kim (7)/x.handin", "kim/lee-1.handin", "kim.handin"} {
		assert.NoError(t, none.CheckName("kim", path), path)
	}
	for _, path := range []string{"lee/kim-1.handin", "kim2-1.handin", "kimberly_1/kim-1.handin", "mallory_kim-1.handin", "kim-jong/kim-1.handin", "kim.b/x.handin", "x.handin"} {
		assert.ErrorContains(t, none.CheckName("kim", path), "it names kim, and comes from somebody else", path)
	}
}

// An answer of tomorrow would be the last one until then, whatever the student hands in.
func TestAnswerThatIsStillToCome(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	assert.NoError(t, Mark{Answered: now.Add(59 * time.Minute)}.CheckTime(now), "a clock may be off")
	assert.EqualError(t, Mark{Answered: now.Add(24 * time.Hour)}.CheckTime(now),
		"it says that it was answered on 2026-11-29 12:00:00, which is still to come: the clock of the computer was wrong, so let the student answer once more")
	assert.Error(t, Mark{Answered: lastHour(0)}.CheckTime(now))
}

// What does not count any more is known, with what counts in its place.
func TestSuperseded(t *testing.T) {
	at := func(student string, hour int) Mark {
		return Mark{Student: student, Answered: time.Date(2026, 11, 25, hour, 0, 0, 0, time.UTC)}
	}
	last, old := Final([]Mark{at("lee", 1), at("kim", 1), at("kim", 3), at("kim", 2)})
	assert.Equal(t, []int{2, 0}, last)
	assert.Equal(t, []Superseded{{Old: 3, By: 2}, {Old: 1, By: 2}}, old)
}

// sealedAs packs contents as a hand-in of nobody's class.
func sealedAs(t *testing.T, contents string) []byte {
	t.Helper()
	file, err := json.Marshal(envelope{Format: handInFormat, Contents: gzipped(t, strings.NewReader(contents))})
	require.NoError(t, err)
	return file
}
