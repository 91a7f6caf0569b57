package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// verdictTexts say what the verdicts mean that a mystery may have, and those that one could take them for.
var verdictTexts = []struct {
	verdict diagnose.Verdict
	text    lang.Text
}{
	{diagnose.Refused, lang.Text{English: "the SYN is answered by a RST", Korean: "SYN에 RST가 돌아온다"}},
	{diagnose.Rejected, lang.Text{English: "the SYN is answered by an ICMP error", Korean: "SYN에 ICMP 오류가 돌아온다"}},
	{diagnose.NoAnswer, lang.Text{English: "SYNs, or echo requests, and nothing comes back", Korean: "SYN이나 echo request에 아무 응답이 없다"}},
	{diagnose.NotSent, lang.Text{English: "no packet leaves the client", Korean: "클라이언트에서 패킷이 나가지 않는다"}},
	{diagnose.SYNACKUnanswered, lang.Text{English: "the server's SYN-ACK is retransmitted, the handshake never completes",
		Korean: "서버가 SYN-ACK를 재전송하고, 핸드셰이크가 끝나지 않는다"}},
	{diagnose.NoReply, lang.Text{English: "the request is acknowledged, and never answered", Korean: "요청에 ACK는 오지만 응답이 없다"}},
	{diagnose.ClosedEarly, lang.Text{English: "the server closes without an answer", Korean: "서버가 응답 없이 연결을 닫는다"}},
	{diagnose.Blackhole, lang.Text{English: "established, then data is retransmitted without an answer", Korean: "연결된 뒤 데이터가 응답 없이 재전송된다"}},
	{diagnose.ResetByServer, lang.Text{English: "established, then a RST from the server's address", Korean: "연결된 뒤 서버 주소에서 RST가 온다"}},
	{diagnose.ResetByClient, lang.Text{English: "established, then a RST from the client's address", Korean: "연결된 뒤 클라이언트 주소에서 RST가 온다"}},
}

