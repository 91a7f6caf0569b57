package lesson

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire"
)

// asked is a question that asks for this.
func asked(t *testing.T, asks string) Question {
	t.Helper()
	q, err := parseQuestion([]string{"name", "What?", "hint: Think.", asks})
	require.NoError(t, err)
	return q
}

func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		film                *film
		asks, right, nearly string
	}{
		{silentFilm(), "count > S at client", "4", "3"},
		{silentFilm(), "count > S at router:to-client", "4", "0"},
		{silentFilm(), "count > S at server", "0", "4"},
		{silentFilm(), "count < * at client", "none", "1"},
		{silentFilm(), "gap 1 > S at client", "1.0", "2"},
		{silentFilm(), "gap 3 > S at client", "4", "3.2"},
		{silentFilm(), "last-seen > S", "router", "server"},
		{silentFilm(), "sender > S", "client", "router"},
		{silentFilm(), "reached router:to-client", "yes", "no"},
		{silentFilm(), "reached router:to-server", "no", "yes"},
		{silentFilm(), "reached server", "no", "yes"},
		{silentFilm(), "verdict at client", "no-answer", "refused"},
		{silentFilm(), "verdict at server", "none", "no-answer"},
		{refusedFilm(), "count * * at client", "2", "1"},
		{refusedFilm(), "sender < R.", "server", "router"},
		{refusedFilm(), "last-seen < R*", "client", "router"},
		{refusedFilm(), "reached server", "yes", "no"},
		{refusedFilm(), "verdict at server", "refused", "ok"},
		{slowFilm(), "elapsed > S, < S. at client", "1", "0.5"},
		{slowFilm(), "elapsed > S, < S. at server", "0", "1"},
		{slowFilm(), "source > S at client", "198.51.100.10", "203.0.113.1"},
		{slowFilm(), "source > S at server", "203.0.113.1:1024", "198.51.100.10"},
		{slowFilm(), "count > S at server", "1", "2"},
		{tracedFilm(), "count > icmp echo-request at client", "2", "1"},
		{tracedFilm(), "sender < icmp time-exceeded", "router", "server"},
		{tracedFilm(), "sender < icmp", "router", "server"},
		{tracedFilm(), "sender < icmp echo-reply", "server", "router"},
		{tracedFilm(), "reached server", "yes", "no"},
	} {
		t.Run(test.asks, func(t *testing.T) {
			q := asked(t, test.asks)
			for answer, right := range map[string]bool{test.right: true, test.nearly: false} {
				got, err := q.Check(&test.film.record, answer, lang.English)
				require.NoError(t, err)
				assert.Equal(t, right, got.Right, "%s: %s", answer, got.Text)
			}
		})
	}
}

// A RST in the server's name, which a box in between has sent, was never near the server.
func TestForgedReset(t *testing.T) {
	f := &film{isn: 5}
	f.at(0, f.segment(40000, true, wire.SYN), wayThere[:2]...)
	f.at(0.0001, f.segment(40000, false, wire.RST|wire.ACK), wayThere[:2]...)
	got, err := asked(t, "sender < R*").Check(&f.record, "router", lang.English)
	require.NoError(t, err)
	assert.True(t, got.Right, got.Text)
}

// A question is about the last connection, or about the last ping, or about the later of the two.
func TestLastAttempt(t *testing.T) {
	f := silentFilm()
	f.isn, f.id = 6000, 9
	f.at(20, f.echo(false, 1), wayThere...)
	f.at(20.3, f.echo(false, 2), wayThere...)
	f.at(30, f.segment(40001, true, wire.SYN), wayThere...)
	f.at(30.1, f.segment(40001, false, wire.RST|wire.ACK), wayThere...)
	f.id = 10
	f.at(40, f.echo(false, 1), "client")
	// The server's own ping and connection are not the client's.
	back := f.echo(false, 1)
	back.Src, back.Dst, back.ICMP.ID = back.Dst, back.Src, 11
	f.at(50, back, wayThere...)
	other := f.segment(40002, true, wire.SYN)
	other.Src, other.Dst = other.Dst, other.Src
	f.at(51, other, wayThere...)
	// What was there before the record has no beginning.
	f.at(52, f.segment(39000, true, wire.ACK), wayThere...)
	for asks, right := range map[string]string{
		"count > S at client":                 "1",
		"count > icmp echo-request at client": "1",
		"count * icmp at client":              "0",
		"reached server":                      "no", // of the last ping
		"verdict at client":                   "no-answer",
		"sender < R*":                         "server",
	} {
		got, err := asked(t, asks).Check(&f.record, right, lang.English)
		require.NoError(t, err, asks)
		assert.True(t, got.Right, "%s: %s", asks, got.Text)
	}
}

