package main

import "github.com/tcplab/tcplab/lang"

// helpOfDiagnoses are the texts in the help of the commands that diagnose and explain.
func helpOfDiagnoses() []lang.Text {
	return []lang.Text{
		// tcplab diagnose
		{
			English: "Name what went wrong in a capture: one verdict for each connection attempt and each ping",
			Korean:  "캡처를 보고 무엇이 잘못되었는지 판정한다: 연결 시도와 ping마다 하나씩",
		},
		{
			English: `Read captures (pcap, pcapng, snoop, Network Monitor 2, or what tcpdump printed; compressed or in a tar archive,
too; "-" is standard input) and name what happened to each connection attempt and each ping, with the frames that the verdict rests
on, the causes that this vantage point cannot tell apart, the next check to make, and a display filter for Wireshark. With --server,
a capture of the same time from the server's side, it also says where the packet or the answer was lost.`,
			Korean: `캡처(pcap, pcapng, snoop, Network Monitor 2, tcpdump가 화면에 출력한 것; 압축 파일이나 tar 안에 있어도 된다;
"-"은 표준 입력)를 읽고, 연결 시도와 ping마다 무슨 일이 일어났는지 판정한다. 판정의 근거가 되는 프레임, 이 관측 지점에서는 구별할 수
없는 원인, 다음에 확인할 것, Wireshark의 디스플레이 필터가 함께 나온다. 같은 시간에 서버 쪽에서 캡처한 것을 --server로 주면,
패킷이나 응답이 어디에서 유실되었는지도 알려 준다.`,
		},
		{
			English: `--host, --port, --since and --until choose the attempts that are looked at; --verdict chooses among these, and
the others still count: "9 of 121 connections are no-answer". Times are in UTC, as in the output, unless they have a zone.`,
			Korean: `--host, --port, --since, --until은 살펴볼 시도를 고른다. --verdict는 그 가운데에서 고르며, 나머지도 수에는
들어간다("9 of 121 connections are no-answer"). 시각은 시간대가 없으면 출력과 마찬가지로 UTC이다.`,
		},
		{
			English: `Files with names that differ by digits alone, and that follow one another in time, are pieces of one capture (as
of tcpdump -C, -G and -W), in whatever order they are given.`,
			Korean: `이름이 숫자만 다르고 시간이 이어지는 파일들은 어떤 순서로 주든 한 캡처의 조각으로 본다(tcpdump -C, -G, -W로 만든
것).`,
		},
		{English: "Verdicts: " + verdictNames(), Korean: "판정: " + verdictNames()},
		{
			English: `Exit code: 0 when the captures were read, whatever is in them; 1 with --fail when an attempt failed (with
--verdict: when one has such a verdict); 2 when a capture could not be read.`,
			Korean: `종료 코드: 캡처를 읽었으면 내용이 무엇이든 0; --fail을 주었고 실패한 시도가 있으면(--verdict를 주었으면 그런
판정이 있으면) 1; 읽지 못한 캡처가 있으면 2.`,
		},
		{
			English: "use colours: auto (on a terminal, or with FORCE_COLOR in the environment, and without NO_COLOR), always or never",
			Korean: `색을 쓴다: auto(터미널에서, 또는 환경 변수 FORCE_COLOR가 있을 때. NO_COLOR가 있으면 쓰지 않는다), always 또는
never`,
		},
		{
			English: "print how many attempts failed: by server, by client, by minute",
			Korean:  "실패한 시도의 수를 서버, 클라이언트, 분 단위로 나누어 출력한다",
		},
		{
			English: "end with exit code 1 when an attempt failed (with --verdict: has such a verdict)",
			Korean:  "실패한 시도가 있으면(--verdict를 주었으면 그런 판정이 있으면) 종료 코드 1로 끝난다",
		},
		{
			English: "read a file that grows, or a pipe, until Ctrl-C, and tell each failure when it has failed",
			Korean:  "커지는 파일이나 파이프를 Ctrl-C를 누를 때까지 읽고, 실패할 때마다 곧바로 알린다",
		},
		{
			English: `only connections and pings from or to these, separated by commas: addresses, networks such as 198.51.100.0/24,
names`,
			Korean: "이들과 주고받은 연결과 ping만 본다. 쉼표로 구분한 주소, 198.51.100.0/24와 같은 네트워크, 이름",
		},
		{English: "write a page with drawings of what failed to this file", Korean: "실패한 것을 그림과 함께 페이지로 이 파일에 쓴다"},
		{
			English: "print one JSON object per connection attempt or ping; with --counts, one per capture",
			Korean:  "연결 시도나 ping마다 한 줄에 JSON 객체 하나씩 출력한다. --counts와 함께라면 캡처마다 하나씩 출력한다",
		},
		{
			English: "print one line per failure: time, client, server, verdict, frames",
			Korean:  "실패마다 한 줄씩 출력한다: 시각, 클라이언트, 서버, 판정, 프레임",
		},
		{
			English: "how many connections, and how many pings, are followed at the same time (default 65536)",
			Korean:  "동시에 추적하는 연결의 수, 그리고 ping의 수 (기본값 65536)",
		},
		{English: "only connections from or to this port, and no pings", Korean: "이 포트와 주고받은 연결만 보고, ping은 보지 않는다"},
		{English: "a capture of the same connections from the server's side", Korean: "같은 연결을 서버 쪽에서 캡처한 것"},
		{
			English: `only attempts that began at this time or later: "2026-11-29 14:05:00", 14:05 (on the day the capture begins),
+30s (after it begins)`,
			Korean: `이 시각이나 그 뒤에 시작한 시도만 본다: "2026-11-29 14:05:00", 14:05 (캡처가 시작한 날), +30s (캡처가 시작하고
나서)`,
		},
		{
			English: "the order of --list: time, client, server, verdict, packets (default time)",
			Korean:  "--list의 순서: time, client, server, verdict, packets (기본값 time)",
		},
		{
			English: "only attempts that began before this time, which is given like --since",
			Korean:  "이 시각보다 먼저 시작한 시도만 본다. 쓰는 방법은 --since와 같다",
		},
		{English: "only these verdicts, separated by commas", Korean: "이 판정만 본다. 쉼표로 구분한다"},

		// tcplab explain
		{
			English: "Explain a failure: what it is, what the client feels, how to tell it from its rivals",
			Korean:  "장애를 설명한다: 어떤 장애인지, 클라이언트는 무엇을 느끼는지, 비슷한 장애와 어떻게 구별하는지",
		},
		{
			English: `Explain a scenario, a verdict or a cause: what it is, what each client feels, how it is told from its rivals and
by which commands, and what a run of it looked like. The same pages lie in docs/failures. The commands on a page look and change
nothing, or work on a lab.`,
			Korean: `시나리오나 판정이나 원인을 설명한다: 어떤 장애인지, 클라이언트마다 무엇을 느끼는지, 비슷한 장애와 어떤 명령으로
어떻게 구별하는지, 실행하면 어떻게 보이는지. 같은 페이지가 docs/failures에 있다. 페이지의 명령은 보기만 하고 아무것도 바꾸지 않거나,
랩에서 동작한다.`,
		},
		{English: "write it as a page to this file", Korean: "설명을 페이지로 이 파일에 쓴다"},
		{English: "print it in Markdown", Korean: "설명을 Markdown으로 출력한다"},

		// tcplab extcap
		{
			English: "Speak Wireshark's extcap protocol (for Wireshark alone)",
			Korean:  "Wireshark의 extcap 프로토콜로 통신한다 (Wireshark만 쓴다)",
		},
		{
			English: `Speak Wireshark's extcap protocol, extcap(4): the hosts of standing labs are its interfaces. "tcplab wireshark
extcap" installs it.`,
			Korean: `Wireshark의 extcap 프로토콜, extcap(4)로 통신한다. 서 있는 랩의 호스트가 그 인터페이스다. "tcplab wireshark
extcap"이 이것을 설치한다.`,
		},
		{English: "capture on an interface", Korean: "인터페이스에서 캡처한다"},
		{English: "list the options of an interface: there are none", Korean: "인터페이스의 옵션 목록을 보여 준다: 없다"},
		{English: "list the link types of an interface", Korean: "인터페이스의 링크 유형 목록을 보여 준다"},
		{English: "name of the interface", Korean: "인터페이스의 이름"},
		{English: "list the interfaces", Korean: "인터페이스 목록을 보여 준다"},
		{English: "version of Wireshark", Korean: "Wireshark의 버전"},
		{English: "the pipe to write packets to", Korean: "패킷을 쓸 파이프"},

		// tcplab mcp
		{
			English: "Serve an AI assistant: captures diagnosed, failures explained and made",
			Korean:  "AI 어시스턴트를 위한 서버: 캡처를 진단하고, 장애를 설명하고 일으킨다",
		},
		{
			English: `Serve an AI assistant on standard input and output, by the Model Context Protocol. The assistant's program
starts it; it ends when that goes. The assistant can have a capture diagnosed, a failure explained, the scenarios listed and one of
them run in a lab.`,
			Korean: `Model Context Protocol에 따라 표준 입력과 출력으로 AI 어시스턴트와 통신한다. 어시스턴트의 프로그램이 시작하며,
그 프로그램이 끝나면 함께 끝난다. 어시스턴트는 캡처를 진단시키고, 장애의 설명을 얻고, 시나리오의 목록을 보고, 그 가운데 하나를
랩에서 실행시킬 수 있다.`,
		},
		{
			English: `Captures are read in the folders of --folder and below them, and nowhere else. Live endpoints are probed with
--probe alone: packets then go to whatever address the assistant names. Names in a capture were written by others, and are given to
the assistant as data.`,
			Korean: `캡처는 --folder로 준 폴더와 그 하위 폴더에서만 읽는다. 살아 있는 엔드포인트는 --probe를 주었을 때만 확인한다.
그때는 어시스턴트가 말하는 주소가 어디든 패킷이 나간다. 캡처 안의 이름은 다른 사람이 쓴 것이므로, 어시스턴트에게는 데이터로만
전달한다.`,
		},
		{
			English: `engine to build labs with (default: the first one available; see "tcplab engines")`,
			Korean:  `랩을 만들 엔진 (기본값: 쓸 수 있는 첫 번째 엔진, "tcplab engines" 참고)`,
		},
		{English: "folder whose captures may be read; may be given several times", Korean: "캡처를 읽어도 되는 폴더. 여러 번 쓸 수 있다"},
		{
			English: "let the assistant probe live endpoints, at any address",
			Korean:  "어시스턴트가 살아 있는 엔드포인트를 주소에 관계없이 확인할 수 있게 한다",
		},

		// tcplab probe
		{
			English: "Name what is wrong with a live endpoint: online? answers ping? refused, rejected or silent?",
			Korean: `살아 있는 엔드포인트에서 무엇이 잘못되었는지 알려 준다: 온라인인가? ping에 응답하는가? 거부, 거절, 무응답 가운데
무엇인가?`,
		},
		{
			English: `Connect to each address of the host, IPv4 and IPv6, and name what happens, in the words of "tcplab diagnose": is
this machine online (route, next hop), does the host answer ping, and is the port open, refused, rejected (by whom) or silent? The
connection is captured where that is permitted (Linux, CAP_NET_RAW); elsewhere the verdict rests on the error and the time alone,
and what could not be seen is said.`,
			Korean: `호스트의 IPv4 주소와 IPv6 주소마다 접속해 보고, 무슨 일이 일어나는지 "tcplab diagnose"와 같은 말로 알려 준다. 이
컴퓨터는 온라인인가(라우트, 다음 홉), 호스트가 ping에 응답하는가, 포트는 열려 있는가, 거부되는가, 거절되는가(누가 거절하는가), 아무
응답이 없는가? 허용되는 곳에서는(Linux, CAP_NET_RAW) 연결을 캡처한다. 그 밖에는 오류와 시간만으로 판정하고, 보지 못한 것을 알려
준다.`,
		},
		{
			English: `For each address it sends 3 echo requests and makes one connection attempt, which it closes at once in good
order; for a name it asks the system's resolver. It sends nothing else. An IPv6 address stands in brackets. Of a URL, host and port
count; nothing is requested.`,
			Korean: `주소마다 echo request를 3개 보내고, 연결을 한 번 시도해 곧바로 정상적으로 닫는다. 이름은 시스템의 리졸버에
묻는다. 그 밖에는 아무것도 보내지 않는다. IPv6 주소는 대괄호 안에 쓴다. URL에서는 호스트와 포트만 쓰고, 요청은 보내지 않는다.`,
		},
		{
			English: "Exit code: 0 when every address that has a route is open, 1 when one failed, 2 when none could be probed.",
			Korean:  "종료 코드: 라우트가 있는 주소가 모두 열려 있으면 0, 하나라도 실패했으면 1, 확인할 수 있는 주소가 없으면 2.",
		},
		{English: "print one JSON object per address", Korean: "주소마다 한 줄에 JSON 객체 하나씩 출력한다"},
		{English: "how long to wait for each answer", Korean: "응답마다 기다리는 시간"},

		// tcplab watch
		{
			English: "Wait for what fails once: cut its packets out of a ring buffer, and diagnose it",
			Korean:  "가끔 일어나는 실패를 기다린다: 링 버퍼에서 그 패킷을 잘라 내고 진단한다",
		},
		{
			English: `Capture at an interface ("any": at all of them) into a ring buffer in memory, and diagnose what passes. When a
connection or a ping has failed, the packets that its two hosts exchanged, from some time before it until then, are written into a
folder as pcapng. The diagnosis, as text, lies beside them. The capture goes on until Ctrl-C. Each failure is cut out once. A server
that keeps an application waiting is told after 30 s, or when the client gives up.`,
			Korean: `인터페이스에서("any"이면 모든 인터페이스에서) 메모리의 링 버퍼로 캡처하고, 지나가는 것을 진단한다. 연결이나
ping이 실패하면, 조금 전부터 그때까지 두 호스트가 주고받은 패킷을 폴더에 pcapng로 쓴다. 진단은 그 옆에 텍스트로 남는다. 캡처는
Ctrl-C를 누를 때까지 계속된다. 실패마다 한 번씩 잘라 낸다. 애플리케이션을 기다리게 하는 서버는 30초 뒤에, 또는 클라이언트가 포기할
때 알린다.`,
		},
		{
			English: `Memory is bounded: the ring buffer, and less than 96 MB beside it. At most 16384 connections are followed at a
time.`,
			Korean: "메모리에는 한도가 있다: 링 버퍼, 그리고 그 밖에 96 MB 미만. 동시에 추적하는 연결은 최대 16384개다.",
		},
		{English: "It takes the right to capture: root, or CAP_NET_RAW.", Korean: "캡처할 권한이 필요하다: root 또는 CAP_NET_RAW."},
		{
			English: "Exit code: 0 after Ctrl-C, or when --for has passed; 2 when it could not watch.",
			Korean:  "종료 코드: Ctrl-C를 눌렀거나 --for의 시간이 지났으면 0; 캡처하지 못했으면 2.",
		},
		{
			English: "how much of what the two hosts exchanged before belongs to a failure",
			Korean:  "실패하기 전에 두 호스트가 주고받은 것을 얼마나 포함할지",
		},
		{English: "size of the ring buffer in MB", Korean: "링 버퍼의 크기(MB)"},
		{English: "end after this time (default: at Ctrl-C)", Korean: "이만큼 지나면 끝난다 (기본값: Ctrl-C를 누를 때)"},
		{English: "where to capture", Korean: "캡처할 곳"},
		{
			English: "how many failures are cut out at most; later ones are told, and not kept",
			Korean:  "잘라 내는 실패의 최대 수. 그 뒤의 실패는 알리기만 하고 남기지 않는다",
		},
		{English: "folder for what is cut out", Korean: "잘라 낸 것을 쓸 폴더"},

		// tcplab wireshark
		{English: "Let Wireshark and tshark show what tcplab finds", Korean: "tcplab이 찾는 것을 Wireshark와 tshark에서 보이게 한다"},
		{
			English: `Write what Wireshark and tshark read: a profile with colours and filters for failures, and the labs that stand
as interfaces.`,
			Korean: `Wireshark와 tshark가 읽는 것을 쓴다: 장애를 위한 색과 필터가 있는 프로필, 그리고 인터페이스로 나타나는 서 있는
랩.`,
		},
		{
			English: "Let Wireshark list the hosts of standing labs among its interfaces",
			Korean:  "서 있는 랩의 호스트를 Wireshark의 인터페이스 목록에 나타나게 한다",
		},
		{
			English: `Write a small program, tcplab-extcap, that Wireshark and tshark ask for interfaces: the hosts of the labs that
stand are among them. DIR is your folder of extcap programs: ~/.local/lib/wireshark/extcap, or ~/.config/wireshark/extcap of
Wireshark 4.0 and older. Nothing is overwritten.`,
			Korean: `작은 프로그램 tcplab-extcap을 쓴다. Wireshark와 tshark는 이 프로그램에 인터페이스를 묻고, 서 있는 랩의 호스트가
그 목록에 나타난다. DIR은 extcap 프로그램을 두는 폴더다: ~/.local/lib/wireshark/extcap, Wireshark 4.0 이하에서는
~/.config/wireshark/extcap. 이미 있는 것은 덮어쓰지 않는다.`,
		},
		{English: "Write a profile that colours the packets of failures", Korean: "장애의 패킷에 색을 입히는 프로필을 쓴다"},
		{
			English: `Write a configuration profile: colours for the packets that verdicts rest on, a menu of display filters for them
("tcplab", at the right end of the filter bar), columns for the place of the capture and for tcplab's comments. A packet without a
colour is nothing to look at.`,
			Korean: `설정 프로필을 쓴다: 판정의 근거가 되는 패킷의 색, 그 패킷을 위한 디스플레이 필터 메뉴(필터 막대 오른쪽 끝의
"tcplab"), 캡처한 곳과 tcplab의 설명을 보여 주는 열. 색이 없는 패킷은 볼 필요가 없다.`,
		},
		{
			English: `DIR is the profile's folder; the profile has the folder's name. Nothing in it is overwritten: of an older
tcplab's, remove it first.`,
			Korean: `DIR은 프로필의 폴더이며, 그 이름이 프로필의 이름이 된다. 그 안에 있는 것은 덮어쓰지 않는다. 예전 tcplab이 쓴
것은 먼저 지운다.`,
		},
	}
}
