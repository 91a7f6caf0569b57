package main

import "github.com/tcplab/tcplab/lang"

// errorsOfEngines are the errors of engines in general and of the one of namespaces, and why that cannot run here.
func errorsOfEngines() []lang.Text {
	return []lang.Text{
		{English: `there is no engine %q; there are: %s`, Korean: `%q 엔진은 없다. 있는 엔진: %s`},
		{English: "no engine can run here: %w", Korean: "여기에서 돌 수 있는 엔진이 없다: %w"},
		{English: "not supported", Korean: "지원하지 않는다"},
		{English: "available", Korean: "사용 가능"},
		{English: "not available: %s", Korean: "사용할 수 없음: %s"},
		{English: "all installed", Korean: "모두 설치됨"},
		{English: "nothing is ever left: its labs end with the program", Korean: "남는 것이 없다. 랩은 프로그램과 함께 끝난다"},
		{English: "nothing was left", Korean: "남은 것이 없었다"},
		{English: "removed %s", Korean: "치움: %s"},
		{English: "kept %s", Korean: "남겨 둠: %s"},

		// why namespaces cannot be used here
		{
			English: "netns: network namespaces are Linux's, this is %s; use the docker engine: %w",
			Korean:  "netns: 네트워크 네임스페이스는 Linux에만 있는데, 여기는 %s이다. docker 엔진을 쓴다: %w",
		},
		{
			English: "user namespaces are off here (user.max_user_namespaces=0): run as root, or sysctl -w user.max_user_namespaces=10000",
			Korean:  "여기에서는 사용자 네임스페이스가 꺼져 있다(user.max_user_namespaces=0). root로 실행하거나, sysctl -w user.max_user_namespaces=10000을 실행한다",
		},
		{
			English: "user namespaces are for root only here (kernel.unprivileged_userns_clone=0): run as root, or sysctl -w kernel.unprivileged_userns_clone=1",
			Korean:  "여기에서는 root만 사용자 네임스페이스를 쓸 수 있다(kernel.unprivileged_userns_clone=0). root로 실행하거나, sysctl -w kernel.unprivileged_userns_clone=1을 실행한다",
		},
		{
			English: "AppArmor restricts user namespaces here (kernel.apparmor_restrict_unprivileged_userns=1, Ubuntu's default): run as root, or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
			Korean:  "여기에서는 AppArmor가 사용자 네임스페이스를 제한한다(kernel.apparmor_restrict_unprivileged_userns=1, Ubuntu의 기본값). root로 실행하거나, sysctl -w kernel.apparmor_restrict_unprivileged_userns=0을 실행한다",
		},
		{English: "netns: %s (%w)", Korean: "netns: %s (%w)"},
		{
			English: "netns: this process may not create namespaces, as in a container with the default seccomp profile: %s (%w)",
			Korean:  "netns: 이 프로세스는 네임스페이스를 만들 수 없다. 기본 seccomp 프로필을 쓰는 컨테이너가 그렇다: %s (%w)",
		},
		{
			English: "netns: the sysctls of a lab cannot be set, because /proc/sys is read-only, as in a container: %s (%w)",
			Korean:  "netns: 컨테이너에서처럼 /proc/sys가 읽기 전용이어서 랩의 sysctl을 설정할 수 없다: %s (%w)",
		},
		{
			English: "start it with docker run (or podman run) --security-opt seccomp=unconfined --security-opt systempaths=unconfined; " +
				"in a pod of Kubernetes set hostUsers: false, procMount: Unmasked and a seccompProfile that allows namespaces; or run outside the container",
			Korean: "컨테이너를 docker run(또는 podman run) --security-opt seccomp=unconfined --security-opt systempaths=unconfined로 시작하거나, " +
				"Kubernetes 파드라면 hostUsers: false, procMount: Unmasked 그리고 네임스페이스를 허용하는 seccompProfile 항목을 설정하거나, 컨테이너 밖에서 실행한다",
		},
		{
			English: "netns: root without capabilities may not create namespaces here: run as another user, or add the capabilities SYS_ADMIN, NET_ADMIN and NET_RAW (%w)",
			Korean:  "netns: 여기서는 권한(capability)이 없는 root가 네임스페이스를 만들 수 없다: 다른 사용자로 실행하거나 SYS_ADMIN, NET_ADMIN, NET_RAW 권한을 추가한다 (%w)",
		},

		// speed
		{English: "netns: speed %g: it is a number from 1 to %d", Korean: "netns: 속도 %g: 1부터 %d까지의 숫자여야 한다"},
		{
			English: "netns: time cannot be compressed here (it takes root, CAP_BPF and cgroup v2): %w: %w",
			Korean:  "netns: 여기에서는 시간을 압축할 수 없다(root, CAP_BPF, cgroup v2가 필요하다): %w: %w",
		},
		{English: "time cannot be compressed: %w by this engine", Korean: "시간을 압축할 수 없다: 이 엔진: %w"},
		{English: "no cgroup v2 hierarchy is mounted", Korean: "마운트된 cgroup v2 계층이 없다"},
		{English: "attach BPF program: %w", Korean: "BPF 프로그램 연결: %w"},
		{English: "load BPF program: %w", Korean: "BPF 프로그램 로드: %w"},
		{English: "run BPF program: %w", Korean: "BPF 프로그램 실행: %w"},
		{English: "make cgroup: %w", Korean: "cgroup 만들기: %w"},

		// labs
		{English: "netns: build lab %s: %w", Korean: "netns: 랩 %s 만들기: %w"},
		{English: "netns: remove lab: %w", Korean: "netns: 랩 정리: %w"},
		{English: "netns: the helper process has ended: %w", Korean: "netns: 보조 프로세스가 끝났다: %w"},
		{English: "the helper process has ended", Korean: "보조 프로세스가 끝났다"},
		{English: "start helper process: %w", Korean: "보조 프로세스 시작: %w"},
		{English: "netns: host %s: %w", Korean: "netns: 호스트 %s: %w"},
		{English: "netns: %s host %s: %w", Korean: "netns: %s, 호스트 %s: %w"},
		{English: "netns: socket on host %s: %w", Korean: "netns: 호스트 %s의 소켓: %w"},
		{English: "netns: socket on host %s: %d descriptors came", Korean: "netns: 호스트 %s의 소켓: 디스크립터 %d개가 왔다"},
		{English: "netns: a container of an image (%s): %w by this engine", Korean: "netns: 이미지(%s)로 만든 컨테이너: 이 엔진: %w"},
		{English: "%w by this kernel", Korean: "이 커널: %w"},
		{English: "the lab was removed", Korean: "랩이 정리되었다"},
		{English: "the host is on", Korean: "호스트가 켜져 있다"},
		{English: `no host %q`, Korean: `%q 호스트가 없다`},
		{English: "host %s: %w", Korean: "호스트 %s: %w"},
		{English: "segment %s: %w", Korean: "세그먼트 %s: %w"},
		{English: "interface %s: %w", Korean: "인터페이스 %s: %w"},
		{English: "switch: %w", Korean: "스위치: %w"},
		{English: "%s of the switch: %w", Korean: "스위치의 %s: %w"},
		{English: "add bridge: %w", Korean: "브리지 추가: %w"},
		{English: `unknown operation %q`, Korean: `알 수 없는 동작 %q`},
		{English: "not a Unix socket: %T", Korean: "Unix 소켓이 아니다: %T"},
		{English: "message of %d bytes; %d is the most", Korean: "메시지가 %d바이트다. %d바이트까지 된다"},
	}
}