// The ports of a connection may be used again; its number tells which one it is.
func TestSameAttemptElsewhere(t *testing.T) {
	f := silentFilm()
	f.isn = 9000
	f.at(60, f.segment(40000, true, wire.SYN), wayThere...)
	f.at(60.1, f.segment(40000, false, wire.RST|wire.ACK), wayThere...)
	f.isn = 9500
	f.at(120, f.segment(40000, true, wire.SYN), wayThere[:3]...)
	got, err := asked(t, "reached server").Check(&f.record, "no", lang.English)
	require.NoError(t, err)
	assert.True(t, got.Right, got.Text)

	// A router gives a port to its own connection that it gave to the client's before.
	f = &film{isn: 9900}
	syn := f.segment(1024, true, wire.SYN)
	f.at(0, f.segment(40000, true, wire.SYN), wayThere[:2]...)
	syn.Src = filmedInside
	f.at(0, syn, wayThere[2:]...)
	f.isn = 9990
	syn, reset := f.segment(1024, true, wire.SYN), f.segment(1024, false, wire.RST|wire.ACK)
	syn.Src, reset.Dst = filmedInside, filmedInside
	f.at(60, syn, wayThere[2:]...)
	f.at(60, reset, wayThere[2:]...)
	got, err = asked(t, "verdict at server").Check(&f.record, "no-answer", lang.English)
	require.NoError(t, err)
	assert.True(t, got.Right, got.Text)
}

// The identifier of a ping may be used again too, and by others.
func TestSamePingElsewhere(t *testing.T) {
	reached := func(f *film) {
		t.Helper()
		got, err := asked(t, "reached server").Check(&f.record, "no", lang.English)
		require.NoError(t, err)
		assert.True(t, got.Right, got.Text)
	}
	before := &film{id: 3}
	before.at(0, before.echo(false, 1), "server")
	before.at(100, before.echo(false, 1), wayThere[:2]...)
	reached(before)

	after := &film{id: 3}
	after.at(0, after.echo(false, 1), wayThere[:2]...)
	routers := after.echo(false, 1)
	routers.Src = filmedInside
	after.at(50, routers, "router:to-server", "server")
	reached(after)

	meanwhile := &film{id: 3}
	first := meanwhile.echo(false, 1)
	meanwhile.at(0, first, wayThere[:2]...)
	meanwhile.id = 4
	meanwhile.at(0.1, meanwhile.echo(false, 1), wayThere[:2]...)
	meanwhile.at(0.5, first, wayThere...)
	meanwhile.at(1, meanwhile.echo(false, 2), wayThere[:2]...)
	reached(meanwhile)

	answered := &film{id: 5} // by somebody in the server's name, who sends it to the server as well
	answered.at(0, answered.echo(false, 1), wayThere[:2]...)
	answered.at(0, answered.echo(true, 1), "server")
	reached(answered)
}

// An ICMP error says by its address who sent it, also where only the client has captured.
func TestSenderOfAnICMPError(t *testing.T) {
	f := tracedFilm()
	f.record.Traces = f.record.Traces[:1]
	got, err := asked(t, "sender < icmp time-exceeded").Check(&f.record, "router", lang.English)
	require.NoError(t, err)
	assert.True(t, got.Right, got.Text)
}

