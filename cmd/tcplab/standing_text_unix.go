//go:build unix

package main

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/standing"
)

var (
	runsAsRoot = lang.Text{
		English: "commands on its hosts run as root of this machine, on its own files: an ordinary user can build labs, too",
		Korean:  "호스트의 명령은 이 컴퓨터의 root로, 이 컴퓨터의 파일 위에서 실행된다: 랩은 일반 사용자도 만들 수 있다",
	}
	getsThrough = lang.Text{English: ": the client gets through to %s", Korean: ": 클라이언트에서 %s까지 접속된다"}
	noLabStands = lang.Text{English: "no lab stands", Korean: "서 있는 랩이 없다"}

	stateWords = map[standing.State]lang.Text{
		standing.Building: {English: string(standing.Building), Korean: "만드는 중"},
		standing.Healthy:  {English: string(standing.Healthy), Korean: "정상"},
		standing.Waiting:  {English: string(standing.Waiting), Korean: "대기 중"},
		standing.Broken:   {English: string(standing.Broken), Korean: "고장"},
	}
	stateLine    = lang.Same("%s: %s, IPv%d, %s")
	exerciseLine = lang.Text{English: "%s: %s, IPv%d, an exercise of level %d for %s", Korean: "%[1]s: %[2]s, IPv%[3]d, %[5]s 학생의 레벨 %[4]d 연습 문제"}
	serverEnded  = lang.Text{English: ", but the server %s", Korean: ", 그러나 서버가 끝났다(%s)"}

	momentAwaited = lang.Text{English: " for %s", Korean: "(%s)"}
	momentFailed  = lang.Text{English: " (it was not broken at %s: %s)", Korean: "(%s 시점에 고장 내지 못했다: %s)"}
	momentExact   = lang.Text{English: " at %s, exactly (by the kernel)", Korean: "(정확히 %s 시점, 커널이 판단했다)"}
	momentLate    = lang.Text{English: " at %s, %s late (by the live capture)", Korean: "(%s 시점에서 %s 늦게, 실시간 캡처로 판단했다)"}
)

// welcome says what stands, and what to do with it.
func welcome(out io.Writer, info standing.Info, several, web bool, tag lang.Tag) error {
	var b strings.Builder
	b.WriteString(stateText(info, tag))
	if info.State == standing.Healthy {
		b.WriteString(getsThrough.Format(tag, info.Target))
	}
	b.WriteString("\n\n")
	table(&b, info, false)
	built := ""
	if several {
		built = " --lab " + info.Lab
	}
	toggle := "tcplab break" + built + "\n"
	if info.State != standing.Healthy {
		toggle = "tcplab heal" + built + "\n"
	}
	ask := "curl -m 3 " + url(info)
	if !web {
		ask = "printenv TCPLAB_ADDR" // what a client finds that speaks with such a server
	}
	fmt.Fprintf(&b, "\n%s\n  tcplab exec%s client %s\n  %s  tcplab shell%s server\n  tcplab down%s\n", next.In(tag), built, ask, toggle, built, built)
	_, err := io.WriteString(out, b.String())
	return err
}

// url is the target as curl takes it: where brackets stand, it and the shell must not take them for patterns.
func url(info standing.Info) string {
	if strings.HasPrefix(info.Target, "[") {
		return "-g 'http://" + info.Target + "/'"
	}
	return "http://" + info.Target + "/"
}

// stateText is the lab in one line.
func stateText(info standing.Info, tag lang.Tag) string {
	text := stateLine.Format(tag, info.Lab, info.Engine, info.Family, stateWords[info.State])
	if e := info.Exercise; e != nil && info.State != standing.Building {
		return exerciseLine.Format(tag, info.Lab, info.Engine, info.Family, e.Level, e.Student)
	}
	if info.ServerEnded != "" {
		text += serverEnded.Format(tag, info.ServerEnded)
	}
	text += momentText(info).In(tag)
	if (info.State == standing.Broken || info.State == standing.Waiting) && info.Fault != "" {
		text += ": " + info.FaultWords.In(tag)
	}
	return text
}

// momentText is for what a fault waits, or at what it came; empty where there is no such moment.
func momentText(info standing.Info) lang.Text {
	m := info.Moment
	switch {
	case m == nil:
		return lang.Text{}
	case info.State == standing.Waiting:
		return momentAwaited.With(m.When)
	case m.Error != "":
		return momentFailed.With(m.When, m.Error)
	case m.Exact:
		return momentExact.With(m.When)
	}
	return momentLate.With(m.When, m.Late.Round(100*time.Microsecond))
}

// table lists the hosts, their addresses of the lab's family, and where that is asked the names of their containers.
func table(out io.Writer, info standing.Info, containers bool) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, h := range info.Hosts {
		line := "  " + h.Name + "\t" + strings.Join(addressesOf(h.Addresses, lab.Family(info.Family)), ", ")
		if containers && h.Container != "" {
			line += "\t" + h.Container
		}
		fmt.Fprintln(w, line)
	}
	_ = w.Flush() // to memory
}

func addressesOf(all []netip.Addr, f lab.Family) []string {
	var list []string
	for _, a := range all {
		if f.Of(a) {
			list = append(list, a.String())
		}
	}
	return list
}
