package lesson

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var classMarks = []Mark{
	{Student: "kim", Kind: KindMystery, Level: 1, Case: "closed-port", VerdictRight: true, WhereRight: true, Shown: true, Located: true, Score: 100},
	{Student: "kim", Kind: KindQuiz, Score: 40},
	{Student: "lee", Kind: KindMystery, Level: 1, Case: "firewall-drop", VerdictRight: true, Score: 30},
	{Student: "park", Kind: KindMystery, Level: 2, Case: "firewall-drop", WhereRight: true, Score: 20},
}

func newRoster(t *testing.T, text string) *Roster {
	t.Helper()
	r, err := ReadRoster([]byte(text))
	require.NoError(t, err)
	return r
}

// Each platform finds a line for each student of the roster, in its order, and a column for each exercise.
func TestGradebook(t *testing.T) {
	r := newRoster(t, "student,name\npark,\nchoi,\"Choi, Min\"\nkim,Kim\nlee,\n")
	for platform, want := range map[LearningPlatform]string{
		Moodle: `ID number,"tcplab mystery, level 1","tcplab mystery, level 2",tcplab quiz
park,,20,
choi,,,
kim,100,,40
lee,30,,
`,
		Canvas: `Student,ID,SIS User ID,SIS Login ID,Section,"tcplab mystery, level 1","tcplab mystery, level 2",tcplab quiz
Points Possible,,,,,100,100,100
park,,,park,,,20,
"Choi, Min",,,choi,,,,
Kim,,,kim,,100,,40
lee,,,lee,,30,,
`,
	} {
		var out strings.Builder
		require.NoError(t, WriteGradebook(&out, platform, r, classMarks))
		assert.Equal(t, want, out.String(), platform)
	}
	var out strings.Builder
	require.NoError(t, WriteGradebook(&out, Moodle, nil, classMarks[:2]))
	assert.Equal(t, "ID number,\"tcplab mystery, level 1\",tcplab quiz\nkim,100,40\n", out.String(), "without a roster: those who have a mark")
	_, err := ParsePlatform("moodel")
	assert.EqualError(t, err, `there is no table of grades for "moodel"; did you mean "moodle"?; there are: moodle, canvas`)
}

// A roster gives its order, and knows who has no mark.
func TestRosterOfResults(t *testing.T) {
	r := newRoster(t, "student\npark\nchoi\nkim\nlee\n")
	marks := append([]Mark(nil), classMarks...)
	r.Sort(marks)
	var order []string
	for _, m := range marks {
		order = append(order, m.Student+" "+string(m.Kind))
	}
	assert.Equal(t, []string{"park mystery", "kim mystery", "kim quiz", "lee mystery"}, order)
	assert.Equal(t, []string{"choi"}, r.Missing(marks))
	assert.Equal(t, 4, r.Size())
	r = nil
	r.Sort(marks)
	assert.Empty(t, r.Missing(marks))
}

// The faults that were hardest to find come first.
func TestTallyCases(t *testing.T) {
	assert.Equal(t, []CaseTally{
		{Case: "firewall-drop", Marks: 2, VerdictRight: 1, WhereRight: 1, Median: 20},
		{Case: "closed-port", Marks: 1, VerdictRight: 1, WhereRight: 1, Proven: 1, Median: 100},
	}, TallyCases(classMarks))
}
