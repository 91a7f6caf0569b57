package failures

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// The headings, and the sentences that lead to a list.
var (
	headingWhat      = lang.Text{English: "What it is", Korean: "무엇인가"}
	headingFelt      = lang.Text{English: "What the client feels", Korean: "클라이언트가 느끼는 것"}
	headingRivals    = lang.Text{English: "How to tell it from its rivals", Korean: "비슷한 원인과 구별하는 법"}
	headingLookup    = lang.Text{English: "Of a lookup (DNS)", Korean: "이름 조회(DNS)의 경우"}
	headingPing      = lang.Text{English: "Of a ping", Korean: "ping의 경우"}
	headingCommands  = lang.Text{English: "Commands that tell", Korean: "구별하는 명령"}
	headingSeeIt     = lang.Text{English: "See it in a lab", Korean: "랩에서 보기"}
	headingDrawing   = lang.Text{English: "As a run of it looked", Korean: "실행했을 때의 모습"}
	headingSource    = lang.Text{English: "Source", Korean: "소스"}
	headingScenarios = lang.Text{English: "Scenarios that show it", Korean: "이를 보여 주는 시나리오"}

	factVerdict       = lang.Text{English: "verdict", Korean: "판정"}
	factServerVerdict = lang.Text{English: "verdict on the server", Korean: "서버에서의 판정"}
	factCause         = lang.Text{English: "cause", Korean: "원인"}
	factPlace         = lang.Text{English: "where it breaks", Korean: "고장 난 곳"}
	factFault         = lang.Text{English: "fault", Korean: "고장"}
	factClient        = lang.Text{English: "the client ends with", Korean: "클라이언트의 결말"}

	leadOwn      = lang.Text{English: "Where the capture holds what this failure alone shows, diagnose also names: ", Korean: "이 장애만 보여 주는 것이 캡처에 있으면 diagnose가 함께 드는 원인: "}
	leadAlike    = lang.Text{English: "No vantage point tells it from:", Korean: "어느 관측 지점에서도 다음과 구별되지 않는다:"}
	leadCommands = lang.Text{English: "They look and change nothing. SERVER, CLIENT and PORT stand for yours, SENDER for the sender of the ICMP error, KNOWN-HOST for a host that answers ping.",
		Korean: "모두 보기만 하고 아무것도 바꾸지 않는다. SERVER, CLIENT, PORT에는 자신의 값을, SENDER에는 ICMP 오류를 보낸 주소를, KNOWN-HOST에는 ping에 응답하는 호스트를 넣는다."}
	leadVerdicts   = lang.Text{English: "It comes into question with:", Korean: "다음 판정에서 의심해 볼 수 있다:"}
	leadEvidence   = lang.Text{English: "It comes into question only where something else in the capture points to it.", Korean: "캡처 안의 다른 단서가 가리킬 때만 의심해 볼 수 있다."}
	leadShown      = lang.Text{English: "Shown by:", Korean: "이를 보여 주는 시나리오:"}
	titleCauses    = lang.Text{English: "What may lie behind a verdict", Korean: "판정 뒤에 있을 수 있는 원인"}
	insteadOfBreak = lang.Text{English: "in place of tcplab break", Korean: "tcplab break 대신"}
	wordThis       = lang.Text{English: "this one", Korean: "이 경우"}
)

// places are where a scenario breaks.
var places = map[string]lang.Text{
	"client": {English: "client", Korean: "클라이언트"},
	"core":   {English: "core", Korean: "코어 라우터"},
	"line":   {English: "line", Korean: "회선"},
	"router": {English: "router", Korean: "라우터"},
	"server": {English: "server", Korean: "서버"},
	"twin":   {English: "twin", Korean: "주소가 같은 장비"},
}

// placeWords are a place by its name in a scenario.
func placeWords(name string) lang.Text {
	if words, known := places[name]; known {
		return words
	}
	return lang.Same(name)
}

