package main

import "github.com/tcplab/tcplab/lang"

// helpOfRuns are the texts in the help of the program and of the commands that run scenarios, or show them.
func helpOfRuns() []lang.Text {
	return []lang.Text{
		// tcplab
		{English: "A reproducible TCP failure lab", Korean: "재현 가능한 TCP 장애 랩"},
		{
			English: `tcplab runs TCP failures on real kernels: each scenario builds a lab of a client, a router and a server, proves
that it works, breaks it, and holds what the client felt and what every vantage point saw against what was expected.`,
			Korean: `tcplab은 실제 커널 위에서 TCP 장애를 일으킨다. 시나리오마다 클라이언트, 라우터, 서버로 된 랩을 만들고, 랩이
제대로 동작하는지 증명하고, 고장 낸 다음, 클라이언트가 느낀 것과 관측 지점마다 보인 것을 기대와 비교한다.`,
		},

		// tcplab bench
		{
			English: "Measure what labs cost on this machine, and what a busy one does to their verdicts",
			Korean:  "이 컴퓨터에서 랩에 드는 비용과, 바쁜 컴퓨터가 판정에 미치는 영향을 잰다",
		},
		{
			English: "Run N labs at once, and show what they cost and whether they disturb each other's timing",
			Korean:  "랩 N개를 한꺼번에 실행해, 드는 비용과 서로의 타이밍을 방해하는지를 보여 준다",
		},
		{
			English: `Run N labs at once, for each N (10, 100 and 500 when none is given), and print a table in Markdown. Every lab
runs security-group-drop in real time, from the proof of its baseline to its healing. Processor time and memory are the whole
machine's, less what was used before: measure on a machine that does nothing else.`,
			Korean: `N마다(주지 않으면 10, 100, 500) 랩 N개를 한꺼번에 실행하고, 결과를 Markdown 표로 출력한다. 모든 랩은
security-group-drop을 실제 시간으로, 정상임을 증명할 때부터 복구할 때까지 실행한다. 프로세서 시간과 메모리는 컴퓨터 전체의 값에서 그
전에 쓰던 것을 뺀 것이다. 그러니 다른 일을 하지 않는 컴퓨터에서 잰다.`,
		},
		{English: "Exit code: 0 when it was done, 2 when it could not be.", Korean: "종료 코드: 작업을 마쳤으면 0, 하지 못했으면 2."},
		{
			English: "Run N scenarios and N sabotaged ones on a machine kept busy, and count the wrong verdicts",
			Korean:  "바쁘게 만든 컴퓨터에서 시나리오 N개와 일부러 망친 실행 N개를 돌려, 잘못된 판정을 센다",
		},
		{
			English: `Run N scenarios in real time while every processor is kept busy by four programs each, which compute, start
other programs and write to the disk; then N runs that are sabotaged: the fault is left out, a packet is lost on the way, a
retransmission comes too many, a RST comes late by a timer. A run is wrong when a scenario does not match, or when a sabotaged one
does. It is inconclusive when the machine stood still for so long that the run proves nothing. The exit code is 1 when a verdict was
wrong.`,
			Korean: `프로세서마다 프로그램 네 개가 계산하고, 다른 프로그램을 시작하고, 디스크에 쓰면서 바쁘게 만드는 동안, 시나리오
N개를 실제 시간으로 실행한다. 그다음 일부러 망친 실행 N개를 돌린다. 장애를 빠뜨리거나, 패킷 하나를 도중에 잃거나, 재전송이 한 번 더
오거나, RST가 타이머 한 번만큼 늦게 온다. 시나리오가 기대와 맞지 않거나 망친 실행이 기대와 맞으면 잘못된 판정이다. 컴퓨터가 너무
오래 멈춰 있어 아무것도 증명하지 못하는 실행은 불확실로 둔다. 잘못된 판정이 있으면 종료 코드는 1이다.`,
		},
		{English: "do not keep the machine busy", Korean: "컴퓨터를 바쁘게 만들지 않는다"},

		// tcplab clients
		{English: "List the programs that can be put into a failure", Korean: "장애 속에 넣어 볼 수 있는 프로그램의 목록을 보여 준다"},
		{
			English: `List the programs that can be put into a failure, for "run --client", and which of them are not installed on
this machine. With the netns engine a client is a program of this machine; the hosts of the docker engine bring their own.`,
			Korean: `"run --client"로 장애 속에 넣어 볼 수 있는 프로그램의 목록과, 그 가운데 이 컴퓨터에 설치되지 않은 것을 보여
준다. netns 엔진에서는 클라이언트가 이 컴퓨터의 프로그램이고, docker 엔진의 호스트에는 프로그램이 들어 있다.`,
		},
		{English: "print one JSON object per line", Korean: "한 줄에 JSON 객체 하나씩 출력한다"},

		// tcplab engines
		{
			English: "Show which engines can run labs here, and if not, why not and what helps",
			Korean:  "여기에서 랩을 돌릴 수 있는 엔진을, 돌릴 수 없으면 그 이유와 해결책을 보여 준다",
		},
		{
			English: `Show which engines can run labs here, and if not, why not and what helps; and which programs are not installed
that are clients of labs. What is missing is skipped by "run" and by the tests.`,
			Korean: `여기에서 랩을 돌릴 수 있는 엔진을, 돌릴 수 없으면 그 이유와 해결책을 보여 준다. 랩의 클라이언트 가운데 설치되지
않은 프로그램도 보여 준다. 없는 것은 "run"과 테스트가 건너뛴다.`,
		},

		// tcplab list
		{English: "List the scenarios", Korean: "시나리오의 목록을 보여 준다"},
		{
			English: `List the scenarios by group: all, those of one group, or those whose names fit; a name may be a pattern:
'firewall-*'.`,
			Korean: `시나리오의 목록을 그룹별로 보여 준다: 전체, 한 그룹, 또는 이름이 맞는 시나리오. 이름은 패턴이어도 된다:
'firewall-*'.`,
		},
		{English: "list one group: its name stands behind its title", Korean: "한 그룹의 목록만 보여 준다. 그룹의 이름은 제목 뒤에 있다"},

		// tcplab namespaces
		{English: "Look whether the netns engine can run here", Korean: "여기에서 netns 엔진이 돌 수 있는지 살펴본다"},

		// tcplab report
		{English: "Make the pages of runs again, from what was kept of them", Korean: "남겨 둔 실행 기록에서 페이지를 다시 만든다"},
		{
			English: `Read the folder of a run (its report.json and its captures), or a folder that holds those of several runs, and
write the pages again: report.html and report.txt for each run, and index.html for several. Where a folder holds what several
commands have kept, at different times or on different machines, its index.html shows the newest run of each scenario.`,
			Korean: `실행 하나의 폴더(report.json과 캡처)나 여러 실행이 들어 있는 폴더를 읽고 페이지를 다시 쓴다. 실행마다
report.html과 report.txt를, 여러 실행에는 index.html을 쓴다. 여러 명령이 다른 때나 다른 컴퓨터에서 남긴 것이 한 폴더에 있으면, 그
index.html은 시나리오마다 가장 최근 실행을 보여 준다.`,
		},

		// tcplab run
		{English: "Run scenarios and hold what was seen against what was expected", Korean: "시나리오를 실행하고, 본 것을 기대와 비교한다"},
		{
			English: `Run scenarios, side by side. A name may be a pattern: 'firewall-*'. Captures (pcapng) and pages go to a new
folder below --out, named by date and time; the link "latest" beside it leads to it.`,
			Korean: `시나리오를 나란히 실행한다. 이름은 패턴이어도 된다: 'firewall-*'. 캡처(pcapng)와 페이지는 --out 아래에 날짜와
시각을 이름으로 한 새 폴더에 남고, 그 옆의 링크 "latest"가 이 폴더를 가리킨다.`,
		},
		{
			English: `With a command after --, that is put into the failures, and judged: it runs on the lab's client while the lab is
healthy, while it is broken, and once it is healed. It must succeed, then fail within --within, then succeed again. It learns from
its environment (TCPLAB_HOST, TCPLAB_PORT, TCPLAB_PORTS, TCPLAB_ADDR, TCPLAB_URL), or from {host}, {port}, {ports}, {addr} and {url}
in its arguments, what to ask; the lab's hosts have names, too: server, server.lab. With the netns engine, what it starts is ended
with it.`,
			Korean: `-- 뒤에 명령을 쓰면 그 명령을 장애 속에 넣고 판정한다. 명령은 랩의 클라이언트에서 랩이 정상일 때, 고장 났을 때,
복구된 뒤에 한 번씩 돈다. 처음에는 성공하고, 그다음에는 --within 안에 실패하고, 마지막에는 다시 성공해야 한다. 어디에 접속할지는
환경 변수(TCPLAB_HOST, TCPLAB_PORT, TCPLAB_PORTS, TCPLAB_ADDR, TCPLAB_URL)나 인자의 {host}, {port}, {ports}, {addr}, {url}로 알 수
있고, 랩의 호스트에는 server, server.lab처럼 이름도 있다. netns 엔진에서는 명령이 시작한 프로세스도 명령과 함께 끝낸다.`,
		},
		{
			English: `With --server, what is asked is a server of your own (netns engine): a command line for sh, which finds in its
environment the port that it must listen on (PORT; PORTS, where --port is given several times), the server's address (HOST) and a
private folder (DIR). A port of UDP is --port 5353/udp: failures that only TCP has are then left out. With --server-image it is a
container of an image (docker engine), whose entry point finds PORT and HOST; with --server as well, that is run by the image's sh.
With --client-image, the arguments after -- are for the entry point of an image, whose container is the client. No image is fetched.`,
			Korean: `--server를 주면 자신의 서버에 접속한다(netns 엔진). 값은 sh의 명령줄이며, 서버가 리슨할 포트(PORT; --port를 여러
번 주면 PORTS), 서버의 주소(HOST), 전용 폴더(DIR)가 환경 변수에 있다. UDP 포트는 --port 5353/udp처럼 쓰며, 그때는 TCP에만 있는
장애를 뺀다. --server-image를 주면 서버는 이미지로 만든 컨테이너다(docker 엔진). 이미지의 엔트리포인트는 환경 변수 PORT와 HOST를 쓸
수 있다. --server도 함께 주면 이미지의 sh가 그 명령줄을 실행한다. --client-image를 주면 -- 뒤의 인자는 이미지의 엔트리포인트에
넘기고, 그 컨테이너가 클라이언트가 된다. 이미지는 내려받지 않는다.`,
		},
		{
			English: `With --engine container, all labs stand in one container of the Docker engine, by the netns engine: nearly as
fast as that, where this machine has no namespaces (macOS, Windows) or forbids them. A command after -- is one that the docker
engine's hosts have, such as curl; a server or an image of your own is for --engine netns or docker.`,
			Korean: `--engine container를 주면 Docker 엔진의 컨테이너 하나 안에서 모든 랩을 netns 엔진으로 세운다. 네임스페이스가
없거나(macOS, Windows) 금지된 컴퓨터에서도 거의 그만큼 빠르다. -- 뒤의 명령은 curl처럼 docker 엔진의 호스트에 있는 것이어야 한다.
자신의 서버나 이미지는 --engine netns나 docker에서 쓴다.`,
		},
		{
			English: `Exit code: 0 when every scenario matched (or every verdict on the command is ok), 1 when one did not, 2 when one
could not be run.`,
			Korean: `종료 코드: 모든 시나리오가 기대와 맞으면(또는 명령의 판정이 모두 ok이면) 0, 하나라도 맞지 않으면 1, 하나라도
실행하지 못했으면 2.`,
		},
		{
			English: "run every scenario, without those that take minutes (with --speed those too)",
			Korean:  "몇 분씩 걸리는 것을 뺀 모든 시나리오를 실행한다 (--speed와 함께라면 그것도 실행한다)",
		},
		{
			English: `program to put into the failure, in place of the scenario's own (see "tcplab clients")`,
			Korean:  `시나리오의 클라이언트 대신 장애 속에 넣을 프로그램 ("tcplab clients" 참고)`,
		},
		{
			English: `the command is a container of this image, which is on the engine already; its arguments are after -- (docker
engine)`,
			Korean: "이 이미지로 만든 컨테이너가 명령이 된다. 이미지는 엔진에 이미 있어야 하고, 인자는 -- 뒤에 쓴다 (docker 엔진)",
		},
		{English: `run the scenarios of one group (see "tcplab list")`, Korean: `한 그룹의 시나리오를 실행한다 ("tcplab list" 참고)`},
		{
			English: "with a command: heal so long after the break, while the command still runs",
			Korean:  "명령이 있을 때: 고장 내고 이만큼 지나면, 명령이 아직 도는 동안 복구한다",
		},
		{English: "print one JSON object per run", Korean: "실행마다 한 줄에 JSON 객체 하나씩 출력한다"},
		{English: "file for the results as JUnit XML", Korean: "결과를 JUnit XML로 쓸 파일"},
		{English: "folder for captures and reports, in a container", Korean: "컨테이너 안에서, 캡처와 보고서를 남길 폴더"},
		{English: "with a command: it may succeed while the failure holds", Korean: "명령이 있을 때: 장애가 있는 동안 성공해도 된다"},
		{English: "folder in which to make the one for captures and reports", Korean: "캡처와 보고서의 폴더를 만들 곳"},
		{
			English: "how many labs may stand at the same time (default: as many as the machine holds)",
			Korean:  "동시에 서 있어도 되는 랩의 수 (기본값: 컴퓨터가 감당하는 만큼)",
		},
		{
			English: `with a server of your own: a port on which it listens, 5353/udp for one of UDP; several times for several ports
(default 8080)`,
			Korean: "자신의 서버일 때: 서버가 리슨하는 포트. UDP 포트는 5353/udp처럼 쓰고, 포트가 여럿이면 여러 번 쓴다 (기본값 8080)",
		},
		{English: "print how long each phase took", Korean: "단계마다 걸린 시간을 출력한다"},
		{English: "print the summary alone", Korean: "요약만 출력한다"},
		{
			English: `with a server of your own: it is ready when it listens (tcp), serves a path (http:/PATH), or has printed what
matches (log:REGEXP)`,
			Korean: `자신의 서버일 때, 준비되었다고 보는 조건: 리슨한다(tcp), 경로를 제공한다(http:/PATH), 정규식에 맞는 것을
출력했다(log:REGEXP)`,
		},
		{English: "with a server of your own: how long it may take to be ready", Korean: "자신의 서버일 때: 준비될 때까지 기다리는 시간"},
		{
			English: "with a command: how many more connections it may try then than while healthy",
			Korean:  "명령이 있을 때: 정상일 때보다 더 시도해도 되는 연결의 수",
		},
		{
			English: `server of your own in place of the lab's: a command line for sh, with PORT, HOST and DIR in its environment
(netns engine, or inside --server-image)`,
			Korean: `랩의 서버 대신 쓸 자신의 서버: sh의 명령줄이며 환경 변수 PORT, HOST, DIR을 쓸 수 있다 (netns 엔진, 또는
--server-image 안에서)`,
		},
		{
			English: "server of your own in place of the lab's: a container image, which is on the engine already (docker engine)",
			Korean:  "랩의 서버 대신 쓸 자신의 서버: 엔진에 이미 있는 컨테이너 이미지 (docker 엔진)",
		},
		{
			English: "with a command: how long after its end its sockets may take to be closed",
			Korean:  "명령이 있을 때: 명령이 끝난 뒤 소켓이 닫힐 때까지 걸려도 되는 시간",
		},
		{
			English: "run one part of several, such as 2/4, which other machines complete",
			Korean:  "여러 부분 가운데 하나만 실행한다(예: 2/4). 나머지는 다른 컴퓨터에서 실행한다",
		},
		{
			English: "let the kernel's timers for SYNs run so many times faster (netns engine, as root)",
			Korean:  "커널의 SYN 타이머를 이 배수만큼 빠르게 한다 (netns 엔진, root)",
		},
		{
			English: "file for a summary in Markdown, for the page of a CI system",
			Korean:  "CI 시스템의 페이지에 넣을 요약을 Markdown으로 쓸 파일",
		},
		{
			English: "a factor for how late a packet may be, for slow machines",
			Korean:  "패킷이 늦어도 되는 정도에 곱하는 값, 느린 컴퓨터에서 쓴다",
		},
		{
			English: "draw every run (default: where there are more than three, only the runs that do not match)",
			Korean:  "모든 실행을 그린다 (기본값: 실행이 세 개보다 많으면 기대와 맞지 않는 실행만)",
		},
		{
			English: "with a command: the exit code that it must have then (default: any but 0)",
			Korean:  "명령이 있을 때: 장애가 있는 동안의 종료 코드 (기본값: 0이 아닌 아무 값)",
		},
		{
			English: "with a command: a regular expression that its output must match then",
			Korean:  "명령이 있을 때: 장애가 있는 동안의 출력이 맞아야 하는 정규식",
		},
		{
			English: `break when a connection of the client is at: connected, request-sent, request-acked, replied, idle:DURATION; or
when it is told (SIGUSR1, a byte in $TCPLAB_SIGNAL): signal`,
			Korean: `클라이언트의 연결이 이 시점에 이르면 고장 낸다: connected, request-sent, request-acked, replied, idle:DURATION;
또는 프로그램이 알릴 때(SIGUSR1, $TCPLAB_SIGNAL에 쓴 한 바이트): signal`,
		},
		{
			English: "with a command: how much longer than while healthy it may take to its end while the failure holds",
			Korean:  "명령이 있을 때: 장애가 있는 동안 끝날 때까지, 정상일 때보다 더 걸려도 되는 시간",
		},

		// tcplab show
		{
			English: "Show what a scenario breaks and what it expects, or what was seen in a run that was kept",
			Korean:  "시나리오가 무엇을 고장 내고 무엇을 기대하는지, 또는 남겨 둔 실행에서 무엇이 보였는지 보여 준다",
		},
		{
			English: `Show a scenario: what it breaks, what the client must feel, what each vantage point must see. Given the folder
of a run, draw what was seen in each of its phases. With --svg, print what was seen while the fault held as an image for a document.`,
			Korean: `시나리오를 보여 준다: 무엇을 고장 내는지, 클라이언트가 무엇을 느껴야 하는지, 관측 지점마다 무엇이 보여야 하는지.
실행의 폴더를 주면 단계마다 보인 것을 그린다. --svg를 주면 장애가 있는 동안 보인 것을 문서에 넣을 이미지로 출력한다.`,
		},
		{
			English: "print the drawing of a run as an SVG image, in the colours light or dark",
			Korean:  "실행의 그림을 SVG 이미지로 출력한다. 색은 light 또는 dark",
		},

		// tcplab version
		{
			English: "Print the version, the commit, and what a report of a bug needs besides",
			Korean:  "버전, 커밋, 그리고 버그 보고에 필요한 나머지 정보를 출력한다",
		},
		{English: "print JSON", Korean: "JSON으로 출력한다"},
	}
}
