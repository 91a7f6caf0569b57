package lesson

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lang"
)

// Mystery is a student's exercise with a hidden fault.
type Mystery struct {
	Student string
	Level   int
	// Class is the public key of the class ([ClassKey.Public]), empty for somebody who learns alone.
	Class string
}

var studentID = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// NewMystery checks what a student has typed. Upper and lower case are one student.
func NewMystery(student string, level int, class string) (Mystery, error) {
	id, err := parseStudent(student)
	if err != nil {
		return Mystery{}, err
	}
	if level < 1 || level > Levels {
		return Mystery{}, fmt.Errorf("there is no level %d: there are 1 to %d", level, Levels)
	}
	return Mystery{Student: id, Level: level, Class: class}, nil
}

// parseStudent checks the ID of a student.
func parseStudent(text string) (id string, err error) {
	id = strings.ToLower(strings.TrimSpace(text))
	if !studentID.MatchString(id) {
		return "", fmt.Errorf("%q cannot be the ID of a student: it takes up to 40 letters a to z, digits, dots, dashes and underscores", text)
	}
	return id, nil
}

// Lab is the name of the mystery's lab.
func (m Mystery) Lab() string { return "mystery-" + m.Student }

// Case is the hidden one: the same each time for the same student, level and class.
func (m Mystery) Case() Case {
	list := slices.DeleteFunc(Cases(), func(c Case) bool { return c.Level != m.Level })
	return slices.MaxFunc(list, func(a, b Case) int { return bytes.Compare(m.draw(a), m.draw(b)) })
}

// draw is the lot of a case: the highest of a level is drawn. So a case that is added later changes the mysteries of those
// alone who get it.
func (m Mystery) draw(c Case) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "tcplab mystery\n%s\n%s\n%d\n%s", m.Class, m.Student, m.Level, c.Name))
	return sum[:]
}

// Scenario is what the lab of a mystery is built from. But for the fault it is the same for all.
func (c Case) Scenario() harness.Scenario {
	t := topology
	t.Name = "mystery"
	return harness.Scenario{Name: "mystery", Topology: t, Fixtures: []harness.Fixture{group}, Fault: c.Fault}
}

// Complaint is all that the student is told of the fault; target is the service as the client knows it.
func (c Case) Complaint(tag lang.Tag, target netip.AddrPort) string {
	if c.Pings {
		return complaintPing.Format(tag, target.Addr())
	}
	return complaintTCP.Format(tag, target)
}

var (
	complaintTCP = lang.Text{
		English: "The users of the client complain: http://%s/ does not work. What happens to their connection, and where?",
		Korean:  "클라이언트 사용자들이 http://%s/ 에 접속되지 않는다고 한다. 연결에 무슨 일이 일어나는가? 어디에서 일어나는가?",
	}
	complaintPing = lang.Text{
		English: "The monitoring on the client complains: %s does not answer ping. What happens to its packets, and where?",
		Korean:  "클라이언트의 모니터링이 %s에 ping이 되지 않는다고 알려 왔다. 패킷에 무슨 일이 일어나는가? 어디에서 일어나는가?",
	}
)