// feltInKorean has what is said in words, and not by the name of an error, of what was recorded of the clients.
var feltInKorean = []struct {
	recorded *regexp.Regexp
	korean   string
}{
	{regexp.MustCompile(`^(.*) after (\d+) s$`), "${2}초 뒤 $1"},
	{regexp.MustCompile(`own timeout`), "자체 타임아웃"},
	{regexp.MustCompile(`(\d+) of (\d+) lost`), "${2}개 중 ${1}개 유실"},
	{regexp.MustCompile(`lost after (\S+)`), "$1 다음부터 유실"},
	{regexp.MustCompile(`no hop answered`), "응답한 홉 없음"},
	{regexp.MustCompile(`reached at hop (\d+)`), "${1}번째 홉에서 도달"},
	{regexp.MustCompile(`(!\w) by (\S+)`), "$2의 $1"},
	{regexp.MustCompile(`not sent`), "보내지 못함"},
	{regexp.MustCompile(`does not get through, with or without the fault`), "고장이 있든 없든 통과하지 못함"},
}

// feltWords are what a client felt, as it was recorded.
func feltWords(recorded string) lang.Text {
	text := lang.Same(recorded)
	for _, f := range feltInKorean {
		text.Korean = f.recorded.ReplaceAllString(text.Korean, f.korean)
	}
	return text
}

// lossWords lead to what is left once a capture on the server has said where an attempt was lost.
func lossWords(p *diagnose.Place) lang.Text {
	if p == nil {
		return lang.Text{English: "A capture on the client alone cannot tell apart:", Korean: "클라이언트의 캡처만으로는 다음을 구별할 수 없다:"}
	}
	return map[diagnose.Loss]lang.Text{
		diagnose.LostBeforeServer: {English: "If a capture on the server holds nothing of it, these are left:", Korean: "서버의 캡처에 아무것도 없으면 남는 것:"},
		diagnose.LostAtServer:     {English: "If it reached the server and no answer left, these are left:", Korean: "서버에 도착했지만 응답이 나가지 않았으면 남는 것:"},
		diagnose.LostBeforeClient: {English: "If the server's answer left it and never reached the client, these are left:", Korean: "서버의 응답이 나갔지만 클라이언트에 도착하지 않았으면 남는 것:"},
		diagnose.ForgedBetween:    {English: "If the client got an answer that the server never sent, these are left:", Korean: "서버가 보낸 적 없는 응답을 클라이언트가 받았으면 남는 것:"},
		diagnose.LostNowhere:      {English: "If both captures hold the same packets, these are left:", Korean: "두 캡처에 같은 패킷이 있으면 남는 것:"},
	}[p.Lost]
}