func TestFeedback(t *testing.T) {
	for _, test := range []struct {
		film                          *film
		asks, answer, english, korean string
	}{
		{silentFilm(), "count > S at client", "5 SYNs",
			"not 5: count the SYN packets in a capture at client. Think. (It is about the last connection, the one from port 40000.)\n",
			"5: 오답. client에서 캡처해 SYN 패킷의 개수를 센다. Think. (마지막 연결, 곧 클라이언트 포트가 40000번인 연결에 관한 질문이다.)\n"},
		{silentFilm(), "count > S at client", "4",
			"right: 4\n    client  0.000000 s  > S  seq 0 win 64240 from 198.51.100.10\n    client  1.012000 s  > S  seq 0 win 64240 from 198.51.100.10\n" +
				"    client  3.028000 s  > S  seq 0 win 64240 from 198.51.100.10\n    client  7.221000 s  > S  seq 0 win 64240 from 198.51.100.10\n",
			"정답: 4\n    client  0.000000 s  > S  seq 0 win 64240 from 198.51.100.10\n    client  1.012000 s  > S  seq 0 win 64240 from 198.51.100.10\n" +
				"    client  3.028000 s  > S  seq 0 win 64240 from 198.51.100.10\n    client  7.221000 s  > S  seq 0 win 64240 from 198.51.100.10\n"},
		{silentFilm(), "count < * at server", "0", "right: 0\n    server  -\n", "정답: 0\n    server  -\n"},
		{silentFilm(), "count < * at client", "2",
			"not 2: count the packets from the server in a capture at client. Think. (It is about the last connection, the one from port 40000.)\n",
			"2: 오답. client에서 캡처해 서버가 보낸 패킷의 개수를 센다. Think. (마지막 연결, 곧 클라이언트 포트가 40000번인 연결에 관한 질문이다.)\n"},
		{silentFilm(), "gap 2 > S at client", "1 s",
			"not 1 s: look at the times of the SYN packets in a capture at client, and subtract that of number 2 from that of number 3. Think. " +
				"(It is about the last connection, the one from port 40000.)\n",
			"1초: 오답. client에서 캡처해 SYN 패킷의 시각을 보고, 3번째에서 2번째를 뺀다. Think. " +
				"(마지막 연결, 곧 클라이언트 포트가 40000번인 연결에 관한 질문이다.)\n"},
		{silentFilm(), "gap 2 > S at client", "2",
			"right: 2.016 s\n    client  1.012000 s  > S  seq 0 win 64240 from 198.51.100.10\n    client  3.028000 s  > S  seq 0 win 64240 from 198.51.100.10\n",
			"정답: 2.016초\n    client  1.012000 s  > S  seq 0 win 64240 from 198.51.100.10\n    client  3.028000 s  > S  seq 0 win 64240 from 198.51.100.10\n"},
		{slowFilm(), "elapsed > S, < S. at client", "5",
			"not 5 s: look at a capture at client, and subtract the time of the first of the SYN packets from that of the first of the SYN-ACK packets after it. " +
				"Think. (It is about the last connection, the one from port 40000.)\n",
			"5초: 오답. client에서 캡처해 첫 SYN 패킷의 시각과 그 뒤 첫 SYN-ACK 패킷의 시각을 보고, 그 차이를 구한다. " +
				"Think. (마지막 연결, 곧 클라이언트 포트가 40000번인 연결에 관한 질문이다.)\n"},
		{slowFilm(), "source > S at server", "192.0.2.1",
			"not 192.0.2.1: look at the source address of the SYN packets in a capture at server. Think. (It is about the last connection, the one from port 40000.)\n",
			"192.0.2.1: 오답. server에서 캡처해 SYN 패킷의 출발지 주소를 본다. Think. (마지막 연결, 곧 클라이언트 포트가 40000번인 연결에 관한 질문이다.)\n"},
		{tracedFilm(), "sender < icmp time-exceeded", "서버",
			"not server: see at which hosts a capture holds the ICMP time exceeded packets, and whose address they come from. Think.\n",
			"server: 오답. 호스트마다 캡처해 ICMP time exceeded 패킷이 어디에서 보이는지, 출발지 주소가 어느 호스트의 것인지 확인한다. Think.\n"},
		{tracedFilm(), "sender < icmp time-exceeded", "router",
			"right: router\n    client            0.000100 s  < icmp time-exceeded from 198.51.100.1\n" +
				"    router:to-client  0.000100 s  < icmp time-exceeded from 198.51.100.1\n    router:to-server  -\n    server            -\n",
			"정답: router\n    client            0.000100 s  < icmp time-exceeded from 198.51.100.1\n" +
				"    router:to-client  0.000100 s  < icmp time-exceeded from 198.51.100.1\n    router:to-server  -\n    server            -\n"},
		{silentFilm(), "last-seen > S", "server",
			"not server: see at which hosts a capture holds the SYN packets, and at which it does not. Think. (It is about the last connection, the one from port 40000.)\n",
			"server: 오답. 호스트마다 캡처해 SYN 패킷이 어디에서 보이고 어디에서 보이지 않는지 확인한다. Think. " +
				"(마지막 연결, 곧 클라이언트 포트가 40000번인 연결에 관한 질문이다.)\n"},
		{tracedFilm(), "reached server", "no",
			"not no: look for packets that the client sent in a capture at server. Think.\n",
			"아니요: 오답. server에서 캡처해 클라이언트가 보낸 패킷이 있는지 본다. Think.\n"},
		{tracedFilm(), "verdict at client", "refused",
			"not refused: see what \"tcplab diagnose\" says of a capture at client. Think.\n",
			"refused: 오답. client에서 캡처한 파일을 tcplab diagnose로 분석해 본다. Think.\n"},
	} {
		for tag, want := range map[lang.Tag]string{lang.English: test.english, lang.Korean: test.korean} {
			got, err := asked(t, test.asks).Check(&test.film.record, test.answer, tag)
			require.NoError(t, err, test.asks)
			assert.Equal(t, want, got.Text, test.asks)
		}
	}
}

