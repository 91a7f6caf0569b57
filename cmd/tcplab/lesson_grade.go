package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/report"
)

// parseAnswer reads a verdict and a place.
func parseAnswer(verdict, where string) (lesson.Answer, error) {
	v, err := lesson.ParseVerdict(verdict)
	if err != nil {
		return lesson.Answer{}, err
	}
	if where == "" {
		return lesson.Answer{}, errors.New("say where it happens: --where client, router or server")
	}
	place, err := lesson.ParsePlace(where)
	if err != nil {
		return lesson.Answer{}, fmt.Errorf("--where: %w", err)
	}
	return lesson.Answer{Verdict: v, Where: place}, nil
}

// The words of a grade, and before what comes next.
var (
	next = lang.Text{English: "next:", Korean: "다음:"}

	scoreText   = lang.Text{English: "%s, level %d: %d of %d points\n\n", Korean: "%s, 레벨 %d: %[4]d점 만점에 %[3]d점\n\n"}
	verdictWord = lang.Text{English: "verdict", Korean: "판정"}
	whereWord   = lang.Text{English: "where", Korean: "위치"}
	shownWord   = lang.Text{English: "evidence of the verdict", Korean: "판정의 증거"}
	locatedWord = lang.Text{English: "evidence of the place", Korean: "위치의 증거"}
	yesWord     = lang.Text{English: "yes", Korean: "예"}
	noWord      = lang.Text{English: "no", Korean: "아니요"}
	notYetWord  = lang.Text{English: "counts with the verdict", Korean: "판정이 맞아야 인정"}
	handInWord  = lang.Text{English: "to hand in: %s\n", Korean: "제출할 파일: %s\n"}
)

func yesOrNo(is bool) lang.Text {
	if is {
		return yesWord
	}
	return noWord
}

// writeGrade tells the student what the answer is worth.
func writeGrade(out io.Writer, lab string, m lesson.Mark, g lesson.Grade, file string, tag lang.Tag) error {
	var b strings.Builder
	b.WriteString(scoreText.Format(tag, lab, m.Level, m.Score, lesson.FullScore))
	where := yesOrNo(g.Where)
	if !g.Verdict {
		where = notYetWord // whether it is right would be a hint at another verdict
	}
	for _, part := range []struct {
		word, answer lang.Text
		text         string
	}{
		{verdictWord, yesOrNo(g.Verdict), string(m.Verdict)}, {whereWord, where, string(m.Where)},
		{shownWord, yesOrNo(g.Shown), ""}, {locatedWord, yesOrNo(g.Located), ""},
	} {
		fmt.Fprintf(&b, "  %s: %s\n", strings.TrimSpace(part.word.In(tag)+" "+part.text), part.answer.In(tag))
	}
	b.WriteString("\n")
	for _, n := range g.Notes {
		fmt.Fprintf(&b, "- %s\n", n.In(tag))
	}
	b.WriteString("\n" + handInWord.Format(tag, file))
	_, err := io.WriteString(out, b.String())
	return err
}

func writeGradeJSON(out io.Writer, m lesson.Mark, g lesson.Grade, tag lang.Tag) error {
	object := struct {
		lesson.Mark
		Notes []string `json:"notes"`
	}{m, nil}
	object.Case = "" // which it was, the teacher's results say
	object.WhereRight = g.Verdict && g.Where
	for _, n := range g.Notes {
		object.Notes = append(object.Notes, n.In(tag))
	}
	return report.EncodeJSON(out, object)
}
