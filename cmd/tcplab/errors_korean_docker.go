package main

import "github.com/tcplab/tcplab/lang"

// errorsOfDocker are the errors of the engine of containers, and why that cannot run here.
func errorsOfDocker() []lang.Text {
	return []lang.Text{
		// the engine
		{
			English: "docker: no engine answers at %s: install and start Docker, or set DOCKER_HOST to where one is (%w)",
			Korean:  "docker: %s에서 응답하는 엔진이 없다. Docker를 설치해 시작하거나, 엔진이 있는 곳을 DOCKER_HOST에 설정한다 (%w)",
		},
		{
			English: "docker: no permission on the socket %s: add your user to the group docker (sudo usermod -aG docker $USER) and log in again, or run as root (%w)",
			Korean:  "docker: 소켓 %s에 권한이 없다. 사용자를 docker 그룹에 넣고(sudo usermod -aG docker $USER) 다시 로그인하거나, root로 실행한다 (%w)",
		},
		{
			English: "docker: DOCKER_HOST=%s is not supported: forward the socket with ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock and set DOCKER_HOST=unix:///tmp/docker.sock (%w)",
			Korean:  "docker: DOCKER_HOST=%s: 지원하지 않는다. ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock으로 소켓을 전달하고 DOCKER_HOST=unix:///tmp/docker.sock을 설정한다 (%w)",
		},
		{English: "docker: the engine at %s does not answer in time: check that it is well (docker info) (%w)", Korean: "docker: %s의 엔진이 제때 응답하지 않는다. 상태를 확인한다(docker info) (%w)"},
		{
			English: "docker: what answers at %s does not answer as a Docker engine: check DOCKER_HOST (%w)",
			Korean:  "docker: %s에서 응답하는 것이 Docker 엔진이 아니다. DOCKER_HOST를 확인한다 (%w)",
		},
		{English: "docker: the engine at %s runs %s containers: switch it to Linux containers", Korean: "docker: %s의 엔진은 %s 컨테이너를 돌린다. Linux 컨테이너로 바꾼다"},
		{English: "docker: wait for another lab to be made or removed: %w", Korean: "docker: 다른 랩이 만들어지거나 정리되기를 기다림: %w"},
		{English: "docker: wait for another process of tcplab (lock %s): %w", Korean: "docker: tcplab의 다른 프로세스를 기다림(잠금 %s): %w"},
		{English: "docker: %w (%s)", Korean: "docker: %w (%s)"},

		// images
		{English: "no image to make hosts of", Korean: "호스트를 만들 이미지가 없다"},
		{
			English: "docker: the engine has %w, no registry answers, and %w; what helps: %s",
			Korean:  "docker: 엔진의 상태: %w. 응답하는 레지스트리도 없고, %w. 해결책: %s",
		},
		{English: "docker pull %s, where a registry answers", Korean: "레지스트리가 응답하는 곳에서 docker pull %s"},
		{
			English: "docker: the base image %s (%s) is not on the engine and cannot be pulled: load it with docker load, or unset %s (%w: %w)",
			Korean:  "docker: 베이스 이미지 %s(%s): 엔진에 없고 내려받을 수도 없다. docker load로 넣거나, %s 설정을 지운다 (%w: %w)",
		},
		{English: "look up %s in its registry: %w", Korean: "레지스트리에서 %s 찾기: %w"},
		{English: "pull %s: %w", Korean: "%s 내려받기: %w"},
		{English: "pulling %s", Korean: "내려받는 중: %s"},
		{
			English: "no registry answers: building the base from Debian's packages, about half a minute",
			Korean:  "응답하는 레지스트리가 없다. Debian의 패키지로 베이스를 만드는 중이다. 30초쯤 걸린다",
		},
		{English: "adding the tcplab binary to the hosts' image", Korean: "호스트의 이미지에 tcplab 바이너리를 넣는 중이다"},
		{English: "installing %s on %s, once; it takes a minute or two", Korean: "%s 설치 중(%s 위에, 한 번만). 1~2분 걸린다"},
		{English: "building the tcplab binary of the hosts", Korean: "호스트의 tcplab 바이너리를 빌드하는 중이다"},
		{English: "building one from Debian's packages takes root, once", Korean: "Debian의 패키지로 만들려면 한 번은 root여야 한다"},
		{English: "building one from Debian's packages takes Linux", Korean: "Debian의 패키지로 만드는 것은 Linux에서만 된다"},
		{
			English: "this machine has neither debootstrap nor apt to build one from Debian's packages",
			Korean:  "이 컴퓨터에는 Debian의 패키지로 만들 때 쓰는 debootstrap도 apt도 없다",
		},
		{English: "debootstrap is not installed and apt cannot fetch it: %w", Korean: "debootstrap이 설치되어 있지 않고, apt로 가져올 수도 없다: %w"},
		{English: "debootstrap needs wget, which is not installed", Korean: "debootstrap에 필요한 wget이 설치되어 있지 않다"},
		{English: "%s does not answer, from which one would be built", Korean: "만들 때 쓰는 %s에서 응답이 없다"},
		{English: "the engine's machine is %s and this one is not", Korean: "엔진이 있는 컴퓨터의 아키텍처(%s)가 이 컴퓨터와 다르다"},
		{English: "docker: before that: %w", Korean: "docker: 그 전에: %w"},
		{English: "docker: build the base image: %w", Korean: "docker: 베이스 이미지 만들기: %w"},
		{English: "docker: build the base image with %s: %w", Korean: "docker: %s 명령으로 베이스 이미지 만들기: %w"},
		{English: "docker: import the base image: %w", Korean: "docker: 베이스 이미지 가져오기: %w"},
		{English: "docker: build an image (%s): %w", Korean: "docker: 이미지 만들기(%s): %w"},
		{English: "docker: build %s: %w", Korean: "docker: %s 만들기: %w"},
		{English: "docker: note which image was built: %w", Korean: "docker: 만든 이미지 적어 두기: %w"},
		{English: "docker: inspect image %s: %w", Korean: "docker: 이미지 %s 살펴보기: %w"},
		{English: "read the engine's output: %w", Korean: "엔진의 출력 읽기: %w"},
		{English: "%w; the last lines of its output:\n\t%s", Korean: "%w. 출력의 마지막 몇 줄:\n\t%s"},
		{
			English: `docker: there is no image %s on the engine, and none is fetched: get it with "docker pull %s", or build it`,
			Korean:  `docker: 엔진에 %s 이미지가 없고, tcplab은 이미지를 내려받지 않는다. "docker pull %s" 명령으로 받거나 빌드한다`,
		},
		{English: "docker: image %s: %w", Korean: "docker: 이미지 %s: %w"},
		{English: "it has no program %s", Korean: "%s 프로그램이 없다"},
		{English: "it has no command of its own: give one", Korean: "이미지에 정해진 명령이 없다. 명령을 준다"},
		{English: "docker: the hosts' image has no program %s: %w", Korean: "docker: 호스트의 이미지에 %s 프로그램이 없다: %w"},
		{English: "a program of this machine: %w by this engine: give it in an image", Korean: "이 컴퓨터의 프로그램: 이 엔진: %w. 이미지로 준다"},

		// the program for the hosts
		{
			English: "docker: there is no tcplab binary for the hosts (linux/%s): %s set %s to one built with CGO_ENABLED=0 GOOS=linux GOARCH=%s go build %s (%w)",
			Korean:  "docker: 호스트에서 쓸 tcplab 바이너리가 없다(linux/%s): %s %s에 CGO_ENABLED=0 GOOS=linux GOARCH=%s go build %s 명령으로 빌드한 것을 설정한다 (%w)",
		},
		{English: "see why, or", Korean: "이유를 살펴보거나,"},
		{English: "install Go, or", Korean: "Go를 설치하거나,"},
		{
			English: "this tcplab is not static, because it was built with cgo: build it anew with CGO_ENABLED=0, or",
			Korean:  "이 tcplab은 cgo로 빌드되어 정적 바이너리가 아니다. CGO_ENABLED=0으로 다시 빌드하거나,",
		},
		{English: "docker: %s: %w: build it with CGO_ENABLED=0 GOOS=linux GOARCH=%s", Korean: "docker: %s: %w: CGO_ENABLED=0 GOOS=linux GOARCH=%s 설정으로 빌드한다"},
		{English: "%s is not a Linux program: %w", Korean: "%s: Linux 프로그램이 아니다: %w"},
		{English: "%s is for %v, and the engine's machine is %v", Korean: "%s: %v용인데, 엔진이 있는 컴퓨터는 %v이다"},
		{English: "%s is not static", Korean: "%s: 정적 바이너리가 아니다"},

		// --engine container
		{
			English: "docker: no container of this engine can hold labs of namespaces (%s): take --engine docker, whose hosts are containers",
			Korean:  "docker: 이 엔진의 컨테이너 안에서는 네임스페이스로 랩을 만들 수 없다(%s). 호스트가 컨테이너인 --engine docker를 쓴다",
		},
		{English: "docker: create a container for the labs: %w", Korean: "docker: 랩을 담을 컨테이너 만들기: %w"},
		{English: "docker: start a container for the labs: %w", Korean: "docker: 랩을 담을 컨테이너 시작: %w"},
		{
			English: "docker: the image for the labs is removed again and again: wait until no other tcplab runs on this engine",
			Korean:  "docker: 랩의 이미지가 자꾸 지워진다. 이 엔진에서 다른 tcplab이 돌지 않을 때까지 기다린다",
		},
		{English: "docker: the end of the output did not come", Korean: "docker: 출력의 끝이 오지 않았다"},
		{English: "docker: copy the output: %w", Korean: "docker: 출력 복사: %w"},
		{English: "docker: tcplab ended with exit code %d in a container: %s", Korean: "docker: 컨테이너에서 tcplab이 끝났다(종료 코드 %d): %s"},
		{
			English: "docker: files cannot be brought from a container's %s: choose a folder that is elsewhere than %s",
			Korean:  "docker: 컨테이너의 %s에서는 파일을 꺼낼 수 없다. %s 아닌 곳의 폴더를 고른다",
		},
		{English: "docker: make folders in a container: %w", Korean: "docker: 컨테이너에 폴더 만들기: %w"},
		{English: "docker: copy %s from a container: %w", Korean: "docker: 컨테이너에서 %s 복사: %w"},
		{English: "docker: %s is neither a file nor a folder", Korean: "docker: %s: 파일도 폴더도 아니다"},

		// labs
		{English: "docker: remove lab %s: %d of its containers and networks are left: %w", Korean: "docker: 랩 %s 정리: 컨테이너와 네트워크 %d개가 남았다: %w"},
		{English: "docker: host %s: %w", Korean: "docker: 호스트 %s: %w"},
		{English: `docker: topology %s has no host %q`, Korean: `docker: 토폴로지 %s에 %q 호스트가 없다`},
		{English: "docker: create network %s: %w", Korean: "docker: 네트워크 %s 만들기: %w"},
		{English: "connect to network %s: %w", Korean: "네트워크 %s에 연결: %w"},
		{English: "configure its network: %w", Korean: "네트워크 설정: %w"},
		{English: "configure its resolver: %w", Korean: "리졸버 설정: %w"},
		{English: "docker: stop %s: %w", Korean: "docker: %s 멈추기: %w"},
		{English: "docker: start %s: %w", Korean: "docker: %s 시작: %w"},
		{English: "docker: list containers: %w", Korean: "docker: 컨테이너 목록: %w"},
		{English: "docker: list networks: %w", Korean: "docker: 네트워크 목록: %w"},
		{English: "docker: wait for the end of a container: %w", Korean: "docker: 컨테이너가 끝나기를 기다림: %w"},
		{English: "docker: ask for the exit code: %w", Korean: "docker: 종료 코드 묻기: %w"},
		{English: "the server of verbs has ended", Korean: "호스트 안의 서버가 끝났다"},
		{English: "docker: %s: connection to %s: %w", Korean: "docker: %s: %s 연결: %w"},
		{English: "docker: enter the network of %s: %w", Korean: "docker: %s의 네트워크에 들어가기: %w"},
		{
			English: "docker: enter the network of %s: %w: the engine is not on this machine: run the client in the host with Command instead",
			Korean:  "docker: %s의 네트워크에 들어가기: %w. 엔진이 이 컴퓨터에 없다. 클라이언트를 Command로 호스트 안에서 실행한다",
		},
		{English: "docker: put a socket into the network of %s: %w", Korean: "docker: %s의 네트워크에 소켓 넣기: %w"},
		{English: "the engine is at %s, not on this machine: %s", Korean: "엔진이 이 컴퓨터가 아니라 %s에 있다: %s"},
		{
			English: "process %d of this machine is not the container's: the engine runs elsewhere: %s",
			Korean:  "이 컴퓨터의 프로세스 %d: 컨테이너의 것이 아니다. 엔진이 다른 곳에서 돈다: %s",
		},
		{English: "run as root on the engine's machine, or %s", Korean: "엔진이 있는 컴퓨터에서 root로 실행한다. 또는: %s"},
		{English: "run the client in the host with Command instead", Korean: "클라이언트를 Command로 호스트 안에서 실행한다"},
		{English: `kernel release %q does not begin with two numbers`, Korean: `커널 릴리스 %q: 앞에 숫자 두 개가 없다`},
		{English: "the engine's kernel has no sysctl %s: %w by this kernel", Korean: "엔진의 커널에 %s sysctl이 없다: 이 커널: %w"},

		// files and labels
		{English: "docker: open lock: %w", Korean: "docker: 잠금 파일 열기: %w"},
		{English: "docker: lock %s: %w", Korean: "docker: %s 잠그기: %w"},
		{English: "docker: find the cache directory: %w", Korean: "docker: 캐시 폴더 찾기: %w"},
		{English: "docker: make the cache directory: %w", Korean: "docker: 캐시 폴더 만들기: %w"},
		{English: "docker: name this machine: %w", Korean: "docker: 이 컴퓨터의 이름 정하기: %w"},
		{English: `owner label %q has not three parts`, Korean: `소유자 레이블 %q: 세 부분이 아니다`},
		{English: `owner label %q: %w`, Korean: `소유자 레이블 %q: %w`},
	}
}