// What cannot be checked is said to the student, in the student's language.
func TestCannotBeChecked(t *testing.T) {
	for _, test := range []struct {
		film                          *film
		asks, answer, english, korean string
	}{
		{&film{}, "count > S at client", "3", "the lab has seen no connection yet: first type the commands above the question",
			"이 랩에서는 아직 연결 시도가 없었다. 질문 위에 있는 명령부터 실행한다"},
		{silentFilm(), "count > icmp echo-request at client", "3", "the lab has seen no ping yet: first type the commands above the question",
			"이 랩에서는 아직 ping이 없었다. 질문 위에 있는 명령부터 실행한다"},
		{&film{}, "reached server", "yes", "the lab has seen no connection and no ping yet: first type the commands above the question",
			"이 랩에서는 아직 연결 시도도 ping도 없었다. 질문 위에 있는 명령부터 실행한다"},
		{silentFilm(), "gap 4 > S at client", "3", "the last connection holds too little of what is asked for (SYN): type the commands above the question again",
			"마지막 연결에는 질문이 묻는 패킷(SYN)이 부족하다. 질문 위에 있는 명령을 다시 실행한다"},
		{silentFilm(), "elapsed > S, < S. at client", "3",
			"the last connection holds too little of what is asked for (SYN, SYN-ACK): type the commands above the question again",
			"마지막 연결에는 질문이 묻는 패킷(SYN, SYN-ACK)이 부족하다. 질문 위에 있는 명령을 다시 실행한다"},
		{slowFilm(), "elapsed < S., > S at client", "3",
			"the last connection holds too little of what is asked for (SYN-ACK, SYN): type the commands above the question again",
			"마지막 연결에는 질문이 묻는 패킷(SYN-ACK, SYN)이 부족하다. 질문 위에 있는 명령을 다시 실행한다"},
		{silentFilm(), "sender < R*", "server", "the last connection holds too little of what is asked for (RST): type the commands above the question again",
			"마지막 연결에는 질문이 묻는 패킷(RST)이 부족하다. 질문 위에 있는 명령을 다시 실행한다"},
		{tracedFilm(), "source < icmp echo-reply seq 9 at client", "192.0.2.1",
			"the last ping holds too little of what is asked for (< icmp echo-reply seq 9): type the commands above the question again",
			"마지막 ping에는 질문이 묻는 패킷(< icmp echo-reply seq 9)이 부족하다. 질문 위에 있는 명령을 다시 실행한다"},
	} {
		for tag, want := range map[lang.Tag]string{lang.English: test.english, lang.Korean: test.korean} {
			_, err := asked(t, test.asks).Check(&test.film.record, test.answer, tag)
			assert.EqualError(t, err, want, test.asks)
		}
	}
}

func TestQuestionsThatAreNone(t *testing.T) {
	for _, test := range []struct {
		lines []string
		wrong string
	}{
		{[]string{"name", "count > S at client"}, "a question has a name, a text, and a line that says what it asks; this one has 2 lines"},
		{[]string{"two words", "What?", "reached server"}, `the name of a question is one word, not "two words"`},
		{[]string{"", "What?", "reached server"}, `the name of a question is one word, not ""`},
		{[]string{"name", "hint: Think.", "reached server"}, "question name has no text"},
		{[]string{"name", "What?", "guess > S"}, `question name: "guess > S" begins with none of count, gap, elapsed, source, sender, last-seen, reached, verdict`},
		{[]string{"name", "What?", "count > S"}, `question name: "count > S": "> S" is not a vantage point: they are client, router:to-client, router:to-server, ` +
			`router:to-well-known, server, well-known`},
		{[]string{"name", "What?", "count > S at router"}, `question name: "count > S at router": "router" is not a vantage point: they are client, router:to-client, ` +
			`router:to-server, router:to-well-known, server, well-known`},
		{[]string{"name", "What?", "count at client"}, `question name: count takes 1 packets, separated by a comma, not ""`},
		{[]string{"name", "What?", "reached > S at client"}, `question name: reached takes 0 packets, separated by a comma, not "> S"`},
		{[]string{"name", "What?", "elapsed > S at client"}, `question name: elapsed takes 2 packets, separated by a comma, not "> S"`},
		{[]string{"name", "What?", "gap > S at client"}, `question name: "gap > S at client": after gap comes a number from 1 on, not ">"`},
		{[]string{"name", "What?", "gap 0 > S at client"}, `question name: "gap 0 > S at client": after gap comes a number from 1 on, not "0"`},
		{[]string{"name", "What?", "sender * R*"}, `question name: sender * R*: which way? It must be > or <`},
		{[]string{"name", "What?", "sender < RST"}, `question name: signature: line 1: expected flags such as S, S., R., P., R* or *, icmp or dns, found "RST"`},
	} {
		_, err := parseQuestion(test.lines)
		assert.EqualError(t, err, test.wrong)
	}
}
