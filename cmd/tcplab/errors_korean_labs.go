package main

import "github.com/tcplab/tcplab/lang"

// errorsOfLabs are the errors about labs that stay up.
func errorsOfLabs() []lang.Text {
	return []lang.Text{
		// names, places
		{English: `lab %s has no host %q; it has: %s`, Korean: `랩 %s에 %q 호스트가 없다. 있는 호스트: %s`},
		{English: `the %s has no interface %q; it has: %s`, Korean: `%s에 %q 인터페이스가 없다. 있는 인터페이스: %s`},
		{English: `there is no lab %q; there are: %s`, Korean: `%q 랩은 없다. 서 있는 랩: %s`},
		{English: `no lab stands: "tcplab up NAME" builds one ("tcplab list" shows the names)`, Korean: `서 있는 랩이 없다. "tcplab up NAME"으로 만든다 (이름은 "tcplab list"로 본다)`},
		{English: "%d labs stand (%s): say which one with --lab", Korean: "랩 %d개가 서 있다(%s). 어느 것인지 --lab으로 고른다"},
		{
			English: "a lab named %s stands already: give this one another name (--name), or take that one down (tcplab down --lab %s)",
			Korean:  "이름이 %s인 랩이 이미 서 있다. 새 랩에 다른 이름(--name)을 주거나, 서 있는 랩을 내린다(tcplab down --lab %s)",
		},
		{
			English: "%q cannot be the name of a lab: it takes up to 63 letters, digits, dots, dashes and underscores",
			Korean:  "%q: 랩의 이름이 될 수 없다. 글자, 숫자, 점, 하이픈, 밑줄로 63자까지 쓴다",
		},

		// what was asked
		{English: `lab %s records nothing: build it with "tcplab up --record"`, Korean: `랩 %s: 아무것도 기록하지 않는다. "tcplab up --record"로 만든다`},
		{English: "capture on host %s: %s", Korean: "호스트 %s에서 캡처: %s"},
		{English: "capturing on the %s (%s), until Ctrl-C", Korean: "%s에서 Ctrl-C를 누를 때까지 캡처한다(%s)"},
		{English: "DEST is empty: name a file or a folder", Korean: "DEST가 비어 있다. 파일이나 폴더를 지정한다"},
		{English: `%q does not name a file on a host: it is HOST:PATH`, Korean: `%q: 호스트의 파일을 나타내지 않는다. HOST:PATH와 같이 쓴다`},
		{English: "%s is a folder: name the files in it", Korean: "%s: 폴더다. 그 안의 파일을 지정한다"},
		{English: "give --broken or --when, not both", Korean: "--broken과 --when 가운데 하나만 준다"},
		{English: "give --lab or --all, not both", Korean: "--lab과 --all 가운데 하나만 준다"},
		{
			English: `--when signal is for "tcplab run": a lab that stays up is broken by "tcplab break", at once`,
			Korean:  `--when signal은 "tcplab run"에서 쓴다. 계속 서 있는 랩은 "tcplab break"로 곧바로 고장 낸다`,
		},
		{
			English: `a lab that stays up needs Linux or another Unix system, and this is %s; "tcplab run" works here, with the docker engine`,
			Korean:  `계속 서 있는 랩에는 Linux나 다른 Unix 시스템이 필요한데, 여기는 %s이다. docker 엔진을 쓰는 "tcplab run"은 여기에서도 된다`,
		},
		{
			English: `this is for Wireshark: "tcplab wireshark extcap DIR" installs it, "tcplab capture HOST FILE" captures`,
			Korean:  `Wireshark가 쓰는 명령이다. 설치는 "tcplab wireshark extcap DIR", 캡처는 "tcplab capture HOST FILE"로 한다`,
		},
		{English: `%q is no interface of tcplab's: such as tcplab:closed-port/server`, Korean: `%q: tcplab의 인터페이스가 아니다. tcplab:closed-port/server와 같이 쓴다`},
		{English: "lab %s is still being built", Korean: "랩 %s: 아직 만드는 중이다"},
		{
			English: "lab %s is an exercise: what is broken in it, and where, is for you to find",
			Korean:  "랩 %s: 연습 문제다. 무엇이 어디에서 고장 났는지는 스스로 찾는다",
		},
		{English: `the fault waits for its moment already: "tcplab heal" ends that`, Korean: `장애가 이미 제 시점을 기다리고 있다. "tcplab heal"로 그만둔다`},
		{English: `the fault is there for %s already: "tcplab heal" ends that`, Korean: `%s 시점의 장애가 이미 준비되어 있다. "tcplab heal"로 그만둔다`},
		{
			English: "the %s is switched off: nothing runs on it; what is sent to it can be captured at the other end of its link",
			Korean:  "%s: 꺼져 있어서 아무것도 실행할 수 없다. 이 호스트로 보낸 것은 링크의 반대쪽 끝에서 캡처할 수 있다",
		},
		{English: "the lab is being recorded already", Korean: "랩을 이미 기록하고 있다"},
		{English: "the lab is not recorded", Korean: "랩을 기록하지 않는다"},
		{English: "the lab is broken already", Korean: "랩이 이미 고장 나 있다"},
		{English: "the lab is not broken", Korean: "랩이 고장 나 있지 않다"},
		{
			English: "the lab has recorded %d MiB of packets and keeps no more: take it down, and build it anew",
			Korean:  "랩이 패킷을 %d MiB 기록했고, 더는 기록하지 않는다. 랩을 내리고 새로 만든다",
		},
		{
			English: "the lab's record lacks packets, and nothing can be held against it: take the lab down, and build it anew (%w)",
			Korean:  "랩의 기록에 빠진 패킷이 있어서 아무것도 비교할 수 없다. 랩을 내리고 새로 만든다 (%w)",
		},
		{
			English: "the connection %s > %s stands, and would not feel it: %s is about the SYN of a new one; close the connection first, or use a failure that breaks it",
			Korean:  "연결 %s > %s: 이미 맺어져 있어서 장애를 느끼지 못한다. %s: 새 연결의 SYN에 관한 장애다. 먼저 이 연결을 닫거나, 맺어진 연결을 끊는 장애를 쓴다",
		},

		// the process that holds a lab
		{English: "the lab is not up after %s", Korean: "%s 지나도 랩이 서지 않았다"},
		{English: "start the holder of the lab: %w", Korean: "랩을 유지하는 프로세스 시작: %w"},
		{English: "the holder of the lab has ended before the lab was up: %s", Korean: "랩을 유지하는 프로세스가 랩이 서기 전에 끝났다: %s"},
		{English: "it has said nothing", Korean: "아무 말도 남기지 않았다"},
		{English: "the holder of lab %s: %w", Korean: "랩 %s의 프로세스: %w"},
		{English: "the holder of lab %s does not answer within %s: %s", Korean: "랩 %s의 프로세스가 %s 안에 응답하지 않는다: %s"},
		{English: "the holder of lab %s has not ended within %s: %s", Korean: "랩 %s의 프로세스가 %s 안에 끝나지 않았다: %s"},
		{English: "kill it (pkill -9 -f 'tcplab hold %s$'), then \"tcplab sweep\"", Korean: "강제로 끝내고(pkill -9 -f 'tcplab hold %s$') \"tcplab sweep\"을 실행한다"},
		{
			English: "the holder of lab %s has died, and the lab with it (what is left of containers is removed by \"tcplab sweep\")",
			Korean:  "랩 %s의 프로세스가 죽었고 랩도 사라졌다(남은 컨테이너는 \"tcplab sweep\"이 치운다)",
		},
		{
			English: "the holder of lab %s has died, and the lab with it (what is left of containers is removed by \"tcplab sweep\"); its last words are in %s",
			Korean:  "랩 %s의 프로세스가 죽었고 랩도 사라졌다(남은 컨테이너는 \"tcplab sweep\"이 치운다). 마지막으로 남긴 말이 있는 파일: %s",
		},
		{
			English: `the holder of this lab does not know the request %q: it is of another version of tcplab`,
			Korean:  `이 랩의 프로세스가 %q 요청을 모른다. 버전이 다른 tcplab의 것이다`,
		},
		{English: `a holder is started by "tcplab up"`, Korean: `랩을 유지하는 프로세스는 "tcplab up"이 시작한다`},
		{English: "the lab was taken down", Korean: "랩을 내렸다"},
		{English: "nobody waits for the lab any more", Korean: "랩을 기다리는 것이 더는 없다"},
		{English: "a request of more than %d bytes", Korean: "%d바이트가 넘는 요청"},
		{English: "a record takes one descriptor, not %d", Korean: "기록에는 디스크립터가 하나 필요한데 %d개가 왔다"},
		{English: "a command takes three descriptors, not %d", Korean: "명령에는 디스크립터가 세 개 필요한데 %d개가 왔다"},
		{English: "ask who is at the other end: %w", Korean: "상대가 누구인지 확인: %w"},
		{English: "it belongs to the user %d, and not to you (%d)", Korean: "사용자 %d의 것이며, 자신(%d)의 것이 아니다"},
		{English: "read the order: %w", Korean: "지시 읽기: %w"},
		{English: "set the terminal to raw mode: %w", Korean: "터미널을 raw 모드로 바꾸기: %w"},
		{English: "exit code %d", Korean: "종료 코드 %d"},

		// the folder of the sockets
		{English: "make the folder of the labs' sockets: %w", Korean: "랩의 소켓을 둘 폴더 만들기: %w"},
		{English: "look at the folder of the labs' sockets: %w", Korean: "랩의 소켓을 둔 폴더 확인: %w"},
		{
			English: "there is no folder of yours for the sockets of your labs: set XDG_RUNTIME_DIR to one that is yours and closed to others",
			Korean:  "랩의 소켓을 둘 자신의 폴더가 없다. 다른 사용자가 들어올 수 없는 자신의 폴더를 XDG_RUNTIME_DIR에 설정한다",
		},
		{
			English: "%s is to hold the sockets of your labs, but is not a folder of yours that is closed to others: close it (chmod 700), remove it, or set XDG_RUNTIME_DIR to another place",
			Korean:  "%s: 랩의 소켓을 둘 곳인데, 다른 사용자가 들어올 수 없는 자신의 폴더가 아니다. 닫거나(chmod 700), 지우거나, XDG_RUNTIME_DIR에 다른 곳을 설정한다",
		},
		{
			English: "%s is to hold the sockets of your labs, but %w: set XDG_RUNTIME_DIR to another place",
			Korean:  "%s: 랩의 소켓을 둘 곳인데 쓸 수 없다(%w). XDG_RUNTIME_DIR에 다른 곳을 설정한다",
		},
		{English: "others can write to %s", Korean: "다른 사용자가 %s에 쓸 수 있다"},
		{English: "%s belongs to another user", Korean: "%s: 다른 사용자의 것이다"},
		{
			English: "%s is too long for the path of a socket (%d characters at most): set XDG_RUNTIME_DIR to a shorter one, or give the lab a shorter name",
			Korean:  "%s: 소켓의 경로로 쓰기에 너무 길다(%d자까지). XDG_RUNTIME_DIR에 더 짧은 경로를 설정하거나, 랩에 더 짧은 이름을 준다",
		},
		{English: "lock %s: %w", Korean: "%s 잠그기: %w"},
		{English: "lock %s: another process has held the lock for %s", Korean: "%s 잠그기: 다른 프로세스가 %s 동안 잠금을 쥐고 있다"},
	}
}
