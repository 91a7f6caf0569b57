package main

import "github.com/tcplab/tcplab/lang"

// errorsOfDiagnoses are errors of two kinds of commands: some look at captures, interfaces and live endpoints, and some help other programs.
func errorsOfDiagnoses() []lang.Text {
	return []lang.Text{
		// tcplab diagnose
		{
			English: "--list is for people, and --json has one line per attempt anyway: leave one of the two out",
			Korean:  "--list는 사람이 읽는 것이고, --json은 이미 시도마다 한 줄이다. 둘 가운데 하나를 뺀다",
		},
		{English: "--list and --counts are two answers: ask for one at a time", Korean: "--list와 --counts는 서로 다른 답이다. 한 번에 하나만 준다"},
		{English: "--sort is the order of --list: give both", Korean: "--sort는 --list의 순서다. 둘을 함께 준다"},
		{English: `--sort cannot be %q%s (it is one of %s)`, Korean: `--sort에는 %q 대신 다른 값을 준다%s (쓸 수 있는 값: %s)`},
		{English: `--follow takes one file, or "-"`, Korean: `--follow에는 파일 하나나 "-"를 준다`},
		{
			English: "--follow tells what one capture shows as it grows: leave --server, --html, --list and --counts for when it is complete",
			Korean:  "--follow는 캡처 하나가 커지는 동안 보이는 것을 알려 준다. --server, --html, --list, --counts는 캡처가 끝난 다음에 쓴다",
		},
		{
			English: "--follow does not know when the capture began: give --since and --until the date as well",
			Korean:  "--follow로는 캡처가 언제 시작했는지 모른다. --since와 --until에 날짜도 준다",
		},
		{English: "--server takes one capture from the client's side beside it", Korean: "--server를 쓸 때는 클라이언트 쪽 캡처를 하나만 준다"},
		{English: "an attempt failed", Korean: "실패한 시도가 있다"},
		{English: "%s is a folder: name the captures in it", Korean: "%s: 폴더다. 그 안의 캡처를 지정한다"},
		{English: "standard input can be one of the two captures, not both", Korean: "두 캡처 가운데 하나만 표준 입력에서 읽을 수 있다"},
		{English: `there is no verdict %q%s (the verdicts are %s)`, Korean: `%q 판정은 없다%s (판정: %s)`},
		{English: `there is no verdict %q%s`, Korean: `%q 판정은 없다%s`},
		{
			English: `--host is an address, a network such as 198.51.100.0/24, or a name that this machine can resolve, not %q`,
			Korean:  `--host는 주소, 198.51.100.0/24와 같은 네트워크, 또는 이 컴퓨터가 찾을 수 있는 이름이다. %q: 쓸 수 없다`,
		},
		{English: "--until (%s) is not later than --since (%s)", Korean: "--until(%s) 시각이 --since(%s) 시각보다 늦지 않다"},

		// tcplab probe
		{English: "--timeout must be more than nothing, such as 3s", Korean: "--timeout은 3s처럼 양의 시간이어야 한다"},
		{English: "it could not be probed: %s", Korean: "확인하지 못했다: %s"},
		{English: `%q has no port: it is %s that can be probed`, Korean: `%q에 포트가 없다. %s처럼 쓴다`},
		{English: `%q is not HOST:PORT (an IPv6 address stands in brackets: [2001:db8::1]:80)`, Korean: `%q: HOST:PORT가 아니다 (IPv6 주소는 대괄호로 묶는다: [2001:db8::1]:80)`},
		{English: `%q is neither a port (1 to 65535) nor a service that this system knows`, Korean: `%q: 포트(1부터 65535까지)도, 이 시스템이 아는 서비스도 아니다`},
		{English: "%s %s: nobody can connect to it", Korean: "%s: %s. 아무도 접속할 수 없다"},
		{English: "stands for no address", Korean: "주소를 나타내지 않는다"},
		{English: "is a multicast address", Korean: "멀티캐스트 주소다"},
		{English: "is the broadcast address", Korean: "브로드캐스트 주소다"},
		{English: `%q is neither HOST:PORT nor a URL with a host`, Korean: `%q: HOST:PORT도, 호스트가 있는 URL도 아니다`},
		{
			English: "the port of a URL that begins with %s: is not known here: add it, as in %s://%s:PORT",
			Korean:  "%s:로 시작하는 URL의 포트를 모른다. %s://%s:PORT처럼 포트를 붙인다",
		},
		{English: "%s has no address that can be connected to", Korean: "%s: 접속할 수 있는 주소가 없다"},
		{English: "%s cannot be resolved: %w", Korean: "%s: 주소를 찾을 수 없다: %w"},
		{English: "%s cannot be resolved: %s", Korean: "%s: 주소를 찾을 수 없다: %s"},
		{English: "%s cannot be resolved: there is no such name", Korean: "%s: 주소를 찾을 수 없다. 그런 이름은 없다"},
		{English: "%s cannot be resolved: no name server answered within %s", Korean: "%s: 주소를 찾을 수 없다. 어느 네임서버도 %s 안에 응답하지 않았다"},
		{English: "read the neighbour table: %w", Korean: "neighbour 테이블 읽기: %w"},
		{English: "it is read on Linux only, and this is %s", Korean: "Linux에서만 읽을 수 있는데, 여기는 %s이다"},
		{English: "the interface %s has no Ethernet header, which the capture needs", Korean: "인터페이스 %s에는 캡처에 필요한 Ethernet 헤더가 없다"},

		// tcplab watch
		{English: "--buffer is a number of MB from 4 to %d, not %d", Korean: "--buffer는 4부터 %d까지의 MB 수다. %d: 쓸 수 없다"},
		{English: "--before is a time such as 10s, not %s", Korean: "--before는 10s와 같은 시간이다. %s: 쓸 수 없다"},
		{English: "--for is a time such as 10m, not %s", Korean: "--for는 10m과 같은 시간이다. %s: 쓸 수 없다"},
		{English: "--max-files is 1 at least, not %d", Korean: "--max-files는 1 이상이어야 한다. %d: 쓸 수 없다"},
		{English: `there is no interface %q: the ones that there are: %s`, Korean: `%q 인터페이스는 없다. 있는 인터페이스: %s`},
		{
			English: "capturing is not permitted: use sudo, or give the program the right once: sudo setcap cap_net_raw+ep \"$(command -v tcplab)\"",
			Korean:  "캡처할 권한이 없다. sudo로 실행하거나, 프로그램에 한 번 권한을 준다: sudo setcap cap_net_raw+ep \"$(command -v tcplab)\"",
		},
		{English: "a packet came from %T", Korean: "패킷이 %T에서 왔다"},
		{
			English: "watching an interface takes Linux; on this system let tcpdump capture: sudo tcpdump -U -w - | tcplab diagnose --follow -",
			Korean:  "인터페이스는 Linux에서만 지켜볼 수 있다. 이 시스템에서는 tcpdump로 캡처한다: sudo tcpdump -U -w - | tcplab diagnose --follow -",
		},

		// tcplab mcp
		{
			English: `"tcplab mcp" is started by an assistant's program, and speaks with it on standard input: name it in the settings of that program`,
			Korean:  `"tcplab mcp"는 어시스턴트의 프로그램이 시작하며, 표준 입력으로 그 프로그램과 이야기한다. 그 프로그램의 설정에 이 명령을 적는다`,
		},
		{English: "the assistant: %w", Korean: "어시스턴트: %w"},
	}
}
