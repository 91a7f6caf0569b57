package main

import "github.com/tcplab/tcplab/lang"

// errorsOfRuns are the errors of the commands that run scenarios, measure, or show what was run.
func errorsOfRuns() []lang.Text {
	return []lang.Text{
		// names
		{English: `there is no scenario %q%s ("tcplab list" shows all)`, Korean: `%q 시나리오는 없다%s (목록은 "tcplab list"로 본다)`},
		{English: `no scenario's name matches %q ("tcplab list" shows all)`, Korean: `%q에 맞는 시나리오 이름이 없다 (목록은 "tcplab list"로 본다)`},
		{English: `there is no group %q%s (there are: %s)`, Korean: `%q 그룹은 없다%s (있는 그룹: %s)`},
		{English: `%q is no pattern: * stands for any letters, ? for one, [ab] for a or b`, Korean: `%q: 패턴이 아니다. *는 아무 글자들, ?는 한 글자, [ab]는 a나 b를 뜻한다`},
		{English: "%s and %s cannot hold at once, because their labs differ: take two of one lab", Korean: "%s, %s: 랩이 달라서 함께 일으킬 수 없다. 같은 랩의 장애 둘을 고른다"},
		{English: `there is no client %q; there are %s`, Korean: `%q 클라이언트는 없다. 있는 클라이언트: %s`},
		{
			English: `there is no scenario, verdict or cause %q%s ("tcplab list" shows the scenarios)`,
			Korean:  `%q: 이런 시나리오나 판정이나 원인은 없다%s (시나리오의 목록은 "tcplab list"로 본다)`,
		},
		{English: "give names or --group, not both", Korean: "이름과 --group 가운데 하나만 준다"},
		{English: "give names, --group or --all, and one of them alone", Korean: "이름, --group, --all 가운데 하나만 준다"},
		{English: `name the scenarios to run, or give --all ("tcplab list" shows them)`, Korean: `실행할 시나리오의 이름이나 --all을 준다 (목록은 "tcplab list"로 본다)`},
		{English: "%s is named twice: its second run would overwrite the captures of the first", Korean: "%s: 두 번 썼다. 두 번째 실행이 첫 번째의 캡처를 덮어쓰게 된다"},

		// tcplab run
		{English: "a scenario did not match", Korean: "기대와 맞지 않는 시나리오가 있다"},
		{English: "skipped: %s", Korean: "건너뜀: %s"},
		{English: "--parallel is at least 1, not %d", Korean: "--parallel은 1 이상이어야 한다. %d: 쓸 수 없다"},
		{English: "--tolerance is between 1 and %d, not %g", Korean: "--tolerance는 1부터 %d까지다. %g: 쓸 수 없다"},
		{English: "--speed is at least 1, not %g", Korean: "--speed는 1 이상이어야 한다. %g: 쓸 수 없다"},
		{English: "--out is empty: name a folder for the captures", Korean: "--out이 비어 있다. 캡처를 남길 폴더를 지정한다"},
		{English: "give --verbose or --quiet, not both", Korean: "--verbose와 --quiet 가운데 하나만 준다"},
		{English: "--shard %s: there are fewer scenarios than parts: %d", Korean: "--shard %s: 시나리오(%d개)가 부분의 수보다 적다"},
		{
			English: "--engine container is for \"tcplab run\" without a server or an image of your own, because they are not in the container, which ends with the run: take --engine docker",
			Korean:  "--engine container는 자신의 서버나 이미지 없이 \"tcplab run\"에서만 쓴다. 서버와 이미지는 컨테이너 안에 없고, 컨테이너는 실행과 함께 끝난다. --engine docker를 쓴다",
		},
		{
			English: "take --engine netns, or --engine docker with an image of your own (--client-image)",
			Korean:  "--engine netns를 쓰거나, 자신의 이미지(--client-image)와 함께 --engine docker를 쓴다",
		},

		// a command of one's own
		{English: "--within is longer than 0, not %s", Korean: "--within은 0보다 길어야 한다. %s: 쓸 수 없다"},
		{English: "--settle is at least 0, not %s", Korean: "--settle은 0 이상이어야 한다. %s: 쓸 수 없다"},
		{English: "--heal-after is at least 0, not %s", Korean: "--heal-after는 0 이상이어야 한다. %s: 쓸 수 없다"},
		{English: "--retries is at least 0, not %d", Korean: "--retries는 0 이상이어야 한다. %d: 쓸 수 없다"},
		{English: "--want-output is not a regular expression: %w", Korean: "--want-output의 값이 정규식이 아니다: %w"},
		{
			English: `--%s is for a command of your own: give it after --, as in "tcplab run closed-port -- curl {url}"`,
			Korean:  `--%s: 자신의 명령이 있을 때 쓰는 옵션이다. "tcplab run closed-port -- curl {url}"처럼 명령을 -- 뒤에 쓴다`,
		},
		{English: "--client, --profile and --speed are not for a command of your own", Korean: "자신의 명령과 함께는 --client, --profile, --speed를 쓸 수 없다"},
		{
			English: "--when signal is for one failure, because a signal does not say which: name one of the %d",
			Korean:  "--when signal은 장애 하나에만 쓴다. 시그널은 어느 장애인지 말해 주지 않는다. %d개 가운데 하나를 고른다",
		},
		{
			English: "--when signal needs SIGUSR1, which this system does not have: break at a moment of the connection",
			Korean:  "--when signal에 필요한 SIGUSR1을 이 시스템에서는 쓸 수 없다. 연결의 어느 시점에 고장 낸다",
		},
		{
			English: "--when %s is a moment of a TCP connection, and the server is on UDP: leave it out, and break before the client asks",
			Korean:  "--when %s: TCP 연결의 시점인데 서버는 UDP를 쓴다. 이 옵션을 빼고, 클라이언트가 요청하기 전에 고장 낸다",
		},
		{English: "there is no command after --", Korean: "-- 뒤에 명령이 없다"},
		{English: "not tried: %s", Korean: "시도하지 못함: %s"},
		{
			English: "{url} is a URL of HTTP, and the service is on UDP: give the command {addr}, or {host} and {port}",
			Korean:  "{url}은 HTTP의 URL인데 서비스는 UDP를 쓴다. 명령에 {addr}이나, {host}와 {port}를 준다",
		},
		{English: "curl ended with exit code %d and no report (it must be 7.75 or newer): %s", Korean: "curl이 보고 없이 끝났다(종료 코드 %d, 버전은 7.75 이상이어야 한다): %s"},
		{English: "tcplab host time printed what is not JSON: %q", Korean: "tcplab host time의 출력이 JSON이 아니다: %q"},
		{English: "the name of the program is empty", Korean: "프로그램의 이름이 비어 있다"},
		{English: "%s is not installed on this machine: apt-get install %s", Korean: "%s: 이 컴퓨터에 설치되어 있지 않다. apt-get install %s"},
		{English: "there is no program %s on this machine", Korean: "이 컴퓨터에는 %s 프로그램이 없다"},
		{English: "%s is a folder, and no program", Korean: "%s: 프로그램이 아니라 폴더다"},
		{English: "%s is not executable for this user: chmod +x %s", Korean: "%s: 이 사용자는 실행할 수 없다. chmod +x %s"},
		{English: "%s is for the interpreter %s, which is not on this machine", Korean: "%s: 인터프리터 %s에서 도는 스크립트인데, 이 컴퓨터에 그 인터프리터가 없다"},
		{
			English: "the first line of %s ends in CR LF, so that its interpreter is not found: convert it, as by sed -i 's/\\r$//' %s",
			Korean:  "%s의 첫 줄이 CR LF로 끝나서 인터프리터를 찾지 못한다. sed -i 's/\\r$//' %s 등으로 변환한다",
		},
		{
			English: "%s is a text without #! in its first line: name its interpreter, as in \"python3 %s\"",
			Korean:  "%s: 첫 줄에 #!이 없는 텍스트다. \"python3 %s\"처럼 인터프리터를 함께 쓴다",
		},

		// a server of one's own, an image
		{English: "the ports of --port are all of TCP or all of UDP: run the one and the other apart", Korean: "--port의 포트는 모두 TCP이거나 모두 UDP여야 한다. 따로 실행한다"},
		{English: "--port %s is given twice", Korean: "--port %s: 두 번 썼다"},
		{English: "--port is a number, with /udp behind it for a port of UDP, not %q", Korean: "--port는 숫자이고, UDP 포트이면 뒤에 /udp를 붙인다. %q: 쓸 수 없다"},
		{English: "--port is between 1 and 65535, not %d", Korean: "--port는 1부터 65535까지다. %d: 쓸 수 없다"},
		{English: "--ready log: is not followed by a regular expression: %w", Korean: "--ready log: 뒤에 오는 것이 정규식이 아니다: %w"},
		{English: "--ready is tcp, http:/PATH or log:REGEXP, not %q", Korean: "--ready는 tcp, http:/PATH, log:REGEXP 가운데 하나다. %q: 쓸 수 없다"},
		{English: "--ready-within is longer than 0, not %s", Korean: "--ready-within은 0보다 길어야 한다. %s: 쓸 수 없다"},
		{
			English: "--ready http: asks over TCP, and the server is on UDP: give --ready log:REGEXP, or leave it out",
			Korean:  "--ready http:는 TCP로 확인하는데 서버는 UDP를 쓴다. --ready log:REGEXP를 주거나 이 옵션을 뺀다",
		},
		{English: "--server is empty: give it the command line of your server", Korean: "--server가 비어 있다. 자신의 서버의 명령줄을 준다"},
		{English: "--server-image is empty: give it the name of an image", Korean: "--server-image가 비어 있다. 이미지의 이름을 준다"},
		{English: "--client-image is empty: give it the name of an image", Korean: "--client-image가 비어 있다. 이미지의 이름을 준다"},
		{
			English: "--%s is for a server of your own: give that with --server or --server-image",
			Korean:  "--%s: 자신의 서버가 있을 때 쓰는 옵션이다. 서버를 --server나 --server-image로 준다",
		},
		{
			English: "a server on UDP is asked by a client of yours, because tcplab does not know its protocol: give its command after --",
			Korean:  "UDP 서버에는 자신의 클라이언트로 요청한다. tcplab은 그 프로토콜을 모른다. 클라이언트의 명령을 -- 뒤에 쓴다",
		},
		{English: "an image is for --engine docker; with --engine %s, give the command itself", Korean: "이미지는 --engine docker에서 쓴다. --engine %s에서는 명령을 그대로 준다"},
		{
			English: "--server is a command of this machine, which the hosts of --engine docker have not: take --engine netns, or give the server in an image with --server-image",
			Korean:  "--server는 이 컴퓨터의 명령인데, --engine docker의 호스트에는 그것이 없다. --engine netns를 쓰거나, 서버를 이미지로 --server-image에 준다",
		},
		{English: "the server (%s) %s; it printed nothing", Korean: "서버(%s): %s. 출력은 없다"},
		{English: "the server (%s) %s; it printed:\n%s", Korean: "서버(%s): %s. 출력:\n%s"},
		{English: "is not ready after %s: it %s", Korean: "%s 지나도 준비되지 않았다. %s"},
		{English: "has printed nothing that matches %q", Korean: "%q에 맞는 것을 출력하지 않았다"},
		{English: "does not serve %s: %s", Korean: "%s 경로를 제공하지 않는다: %s"},
		{English: "does not listen on %s", Korean: "%s에서 리슨하지 않는다"},
		{
			English: "listens on %s, and not on %s, where clients ask it: let it listen on %s, at $HOST or at all addresses",
			Korean:  "%s에서만 리슨하고, 클라이언트가 요청하는 %s에서는 리슨하지 않는다. $HOST나 모든 주소의 %s에서 리슨하게 한다",
		},
		{English: "each of $PORTS", Korean: "$PORTS 하나하나"},
		{English: "ended at once: the shell did not find its program (exit code 127)", Korean: "곧바로 끝났다. 셸이 프로그램을 찾지 못했다(종료 코드 127)"},
		{English: "ended by itself with exit code %d", Korean: "스스로 끝났다(종료 코드 %d)"},
		{English: "ended by itself with exit code 0", Korean: "스스로 끝났다(종료 코드 0)"},
		{English: "ended: %v", Korean: "끝났다: %v"},
		{
			English: "a function serves one port of TCP, and not %s: %w; let a command or an image serve them",
			Korean:  "함수는 TCP 포트 하나에서만 서비스한다. %s: %w. 명령이나 이미지로 서비스한다",
		},
		{English: "break it with: kill -USR1 %d", Korean: "고장 내는 명령: kill -USR1 %d"},

		// tcplab with
		{English: `it is "tcplab with NAME... -- COMMAND": scenarios before the --, the command behind it`, Korean: `"tcplab with NAME... -- COMMAND"와 같이 쓴다. 시나리오는 -- 앞에, 명령은 뒤에 쓴다`},

		// tcplab bench
		{English: "read the processor time: %w", Korean: "프로세서 시간 읽기: %w"},
		{English: "read the memory: %w", Korean: "메모리 읽기: %w"},
		{English: "the number of labs is a whole number from 1 on, not %q", Korean: "랩의 수는 1 이상의 정수다. %q: 쓸 수 없다"},
		{English: "there is no load %q", Korean: "%q 부하는 없다"},
		{English: "find the program that makes the load: %w", Korean: "부하를 만드는 프로그램 찾기: %w"},
		{English: "start the load: %w", Korean: "부하 시작: %w"},

		// tcplab show, tcplab report, tcplab explain
		{
			English: "--svg draws a run that was kept: name its folder, such as artifacts/%s-netns-ipv4",
			Korean:  "--svg는 남겨 둔 실행을 그린다. artifacts/%s-netns-ipv4와 같은 폴더를 지정한다",
		},
		{English: "--markdown prints and --html writes a file: give one of them", Korean: "--markdown은 출력하고 --html은 파일에 쓴다. 하나만 준다"},
		{
			English: `%s holds no run: name the folder of one (it has a report.json), or the one given to "tcplab run --out"`,
			Korean:  `%s에는 실행이 없다. report.json이 있는 실행의 폴더나, "tcplab run --out"에 준 폴더를 지정한다`,
		},
		{English: "%s was not seen while the fault held, so that there is nothing to draw", Korean: "%s: 장애가 있는 동안 보인 것이 없어서 그릴 것이 없다"},
		{English: "report: a %T is no JSON object", Korean: "report: %T: JSON 객체가 아니다"},
		{English: "report.json: %q is no name of a file in the folder of the run", Korean: "report.json: %q: 실행의 폴더에 있는 파일의 이름이 아니다"},
		{English: "it is not the report of a run: %w", Korean: "실행의 보고서가 아니다: %w"},
		{English: "it is not the report of a run: it names no scenario, or no topology", Korean: "실행의 보고서가 아니다. 시나리오나 토폴로지의 이름이 없다"},
		{
			English: "it was written by a newer tcplab (schema %d, and this one knows %d): read it with that one",
			Korean:  "더 새로운 tcplab이 쓴 것이다(스키마 %d, 이 tcplab이 아는 것은 %d까지). 그 tcplab으로 읽는다",
		},
	}
}
