package lesson

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// Question is asked in a lesson, and answered by looking. What is right is not written down: it is computed from what the
// lab's own captures saw.
type Question struct {
	// Name is short, and the same in all languages.
	Name string
	// Text is the question, in Markdown.
	Text string
	// Hint says what to look out for, to who was wrong. It may be empty.
	Hint string
	// Asks is how the right answer is computed. The notation:
	//
	//	count PACKET at POINT              how many such packets were seen there: a number
	//	gap N PACKET at POINT              from the N-th such packet to the next one: seconds
	//	elapsed PACKET, PACKET at POINT    from the first such packet to the first of the others that follows: seconds
	//	source PACKET at POINT             the source address of the first such packet there
	//	sender PACKET                      the host that sent it, whatever source address it has
	//	last-seen PACKET                   the farthest host at which it was seen
	//	reached POINT                      whether anything that the client sent was seen there: yes or no
	//	verdict at POINT                   what package diagnose says of it there, "none" where nothing was seen
	//
	// A PACKET is as [signature.ParsePacket] reads it, a POINT is a vantage point of the lab. It is about the last
	// connection where the packet is one of TCP, about the last ping where it is an echo, and else about whichever of
	// the two came last.
	Asks string

	ask ask
}

// hintMark begins the line of a question that is its hint.
const hintMark = "hint: "

// parseQuestion reads the lines of a question: its name, its text, perhaps a hint, and what it asks.
func parseQuestion(lines []string) (Question, error) {
	if len(lines) < 3 {
		return Question{}, fmt.Errorf("a question has a name, a text, and a line that says what it asks; this one has %d lines", len(lines))
	}
	q := Question{Name: lines[0], Asks: lines[len(lines)-1]}
	text := lines[1 : len(lines)-1]
	if hint, ok := strings.CutPrefix(text[len(text)-1], hintMark); ok {
		q.Hint, text = hint, text[:len(text)-1]
	}
	q.Text = strings.Join(text, "\n")
	if strings.ContainsAny(q.Name, " \t") || q.Name == "" {
		return Question{}, fmt.Errorf("the name of a question is one word, not %q", q.Name)
	}
	if q.Text == "" {
		return Question{}, fmt.Errorf("question %s has no text", q.Name)
	}
	var err error
	if q.ask, err = parseAsk(q.Asks); err != nil {
		return Question{}, fmt.Errorf("question %s: %w", q.Name, err)
	}
	return q, nil
}

// Checked is what an answer to a question is worth.
type Checked struct {
	Right bool
	// Text says where to look, or, where the answer is right, what it rests on. It ends with a newline.
	Text string
}

// Check holds an answer against the record. The error is for what cannot be checked, because the lab has not seen yet
// what is asked for, or because it is no answer to this question; it is a sentence for the student.
func (q Question) Check(r *LabRecord, answer string, tag lang.Tag) (Checked, error) {
	given, err := q.ask.kind().read(answer, tag)
	if err != nil {
		return Checked{}, err
	}
	attempt, ok := r.last(q.ask.subject)
	if !ok {
		return Checked{}, errors.New(nothingYet[q.ask.subject].In(tag))
	}
	found, ok := q.ask.find(r, attempt)
	if !ok {
		return Checked{}, errors.New(tooLittle.Format(tag, lastName(attempt, tag), q.ask.name()))
	}
	if !found.equal(given) {
		return Checked{Text: q.wrong(given, attempt.Client.Port(), tag)}, nil
	}
	return Checked{Right: true, Text: fmt.Sprintf("%s: %s\n%s", rightWord.In(tag), found.text(tag), found.evidence())}, nil
}

// wrong says where to look, and does not give the answer away.
func (q Question) wrong(given answerValue, port uint16, tag lang.Tag) string {
	text := notWord.Format(tag, given.text(tag)) + q.ask.look(tag)
	if q.Hint != "" {
		text += " " + q.Hint
	}
	if port != 0 {
		text += aboutPort.Format(tag, port)
	}
	return text + "\n"
}

// lastName is what the attempt is called that a question is answered from.
func lastName(a wire.Attempt, tag lang.Tag) string {
	if a.Echo {
		return lang.Text{English: "the last ping", Korean: "마지막 ping"}.In(tag)
	}
	return lang.Text{English: "the last connection", Korean: "마지막 연결"}.In(tag)
}

var (
	rightWord = lang.Text{English: "right", Korean: "정답"}
	notWord   = lang.Text{English: "not %s: ", Korean: "%s: 오답. "}
	aboutPort = lang.Text{English: " (It is about the last connection, the one from port %d.)", Korean: " (마지막 연결, 곧 클라이언트 포트가 %d번인 연결에 관한 질문이다.)"}

	nothingYet = map[subject]lang.Text{
		aConnection: {English: "the lab has seen no connection yet: first type the commands above the question",
			Korean: "이 랩에서는 아직 연결 시도가 없었다. 질문 위에 있는 명령부터 실행한다"},
		aPing: {English: "the lab has seen no ping yet: first type the commands above the question",
			Korean: "이 랩에서는 아직 ping이 없었다. 질문 위에 있는 명령부터 실행한다"},
		anything: {English: "the lab has seen no connection and no ping yet: first type the commands above the question",
			Korean: "이 랩에서는 아직 연결 시도도 ping도 없었다. 질문 위에 있는 명령부터 실행한다"},
	}
	tooLittle = lang.Text{English: "%s holds too little of what is asked for (%s): type the commands above the question again",
		Korean: "%s에는 질문이 묻는 패킷(%s)이 부족하다. 질문 위에 있는 명령을 다시 실행한다"}
)