// meanings say what each verdict means.
var meanings = map[diagnose.Verdict]lang.Text{
	diagnose.OK:               {English: "The handshake is complete, and so is the close; a ping's requests are answered.", Korean: "연결 수립과 종료가 모두 정상이다. ping이라면 응답이 돌아왔다."},
	diagnose.Open:             {English: "The connection is established, and the capture holds no end of it.", Korean: "연결이 맺어졌고, 캡처 안에서 끝나지 않는다."},
	diagnose.Refused:          {English: "The SYN is answered by RST.", Korean: "SYN에 RST가 돌아온다."},
	diagnose.Rejected:         {English: "The SYN, the echo request or the DNS query is answered by an ICMP error that quotes it.", Korean: "SYN이나 에코 요청, DNS 질의에 그것을 인용한 ICMP 오류가 돌아온다."},
	diagnose.NoAnswer:         {English: "The SYN is sent again and again, or echo requests or DNS queries are, and nothing comes back.", Korean: "SYN이나 에코 요청, DNS 질의를 거듭 보내도 아무것도 돌아오지 않는다."},
	diagnose.NoNeighbour:      {English: "ARP or Neighbour Discovery for the next hop is not answered, so that nothing is sent to it.", Korean: "다음 홉에 대한 ARP나 Neighbour Discovery에 응답이 없어 아무것도 보내지 못한다."},
	diagnose.NotSent:          {English: "No packet leaves the client; its errno tells why. No capture holds anything of it.", Korean: "패킷이 클라이언트에서 나가지 않는다. 이유는 errno가 말해 준다. 어떤 캡처에도 잡히지 않는다."},
	diagnose.SYNACKUnanswered: {English: "The server's SYN-ACK is sent again and again, and the handshake never completes.", Korean: "서버가 SYN-ACK을 거듭 보내지만 연결 수립이 끝나지 않는다."},
	diagnose.ResetByServer:    {English: "The connection is established, and then a RST comes from the server's side.", Korean: "연결이 맺어진 뒤 서버 쪽에서 RST가 온다."},
	diagnose.ResetByClient:    {English: "The connection is established, and then a RST comes from the client's side.", Korean: "연결이 맺어진 뒤 클라이언트 쪽에서 RST가 온다."},
	diagnose.NoReply:          {English: "The server's kernel acknowledges the request, and its application sends no data.", Korean: "서버의 커널은 요청에 ACK을 보내지만 애플리케이션은 데이터를 보내지 않는다."},
	diagnose.ClosedEarly:      {English: "The server closes without an answer, or in the middle of one.", Korean: "서버가 응답 없이, 또는 응답 도중에 연결을 닫는다."},
	diagnose.HalfClosed:       {English: "One side has sent its FIN, and the other one has not.", Korean: "한쪽만 FIN을 보냈다."},
	diagnose.Blackhole:        {English: "The connection is established, and then data, or echo requests, are sent again and again without an answer.", Korean: "연결이 맺어진 뒤 데이터나 에코 요청을 거듭 보내도 응답이 없다."},
	diagnose.MTUBlackhole:     {English: "Small segments pass, and full-sized ones are sent again and again without an answer.", Korean: "작은 세그먼트는 통과하지만 가장 큰 세그먼트는 거듭 보내도 응답이 없다."},
	diagnose.ZeroWindow:       {English: "The receiver's window stays 0.", Korean: "수신 측의 윈도가 계속 0이다."},
	diagnose.NoSuchName:       {English: "The name server answers that the name does not exist (NXDOMAIN).", Korean: "네임 서버가 그런 이름이 없다고 응답한다(NXDOMAIN)."},
	diagnose.ServerFailure:    {English: "The name server answers that it failed to find the answer (SERVFAIL).", Korean: "네임 서버가 답을 찾지 못했다고 응답한다(SERVFAIL)."},
	diagnose.QueryRefused:     {English: "The name server refuses to answer (REFUSED).", Korean: "네임 서버가 응답을 거부한다(REFUSED)."},
	diagnose.QueryError:       {English: "The name server answers with another error, such as that it does not understand the query (FORMERR, NOTIMP).", Korean: "네임 서버가 질의를 이해하지 못한다는 등의 다른 오류로 응답한다(FORMERR, NOTIMP)."},
	diagnose.Truncated:        {English: "The name server's answer did not fit into a datagram, and the client does not ask by TCP.", Korean: "네임 서버의 응답이 데이터그램에 다 들어가지 않았는데 클라이언트가 TCP로 다시 묻지 않는다."},
	diagnose.OneSided:         {English: "The capture holds one direction only, so that nothing can be said about answers.", Korean: "캡처에 한 방향만 있어 응답에 대해 아무 말도 할 수 없다."},
	diagnose.Midstream:        {English: "The SYN is not in the capture; the ending is told by the names of the other verdicts.", Korean: "SYN이 캡처에 없다. 끝은 다른 판정의 이름으로 말한다."},
}

// saying is what one reads where a client felt something: a piece of what was recorded, the words, and who says them.
type saying struct {
	felt, words, who string
	// only are the clients that say it; empty: whoever reports it at all.
	only []string
}

// goClients are the clients that speak with Go's words.
var goClients = []string{"go", "net/http"}