// verdictTable lists the verdicts, a line each.
func verdictTable(tag lang.Tag) string {
	var b strings.Builder
	for _, v := range verdictTexts {
		fmt.Fprintf(&b, "  %-18s %s\n", v.verdict, v.text.In(tag))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// parseAnswer reads a verdict and a place.
func parseAnswer(verdict, where string) (lesson.Answer, error) {
	var names []string
	for _, v := range verdictTexts {
		names = append(names, string(v.verdict))
	}
	if !slices.Contains(names, verdict) {
		return lesson.Answer{}, fmt.Errorf("there is no verdict %q; there are: %s", verdict, strings.Join(names, ", "))
	}
	if where == "" {
		return lesson.Answer{}, errors.New("say where it happens: --where client, router or server")
	}
	if !slices.Contains(lesson.Places(), lesson.Place(where)) {
		return lesson.Answer{}, fmt.Errorf("--where: the place is client, router or server, not %q", where)
	}
	return lesson.Answer{Verdict: diagnose.Verdict(verdict), Where: lesson.Place(where)}, nil
}

// The words of a grade.
var (
	scoreText   = lang.Text{English: "%s, level %d: %d of %d points\n\n", Korean: "%s, 레벨 %d: %[4]d점 만점에 %[3]d점\n\n"}
	verdictWord = lang.Text{English: "verdict", Korean: "판정"}
	whereWord   = lang.Text{English: "where", Korean: "위치"}
	shownWord   = lang.Text{English: "evidence of the verdict", Korean: "판정의 증거"}
	locatedWord = lang.Text{English: "evidence of the place", Korean: "위치의 증거"}
	yesWord     = lang.Text{English: "yes", Korean: "예"}
	noWord      = lang.Text{English: "no", Korean: "아니요"}
	handInWord  = lang.Text{English: "to hand in: %s\n", Korean: "제출할 파일: %s\n"}
)

// writeGrade tells the student what the answer is worth.
func writeGrade(out io.Writer, lab string, m lesson.Mark, g lesson.Grade, file string, tag lang.Tag) error {
	var b strings.Builder
	b.WriteString(scoreText.Format(tag, lab, m.Level, m.Score, lesson.FullScore))
	for _, part := range []struct {
		word  lang.Text
		right bool
		text  string
	}{
		{verdictWord, g.Verdict, string(m.Verdict)}, {whereWord, g.Verdict && g.Where, string(m.Where)},
		{shownWord, g.Shown, ""}, {locatedWord, g.Located, ""},
	} {
		answer := noWord
		if part.right {
			answer = yesWord
		}
		fmt.Fprintf(&b, "  %s: %s\n", strings.TrimSpace(part.word.In(tag)+" "+part.text), answer.In(tag))
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
	for _, n := range g.Notes {
		object.Notes = append(object.Notes, n.In(tag))
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	return e.Encode(object)
}

// gradeFlags are the flags of "lesson grade".
type gradeFlags struct {
	key, out string
	json     bool
}

func newLessonGrade() *cobra.Command {
	var f gradeFlags
	cmd := &cobra.Command{
		Use:   "grade DIR",
		Short: "Grade what students have handed in, and sign the results",
		Long: `Grade every file *.handin in a folder and below it. Each is graded anew by the record of its lab, so that no score can be edited; with the
class's key what was sealed for the class is opened, what was changed or not sealed is refused, and the results are signed. Of several answers
by a student to a level the last one counts.

The results are written to results.json (one object per line) and results.csv. "tcplab lesson verify" tells whether they are as they were signed.`,
		Example: "  tcplab lesson grade handed-in --key class.key",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.key, "key", "", "file with the class's key; without it only what was not sealed for a class is graded")
	flags.StringVar(&f.out, "out", "", "folder for the results (default: DIR)")
	flags.BoolVar(&f.json, "json", false, "print the results as JSON, one object per line")
	return cmd
}

func (f *gradeFlags) run(cmd *cobra.Command, dir string) error {
	key, err := readKey(f.key)
	if err != nil {
		return err
	}
	names, err := handIns(dir)
	if err != nil {
		return err
	}
	var marks []lesson.Mark
	var refused []error
	for _, name := range names {
		mark, err := gradeFile(name, key)
		if err != nil {
			refused = append(refused, fmt.Errorf("%s: %w", name, err))
			continue
		}
		marks = append(marks, mark)
	}
	marks = lesson.Final(marks)
	out := f.out
	if out == "" {
		out = dir
	}
	if err := writeResults(out, marks); err != nil {
		return err
	}
	if f.json {
		err = lesson.WriteJSON(cmd.OutOrStdout(), marks)
	} else {
		err = writeMarks(cmd.OutOrStdout(), marks, out)
	}
	return errors.Join(err, errors.Join(refused...))
}

// handIns are the files in a folder and below it, in order.
func handIns(dir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(name) == ".handin" {
			names = append(names, name)
		}
		return err
	})
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("%s has no file *.handin, as \"tcplab lesson answer\" writes it", dir)
	}
	return names, err
}

func gradeFile(name string, key *lesson.ClassKey) (lesson.Mark, error) {
	file, err := os.ReadFile(name)
	if err != nil {
		return lesson.Mark{}, err
	}
	h, err := lesson.ReadHandIn(file, key)
	if err != nil {
		return lesson.Mark{}, err
	}
	mark, _, err := h.Grade()
	if err == nil && key != nil {
		mark.Sign(key)
	}
	return mark, err
}

func writeResults(dir string, marks []lesson.Mark) error {
	for name, write := range map[string]func(io.Writer, []lesson.Mark) error{"results.json": lesson.WriteJSON, "results.csv": lesson.WriteCSV} {
		file, err := renameio.NewPendingFile(filepath.Join(dir, name), renameio.WithPermissions(0o644))
		if err != nil {
			return err
		}
		defer file.Cleanup() // nothing, once it has its name
		if err := write(file, marks); err != nil {
			return err
		}
		if err := file.CloseAtomicallyReplace(); err != nil {
			return err
		}
	}
	return nil
}

// writeMarks prints the results as a table.
func writeMarks(out io.Writer, marks []lesson.Mark, dir string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "student\tlevel\tscore\tanswers\tcase\tanswered with\tevidence of verdict, place")
	mark := map[bool]string{true: "yes", false: "no"}
	for _, m := range marks {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\t%s, %s\t%s, %s\n", m.Student, m.Level, m.Score, m.Answers, m.Case, m.Verdict, m.Where, mark[m.Shown], mark[m.Located])
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\n%s, %s\n", filepath.Join(dir, "results.csv"), filepath.Join(dir, "results.json"))
	return err
}

func newLessonVerify() *cobra.Command {
	var class classFlag
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Tell whether results are as the teacher has signed them",
		Long: `Tell whether each line of results.json or results.csv is as the teacher of the class has signed it. The exit code is 1 where one is
not.`,
		Example: "  tcplab lesson verify results.csv --class class.pub",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return verify(cmd, args[0], class) },
	}
	class.addTo(cmd)
	return cmd
}

func verify(cmd *cobra.Command, file string, f classFlag) error {
	public, err := f.public()
	if err != nil {
		return err
	}
	if public == "" {
		return errors.New("name the file with the public half of the class's key: --class class.pub")
	}
	class, err := lesson.ParseClass(public)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	marks, err := lesson.ReadMarks(text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	bad := 0
	for _, m := range marks {
		if !m.Verify(class) {
			bad++
			fmt.Fprintf(cmd.OutOrStdout(), "%s, level %d: not as it was signed\n", m.Student, m.Level)
		}
	}
	if bad > 0 {
		return errMismatch
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d of %d as the class's teacher has signed them\n", file, len(marks), len(marks))
	return err
}
