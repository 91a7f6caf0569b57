package lesson

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newQuiz(t *testing.T, student string, level, questions int, class string) Quiz {
	t.Helper()
	q, err := NewQuiz(student, level, questions, class)
	require.NoError(t, err)
	return q
}

// everyQuestion is a quiz that asks for all cases.
func everyQuestion(t *testing.T, student string) Quiz {
	t.Helper()
	return newQuiz(t, student, 0, len(Cases()), "")
}

func caseNames(q Quiz) (names []string) {
	for _, c := range q.Cases() {
		names = append(names, c.Name)
	}
	return names
}

func TestQuizIsTheSameEachTime(t *testing.T) {
	q := newQuiz(t, " Kim ", 0, 0, "")
	again := newQuiz(t, "kim", 0, DefaultQuestions, "")
	assert.Equal(t, q, again)
	assert.Equal(t, caseNames(q), caseNames(again))
	first, err := q.Captures()
	require.NoError(t, err)
	second, err := again.Captures()
	require.NoError(t, err)
	assert.Equal(t, first, second)
	var names []string
	for _, f := range first {
		names = append(names, f.Name)
	}
	assert.Equal(t, []string{"1-client.pcapng", "1-server.pcapng", "2-client.pcapng", "2-server.pcapng", "3-client.pcapng", "3-server.pcapng",
		"4-client.pcapng", "4-server.pcapng", "5-client.pcapng", "5-server.pcapng"}, names)
}

// Each question is about another case, easy ones come first, and of each level there are about as many.
func TestQuizHasDifferentCases(t *testing.T) {
	for i := range 50 {
		q := newQuiz(t, fmt.Sprint("student-", i), 0, 5, "")
		names := caseNames(q)
		assert.Len(t, names, 5)
		slices.Sort(names)
		assert.Len(t, slices.Compact(names), 5)
		var levels []int
		for _, c := range q.Cases() {
			levels = append(levels, c.Level)
		}
		assert.Equal(t, []int{1, 1, 2, 2, 3}, levels)
	}
	all := caseNames(everyQuestion(t, "kim"))
	slices.Sort(all)
	assert.Len(t, slices.Compact(all), len(Cases()))
	for level := 1; level <= Levels; level++ {
		for _, c := range newQuiz(t, "kim", level, 4, "").Cases() {
			assert.Equal(t, level, c.Level)
		}
	}
}

// Others have other questions, and every case comes up.
func TestQuizzesAreSpread(t *testing.T) {
	quizzes, asked := map[string]bool{}, map[string]int{}
	for i := range 200 {
		q := newQuiz(t, fmt.Sprint("student-", i), 0, 5, "")
		quizzes[fmt.Sprint(caseNames(q))] = true
		for _, name := range caseNames(q) {
			asked[name]++
		}
	}
	assert.Greater(t, len(quizzes), 170)
	for _, c := range Cases() {
		assert.Greater(t, asked[c.Name], 15, c.Name)
	}
	different := 0
	for i := range 20 {
		student := fmt.Sprint("student-", i)
		if fmt.Sprint(caseNames(newQuiz(t, student, 0, 5, "one"))) != fmt.Sprint(caseNames(newQuiz(t, student, 0, 5, "two"))) {
			different++
		}
	}
	assert.Greater(t, different, 15, "another class has other questions")
}

func TestQuizThatCannotBe(t *testing.T) {
	_, err := NewQuiz("kim lee", 0, 0, "")
	assert.EqualError(t, err, `"kim lee" cannot be the ID of a student: it takes up to 40 letters a to z, digits, dots, dashes and underscores`)
	for _, level := range []int{-1, 4} {
		_, err = NewQuiz("kim", level, 0, "")
		assert.EqualError(t, err, fmt.Sprintf("there is no level %d: there are 1 to 3, or 0 for all of them", level))
	}
	for _, questions := range []int{-1, 5} {
		_, err = NewQuiz("kim", 1, questions, "")
		assert.EqualError(t, err, fmt.Sprintf("there cannot be %d questions: each is about another case, and here are 1 to 4", questions))
	}
	assert.Equal(t, 4, newQuiz(t, "kim", 1, 0, "").Questions, "as many as the level has")
}

func TestQuizNames(t *testing.T) {
	all, second := newQuiz(t, "kim", 0, 0, ""), newQuiz(t, "kim", 2, 0, "")
	assert.Equal(t, []string{"quiz-kim", "kim-quiz.handin"}, []string{all.Name(), all.HandInName()})
	assert.Equal(t, []string{"quiz-kim-2", "kim-quiz-2.handin"}, []string{second.Name(), second.HandInName()})
}
