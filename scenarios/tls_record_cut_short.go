package scenarios

import (
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// halfRecordWire: the ClientHello is answered by some bytes of data, once; then nothing comes, and the client's patience ends it.
const halfRecordWire = `
+0       > S
+0..0.25 < S.
+any     > .  seq 1 ack 1
+any     > *  seq 1 ack 1 len !0
...
+any     < P. seq 1 len !0
...
+any     > F* seq !1
...
+any     < .  len 0
...
never    < *  seq 1 len !0 sent !1
never    < P* seq !1
never    < F*
never    * R*
`

var _ = register(harness.Scenario{
	Name:        "tls-record-cut-short",
	Cause:       diagnose.CauseStillToSend,
	Group:       "tls",
	Place:       "server",
	Experiences: []int{11},
	Title: lang.Text{
		English: "The server sends half of a TLS record and then nothing: bytes have come, and the TLS handshake waits for the rest of them",
		Korean:  "서버가 TLS 레코드의 절반만 보내고 멈춘다: 바이트는 왔는데 TLS 핸드셰이크가 나머지를 기다린다",
	},
	Story: lang.Text{
		English: `TLS comes in records, each with its length in front (RFC 8446 section 5.1), and nobody can do anything with a part of one: it must be whole before it can be checked and decrypted. Here the server's program stops in the middle of its ServerHello, as one does that waits for
a key from another machine, that has written to a buffer and forgotten to flush, or whose proxy has stopped to pass on. TCP is in order: what was sent has been acknowledged, nothing is sent again, keep-alives would be answered. The client's program has bytes in its buffer and reports none: its read
waits for the whole record, and a timeout for the first byte has been met. Only a deadline for the whole handshake ends it (Go: TLSHandshakeTimeout or the dialer's context, curl: --connect-timeout, which covers TLS). In a capture the length that the record announces is greater than what has come: Wireshark
shows it as a TCP segment of a reassembled PDU that is never complete, without "Server Hello".`,
		Korean: `TLS는 레코드 단위로 오가고 레코드마다 앞에 길이가 있다(RFC 8446 5.1절). 일부만으로는 아무것도 할 수 없다. 전체가 와야 검사하고 복호화할 수 있다. 여기서는 서버의 프로그램이 ServerHello를 보내던 중에 멈춘다. 다른 장비에서 키가 오기를 기다리거나, 버퍼에 쓰고 플러시를 잊었거나,
앞의 프록시가 전달을 멈춘 경우다. TCP로는 모든 것이 정상이다. 보낸 것은 확인 응답을 받았고 재전송도 없으며 keepalive에도 응답이 올 것이다. 클라이언트의 프로그램은 버퍼에 바이트가 있어도 알리지 않는다. read는 레코드 전체를 기다리고, 첫 바이트의 타임아웃은 이미 통과했다. 핸드셰이크
전체의 데드라인만이 대기를 끝낸다(Go의 TLSHandshakeTimeout이나 dialer의 context, TLS까지 포함하는 curl의 --connect-timeout). 캡처를 보면 레코드가 예고한 길이가 실제로 온 것보다 길다. Wireshark에는 끝내 완성되지 않는 reassembled PDU의 TCP 세그먼트로 보이고 "Server Hello"는
나오지 않는다.`,
	},
	Verdict:  "half-closed",
	Fixtures: []harness.Fixture{speaksTLS},
	Client:   securely,
	Fault:    securedAs(lab.TLSCutShort),
	Want: harness.Want{
		Client: harness.ClientWant{Timeout: true, Stage: "read"},
		Wire: map[string]string{
			"client":           halfRecordWire,
			"router:to-client": halfRecordWire,
			"router:to-server": halfRecordWire,
			"server":           halfRecordWire,
		},
		Counters: []harness.CounterWant{
			{Host: "server", Counter: "TcpPassiveOpens", Exactly: 1},
			{Host: "server", Counter: "TcpOutRsts", Exactly: 0},
			{Host: "client", Counter: "TcpRetransSegs", Exactly: 0},
		},
	},
})
