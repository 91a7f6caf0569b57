package main

import "github.com/tcplab/tcplab/lang"

// errorsOfHarness are the errors of a run: its lab, its fault, and what it is recorded with.
func errorsOfHarness() []lang.Text {
	return []lang.Text{
		// faults
		{English: "inject the fault (%s): %w", Korean: "장애 일으키기(%s): %w"},
		{English: "heal the fault (%s): %w", Korean: "장애 복구(%s): %w"},
		{English: "let the fault (%s) wait for %s: %w", Korean: "%[2]s 시점까지 장애를 기다리게 하기(%[1]s): %[3]w"},
		{English: "install the %s: %w", Korean: "%s 설치: %w"},
		{English: "break at %s: %s: %w", Korean: "%s 시점에 고장 내기: %s: %w"},
		{
			English: "break at %s: that is a moment of a TCP connection: %w for a service on UDP",
			Korean:  "%s 시점에 고장 내기: TCP 연결의 시점이다. UDP 서비스에서는: %w",
		},
		{
			English: "break at %s: a connection that is made by then does not feel it, because it is about SYNs: %w",
			Korean:  "%s 시점에 고장 내기: SYN에 관한 장애여서, 그때까지 맺어진 연결은 느끼지 못한다: %w",
		},
		{English: "%w with IPv6", Korean: "IPv6에서는: %w"},
		{English: "not for UDP: %s", Korean: "UDP용이 아니다: %s"},
		{English: "%s does not get through this lab, before anything is broken: %s", Korean: "%s: 아무것도 고장 내기 전부터 이 랩에서 접속되지 않는다: %s"},
		{
			English: "programs of the lab ask the name servers of this machine (%v): %w here, because a file of theirs cannot be put over /etc/resolv.conf",
			Korean:  "랩의 프로그램이 이 컴퓨터의 네임서버(%v)에 묻는다: 여기에서는: %w. 랩의 파일로 /etc/resolv.conf를 덮을 수 없다",
		},

		// captures and files
		{English: "capture on host %s: %w", Korean: "호스트 %s에서 캡처: %w"},
		{English: "write artifacts: %s", Korean: "결과 파일 쓰기: %s"},
		{English: "write artifacts: %v; make room or choose another folder", Korean: "결과 파일 쓰기: %v. 공간을 확보하거나 다른 폴더를 고른다"},

		// scenarios that do not fit their topology
		{English: "scenario %s: %w", Korean: "시나리오 %s: %w"},
		{English: "scenario %s: the topology has no host %q for it to break at", Korean: "시나리오 %s: 토폴로지에 고장 낼 %q 호스트가 없다"},
		{English: "the topology has no host %q", Korean: "토폴로지에 %q 호스트가 없다"},
		{English: "the topology has no vantage point %q", Korean: "토폴로지에 %q 관측 지점이 없다"},
		{English: "the topology has no vantage point %q, or no host %q", Korean: "토폴로지에 %q 관측 지점이나 %q 호스트가 없다"},
		{English: "counter %s: %w", Korean: "카운터 %s: %w"},
		{English: "wire at %s: %w", Korean: "%s 지점의 패킷: %w"},

		// the lab
		{English: "the host is switched off", Korean: "호스트가 꺼져 있다"},
		{English: "start the service: %w", Korean: "서비스 시작: %w"},
		{English: "stop the service: %w", Korean: "서비스 멈추기: %w"},
		{English: "freeze the service: %w", Korean: "서비스 얼리기: %w"},
		{English: "freeze the service: %w by one that does %q", Korean: "서비스 얼리기: %[2]q 동작을 하는 서비스: %[1]w"},
		{English: "the service does not run", Korean: "서비스가 돌지 않는다"},
		{English: "stop the server before it: %w", Korean: "앞의 서버 멈추기: %w"},
		{English: "stop the %s before it: %w", Korean: "앞의 %s 멈추기: %w"},
		{English: "start the lab's own service on UDP port %d: %w", Korean: "UDP 포트 %d에서 랩의 서비스 시작: %w"},
		{
			English: "it puts a server of tcplab's that misbehaves in the place of yours: %w with a server of your own",
			Korean:  "잘못 동작하는 tcplab의 서버가 자신의 서버를 대신하는 장애다. 자신의 서버와는: %w",
		},
		{English: "a listener on host %s: %w by this engine", Korean: "호스트 %s의 리스너: 이 엔진: %w"},
		{English: "the function that serves did not return when its listener was closed", Korean: "리스너를 닫았는데도 서비스하는 함수가 끝나지 않았다"},
		{
			English: "dial from host %s in this process: %w by this engine; run the client as a command on the host",
			Korean:  "이 프로세스에서 호스트 %s에 들어가 접속: 이 엔진: %w. 클라이언트를 호스트의 명령으로 실행한다",
		},
		{English: "%s has ended", Korean: "%s: 끝났다"},
		{English: "%s did not end when asked to: %w", Korean: "%s: 끝내려 했지만 끝나지 않았다: %w"},
		{English: "host %s: %v printed what is not JSON: %q", Korean: "호스트 %s: %v: 출력이 JSON이 아니다: %q"},
		{English: "%v printed what is not JSON: %q", Korean: "%v: 출력이 JSON이 아니다: %q"},
		{English: "send %s to %s: %w", Korean: "%s 시그널을 %s에 보내기: %w"},
		{English: "send %s to %s: %w by this engine", Korean: "%s 시그널을 %s에 보내기: 이 엔진: %w"},
		{English: "lab: a command needs a name", Korean: "lab: 명령의 이름이 없다"},
		{English: "lab: %s was started already", Korean: "lab: %s: 이미 시작했다"},
		{English: "lab: %s was not started", Korean: "lab: %s: 시작하지 않았다"},
		{English: "it took longer than %s", Korean: "%s 넘게 걸렸다"},

		// topologies, for their authors
		{English: "topology %s has no host %q", Korean: "토폴로지 %s에 %q 호스트가 없다"},
		{English: "topology %s: %s asks host %q for names, which is not in it", Korean: "토폴로지 %s: %s에서 이름을 묻는 호스트 %q: 토폴로지에 없다"},
		{English: "topology %s: segment %s has %d ends: a segment joins 2 to %d hosts", Korean: "토폴로지 %s: 세그먼트 %s의 끝이 %d개다. 세그먼트는 호스트 2개부터 %d개까지 잇는다"},
		{English: "topology %s: segment %s has two ends at %s", Korean: "토폴로지 %s: 세그먼트 %s의 끝 두 개가 %s에 있다"},
		{English: "topology %s: %s is on host %q, which is not in it", Korean: "토폴로지 %s: %s의 호스트 %q: 토폴로지에 없다"},
		{English: "topology %s: %s of %s has no IPv4 address as its first", Korean: "토폴로지 %s: %[3]s의 %[2]s: 첫 주소가 IPv4가 아니다"},
	}
}