// sayings are the words of Linux, Go and curl, as they were read in labs; the names of errors of Chromium are recorded as they are.
var sayings = []saying{
	{"ECONNREFUSED", "connect: connection refused", "Go", goClients},
	{"ECONNREFUSED", "Connection refused", "C, Python, Java, Node (ECONNREFUSED)", nil},
	{"ECONNRESET", "connection reset by peer", "Go", goClients},
	{"ECONNRESET", "Connection reset by peer", "C, Python, Java, Node (ECONNRESET)", nil},
	{"EHOSTUNREACH", "connect: no route to host", "Go", goClients},
	{"EHOSTUNREACH", "No route to host", "C, Python, Java, Node (EHOSTUNREACH)", nil},
	{"ENETUNREACH", "connect: network is unreachable", "Go", goClients},
	{"ENETUNREACH", "Network is unreachable", "C, Python, Java, Node (ENETUNREACH)", nil},
	{"ETIMEDOUT", "connect: connection timed out", "Go", goClients},
	{"ETIMEDOUT", "Connection timed out", "C, Python, Java, Node (ETIMEDOUT)", nil},
	{"EPERM", "operation not permitted", "Go", goClients},
	{"EINVAL", "connect: invalid argument", "Go", goClients},
	{"EINVAL", "Invalid argument", "C, Python, Java, Node (EINVAL)", nil},
	{"EACCES", "connect: permission denied", "Go", goClients},
	{"EACCES", "Permission denied", "C, Python, Java, Node (EACCES)", nil},
	{"EADDRNOTAVAIL", "connect: cannot assign requested address", "Go", goClients},
	{"EADDRNOTAVAIL", "Cannot assign requested address", "C, Python, Java, Node (EADDRNOTAVAIL)", nil},
	{"TLS: certificate expired", "x509: certificate has expired or is not yet valid", "Go", goClients},
	{"TLS: unknown authority", "x509: certificate signed by unknown authority", "Go", goClients},
	{"TLS: certificate for another name", "x509: certificate is valid for", "Go", goClients},
	{"TLS: the answer is not TLS", "tls: first record does not look like a TLS handshake", "Go", goClients},
	{"TLS alert: protocol version not supported", "remote error: tls: protocol version not supported", "Go", goClients},
	{"TLS alert: certificate required", "remote error: tls: certificate required", "Go", goClients},
	{"HTTP 400", "Client sent an HTTP request to an HTTPS server.", "Go's server", nil},
	{"own timeout", "i/o timeout", "Go", []string{"go"}},
	{"own timeout", "context deadline exceeded (Client.Timeout exceeded while awaiting headers)", "Go", []string{"net/http"}},
	{"closed", "EOF", "Go", []string{"net/http"}},
	{"closed", "unexpected EOF", "Go", goClients},
	{"exit 7", "curl: (7) Failed to connect to HOST port PORT", "curl", []string{"curl"}},
	{"exit 28", "curl: (28) Connection timed out", "curl", []string{"curl"}},
	{"exit 52", "curl: (52) Empty reply from server", "curl", []string{"curl"}},
	{"exit 18", "curl: (18) transfer closed with NUMBER bytes remaining to read", "curl", []string{"curl"}},
	{"55 or 56", "curl: (56) Recv failure: Connection reset by peer", "curl", []string{"curl"}},
	{"55 or 56", "curl: (55) Send failure: Connection reset by peer", "curl", []string{"curl"}},
}

// says reports whether the client, which felt the text, says so.
func (s saying) says(client, text string) bool {
	return (s.only == nil || slices.Contains(s.only, client)) && containsWord(text, s.felt)
}

func containsWord(text, word string) bool {
	return regexp.MustCompile(`(^|[ ,])` + regexp.QuoteMeta(word) + `($|[ ,])`).MatchString(text)
}

// quotedWords are what one reads of a client that felt the text, in brackets; nothing where that is the text itself.
func quotedWords(client, text string) string {
	var list []string
	for _, s := range sayings {
		if s.only != nil && s.says(client, text) {
			list = append(list, `"`+s.words+`"`)
		}
	}
	if list == nil {
		return ""
	}
	return " (" + strings.Join(list, " / ") + ")"
}

// chromiumError is the name of an error of Chromium.
var chromiumError = regexp.MustCompile(`ERR_[A-Z_]+`)
