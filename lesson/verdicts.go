package lesson

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// verdictTexts say what the verdicts mean that a case may have, and those that one could take them for.
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

// VerdictTable lists the verdicts that an answer may have, a line each, and what they mean.
func VerdictTable(tag lang.Tag) string {
	var b strings.Builder
	for _, v := range verdictTexts {
		fmt.Fprintf(&b, "  %-18s %s\n", v.verdict, v.text.In(tag))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// ParseVerdict reads one of these verdicts. The error lists them.
func ParseVerdict(text string) (diagnose.Verdict, error) {
	var names []string
	for _, v := range verdictTexts {
		names = append(names, string(v.verdict))
	}
	if !slices.Contains(names, text) {
		return "", fmt.Errorf("there is no verdict %q; there are: %s", text, strings.Join(names, ", "))
	}
	return diagnose.Verdict(text), nil
}

// ParsePlace reads a place.
func ParsePlace(text string) (HostPlace, error) {
	if !slices.Contains(Places(), HostPlace(text)) {
		return "", fmt.Errorf("the place is client, router or server, not %q", text)
	}
	return HostPlace(text), nil
}
