package main

import "github.com/tcplab/tcplab/lang"

// helpOfLabs are the texts in the help of the commands of labs that stand, and of a command in a failure.
func helpOfLabs() []lang.Text {
	return []lang.Text{
		// tcplab break
		{English: "Inject the fault into a lab that stands", Korean: "서 있는 랩을 고장 낸다"},
		{English: "name of the lab (default: the only one that stands)", Korean: "랩의 이름 (기본값: 하나뿐인 서 있는 랩)"},
		{
			English: "language of what is explained: en or ko (default TCPLAB_LANG in the environment, else the locale)",
			Korean:  "설명하는 언어: en 또는 ko (기본값: 환경 변수 TCPLAB_LANG, 없으면 로캘)",
		},
		{
			English: "break when a connection of the client is at: connected, request-sent, request-acked, replied, idle:DURATION",
			Korean:  "클라이언트의 연결이 이 시점에 이르면 고장 낸다: connected, request-sent, request-acked, replied, idle:DURATION",
		},

		// tcplab capture
		{
			English: "Capture on a host of a lab that stands, into a file here",
			Korean:  "서 있는 랩의 호스트에서 캡처해 이 컴퓨터의 파일에 쓴다",
		},
		{
			English: `Capture every packet on a host, on all of its interfaces or on some, until Ctrl-C (or "kill"). It is what
tcpdump does, for who is not root: FILE is pcapng, for Wireshark, and is written where this command is run, also with the docker
engine; with "-" it goes to standard output.`,
			Korean: `호스트의 모든 인터페이스나 일부 인터페이스에서 모든 패킷을 Ctrl-C를 누를 때까지(또는 "kill"로 끝낼 때까지)
캡처한다. root가 아닌 사용자를 위해 tcpdump가 하는 일을 한다. FILE은 Wireshark로 여는 pcapng이며, docker 엔진을 쓸 때도 이 명령을
실행한 곳에 쓴다. "-"이면 표준 출력에 쓴다.`,
		},

		// tcplab down
		{English: "Take a lab down that stands", Korean: "서 있는 랩을 내린다"},
		{English: "take down every lab that stands", Korean: "서 있는 랩을 모두 내린다"},

		// tcplab exec
		{English: "Run a command on a host of a lab that stands", Korean: "서 있는 랩의 호스트에서 명령을 실행한다"},
		{
			English: `Run a command on a host, with the standard streams of this one, and exit with its exit code. Signals, Ctrl-C for one,
go to the command. On a terminal it has one of its own, as with "ssh -t". As ssh does, it reads standard input ahead
of the command: in a script that is read from there, give it </dev/null.`,
			Korean: `호스트에서 명령을 실행하고, 그 명령의 종료 코드로 끝난다. tcplab의 표준 입력과 출력을 그대로 쓴다. Ctrl-C와 같은
시그널은 그 명령에 전달된다. 터미널에서는 "ssh -t"를 쓸 때처럼 그 명령에 터미널이 따로 생긴다. ssh와 마찬가지로 표준 입력을 미리
읽는다. 그러니 표준 입력에서 읽어 실행하는 스크립트에서는 </dev/null을 준다.`,
		},
		{
			English: `With the netns engine the command is a program of this machine, found as here, with the environment of this one
and in the current folder; with the docker engine it is one of the container's. TCPLAB_HOST, TCPLAB_PORT, TCPLAB_ADDR and TCPLAB_URL
in its environment name the service, and the lab's hosts have names: "server", "server.lab". What it leaves in the background goes
on until the lab is taken down.`,
			Korean: `netns 엔진에서는 이 컴퓨터의 프로그램을 실행한다. 찾는 경로, 환경 변수, 현재 폴더가 여기와 같다. docker
엔진에서는 컨테이너에 있는 프로그램을 실행한다. 환경 변수 TCPLAB_HOST, TCPLAB_PORT, TCPLAB_ADDR, TCPLAB_URL에 서비스의 주소가 있고,
랩의 호스트에는 "server", "server.lab"처럼 이름이 있다. 명령이 백그라운드에 남긴 것은 랩을 내릴 때까지 계속 돈다.`,
		},

		// tcplab fetch
		{English: "Copy a file out of a host of a lab that stands", Korean: "서 있는 랩의 호스트에서 파일을 꺼내 온다"},
		{
			English: `Copy a file out of a host, to a file or into a folder; without DEST, into the current folder, and with "-", to
standard output. The copy takes its place when it is complete, and not before.`,
			Korean: `호스트의 파일을 이 컴퓨터의 파일이나 폴더로 복사한다. DEST가 없으면 현재 폴더로, "-"이면 표준 출력으로 보낸다.
파일은 복사가 끝나야 제자리에 나타난다.`,
		},

		// tcplab heal
		{English: "Undo the fault in a lab that stands", Korean: "서 있는 랩의 장애를 복구한다"},

		// tcplab hold
		{English: `Hold a lab that stays up; "tcplab up" starts it`, Korean: `계속 서 있는 랩을 유지한다. "tcplab up"이 시작한다`},

		// tcplab put
		{English: "Copy files into a host of a lab that stands", Korean: "서 있는 랩의 호스트에 파일을 넣는다"},
		{
			English: `Copy files of this machine into a host, to a file or into a folder there, with their permissions. A copy takes
its place when it is complete, and not before. With the netns engine the files of a host are those of this machine.`,
			Korean: `이 컴퓨터의 파일을 권한과 함께 호스트의 파일이나 폴더로 복사한다. 파일은 복사가 끝나야 제자리에 나타난다. netns
엔진에서는 호스트의 파일이 곧 이 컴퓨터의 파일이다.`,
		},

		// tcplab record
		{English: "Write what a lab has recorded, into a file here", Korean: "랩이 기록한 것을 이 컴퓨터의 파일에 쓴다"},
		{
			English: `Write what a lab that was built with "tcplab up --record" has recorded, up to now: pcapng with an interface for
each vantage point, for Wireshark and "tcplab diagnose"; with "-" it goes to standard output.`,
			Korean: `"tcplab up --record"로 만든 랩이 지금까지 기록한 것을 쓴다. 관측 지점마다 인터페이스가 하나씩 있는 pcapng이며,
Wireshark와 "tcplab diagnose"로 읽는다. "-"이면 표준 출력에 쓴다.`,
		},

		// tcplab shell
		{English: "Open a shell on a host of a lab that stands", Korean: "서 있는 랩의 호스트에서 셸을 연다"},
		{
			English: `Open a shell on a host: with the netns engine your own ($SHELL), in the current folder; with the docker engine
bash. The prompt of bash names the host and the lab; any other shell has TCPLAB_SHELL and TCPLAB_LAB in its environment.`,
			Korean: `호스트에서 셸을 연다. netns 엔진에서는 자신의 셸($SHELL)을 현재 폴더에서 열고, docker 엔진에서는 bash를 연다.
bash의 프롬프트에는 호스트와 랩의 이름이 나온다. 다른 셸에는 환경 변수 TCPLAB_SHELL과 TCPLAB_LAB이 있다.`,
		},
		{English: "Exit code: the shell's; 2 when it could not be opened.", Korean: "종료 코드: 셸의 종료 코드. 열지 못했으면 2."},

		// tcplab status
		{English: "Show the labs that stand", Korean: "서 있는 랩을 보여 준다"},
		{English: "print one JSON object per lab", Korean: "랩마다 한 줄에 JSON 객체 하나씩 출력한다"},

		// tcplab sweep
		{English: "Remove what a killed run left behind", Korean: "강제로 끝난 실행이 남긴 것을 치운다"},
		{
			English: `Remove the containers and networks of runs of this machine that have ended without removing them. Nothing is
touched that does not carry the lab's label, nor what belongs to a run that goes on or to another machine.`,
			Korean: `이 컴퓨터에서 끝났지만 치워지지 않은 실행의 컨테이너와 네트워크를 치운다. 랩의 레이블이 없는 것, 아직 도는
실행의 것, 다른 컴퓨터의 것은 건드리지 않는다.`,
		},

		// tcplab up
		{
			English: "Build a scenario's lab that stays up, to work in by hand",
			Korean:  "시나리오의 랩을 만들어 계속 세워 두고, 그 안에서 손으로 작업한다",
		},
		{
			English: `Build a scenario's lab, and leave it standing when it has proven that it works: the scenario's client gets
through. It is healthy then, so that one can see for oneself that it works; "tcplab break" injects the scenario's fault, and "tcplab
heal" undoes it. With --broken the fault is injected at once.`,
			Korean: `시나리오의 랩을 만들고, 동작한다는 것이 증명되면, 곧 시나리오의 클라이언트가 접속에 성공하면 그대로 세워 둔다.
이때 랩은 정상이므로 잘 되는 것을 직접 볼 수 있다. 그다음 "tcplab break"로 시나리오의 장애를 일으키고 "tcplab heal"로 복구한다.
--broken을 주면 곧바로 고장 낸다.`,
		},
		{
			English: `With --server or --server-image, a server of your own is in the place of the lab's ("tcplab run --help" has
more), and the fault is on its port. With --when, the fault waits for a moment of a connection that is made by then: "tcplab status"
shows whether it has come.`,
			Korean: `--server나 --server-image를 주면 랩의 서버 자리에 자신의 서버가 들어가고(자세한 것은 "tcplab run --help"), 그
포트에 장애가 생긴다. --when을 주면 그 뒤에 맺는 연결이 어느 시점에 이를 때까지 장애가 기다린다. 그 시점이 왔는지는 "tcplab
status"로 알 수 있다.`,
		},
		{
			English: `The lab is held by a process in the background until "tcplab down". It makes no traffic of its own: every packet
in it is yours. Several labs may stand at the same time, each with a name of its own.`,
			Korean: `랩은 백그라운드 프로세스가 "tcplab down"을 할 때까지 유지한다. 랩은 스스로 트래픽을 만들지 않는다. 그 안의
패킷은 모두 사용자가 보낸 것이다. 랩은 여러 개가 동시에 서 있을 수 있고, 저마다 이름이 있다.`,
		},
		{
			English: `A lab that root has built with the netns engine runs its commands as root of this machine, on its own files: an
ordinary user can build labs, too.`,
			Korean: `root가 netns 엔진으로 만든 랩에서는 명령이 이 컴퓨터의 root로 돌며 이 컴퓨터의 파일을 다룬다. 일반 사용자도 랩을
만들 수 있다.`,
		},
		{English: "inject the fault as soon as the lab has proven that it works", Korean: "랩이 동작한다는 것이 증명되면 곧바로 고장 낸다"},
		{
			English: "name of the lab, for --lab of the other commands (default: the scenario's)",
			Korean:  "다른 명령의 --lab에 쓸 랩의 이름 (기본값: 시나리오의 이름)",
		},
		{
			English: `let the lab record every packet at every vantage point, for "tcplab record" and "tcplab lesson check"`,
			Korean:  `랩이 모든 관측 지점에서 모든 패킷을 기록하게 한다. "tcplab record"와 "tcplab lesson check"에 필요하다`,
		},

		// tcplab with
		{English: "Run a command of your own while a failure holds", Korean: "장애가 있는 동안 자신의 명령을 실행한다"},
		{
			English: `Build a scenario's lab, break it, and run a command on its client while the failure holds. The command has the
standard streams, gets the signals (Ctrl-C sends one), and gives its exit code to tcplab. As with "tcplab run" it finds the service
in its environment (TCPLAB_HOST, TCPLAB_PORT, TCPLAB_PORTS, TCPLAB_ADDR, TCPLAB_URL), in its arguments ({host}, {port}, {ports},
{addr}, {url}), or by the names of the lab's hosts. With --server or --server-image it asks a server of your own, and with
--client-image it runs in a container (see "tcplab run --help").`,
			Korean: `시나리오의 랩을 만들어 고장 내고, 장애가 있는 동안 그 클라이언트에서 명령을 실행한다. 명령은 표준 입력과 출력을
쓰고, 시그널(Ctrl-C 등)을 받으며, 그 종료 코드로 tcplab이 끝난다. "tcplab run"처럼 서비스의 주소는 환경 변수(TCPLAB_HOST,
TCPLAB_PORT, TCPLAB_PORTS, TCPLAB_ADDR, TCPLAB_URL)나 인자({host}, {port}, {ports}, {addr}, {url})나 랩의 호스트 이름으로 알 수
있다. --server나 --server-image를 주면 자신의 서버에 접속하고, --client-image를 주면 컨테이너 안에서 돈다("tcplab run --help" 참고).`,
		},
		{
			English: `With several names, all of these failures hold at once. A "tcplab with" that runs in another one adds its
failures to those of that. Failures whose labs differ, or that contradict each other, are refused.`,
			Korean: `이름을 여러 개 주면 그 장애가 모두 동시에 일어난다. 다른 "tcplab with" 안에서 도는 "tcplab with"는 바깥의 장애에
자기 장애를 더한다. 랩이 서로 다르거나 서로 모순되는 장애는 거절한다.`,
		},
		{
			English: `On a terminal it has one of its own, as with "ssh -t": a shell works there, and so does Ctrl-C. A container of
--client-image has none.`,
			Korean: `터미널에서는 "ssh -t"를 쓸 때처럼 명령에 터미널이 따로 생긴다. 그래서 그 안에서 셸도, Ctrl-C도 제대로 동작한다.
--client-image의 컨테이너에는 터미널이 없다.`,
		},
	}
}
