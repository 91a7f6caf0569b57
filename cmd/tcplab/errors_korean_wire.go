package main

import "github.com/tcplab/tcplab/lang"

// errorsOfWire are the errors about files that are to be captures.
func errorsOfWire() []lang.Text {
	return []lang.Text{
		{English: "byte %d%s, after frame %d: %v", Korean: "%[3]d번 프레임 다음, %[1]d번째 바이트%[2]s: %[4]v"},
		{English: " of the decompressed capture", Korean: "(압축을 푼 캡처)"},
		{English: "not a packet capture", Korean: "패킷 캡처가 아니다"},
		{English: "the capture ends in the middle of a record", Korean: "캡처가 레코드 중간에서 끊겨 있다"},
		{English: "the capture is damaged", Korean: "캡처가 손상되었다"},
		{
			English: "the archive holds several captures that do not follow one another: extract it (tar -xf) and give each of them",
			Korean:  "아카이브에 서로 이어지지 않는 캡처가 여럿 있다. 풀어서(tar -xf) 하나씩 준다",
		},

		// what is no capture, and what to do
		{English: "this capture is not read, it is one of %s: %s", Korean: "읽지 못하는 캡처다. 만든 것: %s. %s"},
		{English: "convert it with editcap -F pcapng", Korean: "editcap -F pcapng로 변환한다"},
		{English: "it holds no network packets", Korean: "네트워크 패킷이 들어 있지 않다"},
		{English: "NetXray or Sniffer for Windows", Korean: "NetXray 또는 Windows용 Sniffer"},
		{English: "EtherPeek or OmniPeek", Korean: "EtherPeek 또는 OmniPeek"},
		{English: "this is compressed twice: decompress it with gunzip", Korean: "두 번 압축되어 있다. gunzip으로 푼다"},
		{English: "this is compressed twice: decompress it with unzstd", Korean: "두 번 압축되어 있다. unzstd로 푼다"},
		{English: "this is compressed twice: decompress it with unxz", Korean: "두 번 압축되어 있다. unxz로 푼다"},
		{English: "this is compressed twice: decompress it with bunzip2", Korean: "두 번 압축되어 있다. bunzip2로 푼다"},
		{English: "this is compressed twice: decompress it with unlz4", Korean: "두 번 압축되어 있다. unlz4로 푼다"},
		{English: "this is data of compress: decompress it with uncompress", Korean: "compress로 압축한 데이터다. uncompress로 푼다"},
		{English: "this is LZMA data: decompress it with unlzma", Korean: "LZMA 데이터다. unlzma로 푼다"},
		{English: "this is a 7z archive: extract the capture from it", Korean: "7z 아카이브다. 캡처를 꺼낸다"},
		{English: "this is a RAR archive: extract the capture from it", Korean: "RAR 아카이브다. 캡처를 꺼낸다"},
		{English: "this is a zip archive: extract the capture from it", Korean: "zip 아카이브다. 캡처를 꺼낸다"},
		{
			English: "this was a pcapng file, and its line endings were converted on the way (each byte 0a became 0d 0a), which destroys a capture: copy it again in binary mode (FTP: type binary; adb: exec-out; git: -text in .gitattributes)",
			Korean:  "pcapng 파일이었는데, 옮기는 도중에 줄 끝이 변환되어(바이트 0a마다 0d 0a로) 캡처가 깨졌다. 바이너리 모드로 다시 복사한다(FTP: type binary; adb: exec-out; git: .gitattributes의 -text)",
		},
		{
			English: "its line endings were converted on the way (each byte 0a became 0d 0a), which destroys a capture: copy it again in binary mode (FTP: type binary; adb: exec-out; git: -text in .gitattributes)",
			Korean:  "옮기는 도중에 줄 끝이 변환되어(바이트 0a마다 0d 0a로) 캡처가 깨졌다. 바이너리 모드로 다시 복사한다(FTP: type binary; adb: exec-out; git: .gitattributes의 -text)",
		},
		{
			English: "this was a pcapng file, and its line endings were converted on the way (0d 0a became 0a): copy it again in binary mode",
			Korean:  "pcapng 파일이었는데, 옮기는 도중에 줄 끝이 변환되었다(0d 0a가 0a로). 바이너리 모드로 다시 복사한다",
		},
		{English: "this is a program: give the file that tcpdump -w or Wireshark wrote", Korean: "프로그램이다. tcpdump -w나 Wireshark가 쓴 파일을 준다"},
		{
			English: "this is a Windows event trace (.etl) of pktmon or netsh trace: convert it with pktmon etl2pcap FILE, or with Microsoft's etl2pcapng",
			Korean:  "pktmon이나 netsh trace의 Windows 이벤트 추적(.etl)이다. pktmon etl2pcap FILE이나 Microsoft의 etl2pcapng로 변환한다",
		},
		{
			English: "the input is empty: let the capture end in good order (tcpdump: Ctrl-C) before reading it",
			Korean:  "입력이 비어 있다. 캡처를 제대로 끝낸(tcpdump: Ctrl-C) 다음에 읽는다",
		},
		{
			English: "this is text without a packet as tcpdump prints it: give the file that tcpdump -w wrote, or what tcpdump -nn printed",
			Korean:  "tcpdump가 출력한 패킷이 없는 텍스트다. tcpdump -w가 쓴 파일이나 tcpdump -nn의 출력을 준다",
		},
		{
			English: "it starts with bytes % x: give a file that tcpdump -w or Wireshark wrote (pcap or pcapng)",
			Korean:  "바이트 % x 로 시작한다. tcpdump -w나 Wireshark가 쓴 파일(pcap 또는 pcapng)을 준다",
		},
		{
			English: "this is UTF-16, as PowerShell's > writes it, which destroys a capture: let tcpdump write the file itself (-w FILE), or use > in cmd.exe",
			Korean:  "PowerShell의 >가 쓰는 UTF-16이며, 캡처가 깨졌다. tcpdump가 파일을 직접 쓰게 하거나(-w FILE), cmd.exe에서 >를 쓴다",
		},
		{
			English: "this is what tshark -V printed: give the capture file itself, or write one with tshark -w FILE",
			Korean:  "tshark -V의 출력이다. 캡처 파일 자체를 주거나, tshark -w FILE로 쓴다",
		},
		{
			English: "this is what tshark printed: give the capture file itself, or write one with tshark -w FILE",
			Korean:  "tshark의 출력이다. 캡처 파일 자체를 주거나, tshark -w FILE로 쓴다",
		},
		{
			English: "this is tshark's XML: give the capture file itself, or write one with tshark -w FILE",
			Korean:  "tshark의 XML이다. 캡처 파일 자체를 주거나, tshark -w FILE로 쓴다",
		},
		{
			English: "this is tshark's JSON: give the capture file itself, or write one with tshark -w FILE",
			Korean:  "tshark의 JSON이다. 캡처 파일 자체를 주거나, tshark -w FILE로 쓴다",
		},
		{English: "this is Git LFS's pointer to a file: fetch it with git lfs pull", Korean: "파일을 가리키는 Git LFS 포인터다. git lfs pull로 가져온다"},
		{English: "this is a web page: download the capture itself", Korean: "웹 페이지다. 캡처 자체를 내려받는다"},
		{English: "it is a tar archive without a capture in it", Korean: "캡처가 없는 tar 아카이브다"},
		{
			English: "this is a snoop capture of data link type %d: convert it with editcap -F pcapng",
			Korean:  "데이터 링크 유형이 %d인 snoop 캡처다. editcap -F pcapng로 변환한다",
		},

		// compression, archives
		{English: "it unfolds to over %d times its size, as no capture does", Korean: "풀면 %d배가 넘게 커진다. 그런 캡처는 없다"},
		{English: "it cannot be decompressed: %w", Korean: "압축을 풀 수 없다: %w"},
		{English: "it needs %d MB of memory: decompress it with unxz", Korean: "메모리가 %d MB 필요하다. unxz로 푼다"},
		{English: "the archive cannot be read: %w", Korean: "아카이브를 읽을 수 없다: %w"},

		// damage
		{English: "a record claims %d bytes", Korean: "레코드 하나가 %d바이트라고 되어 있다"},
		{English: "a record of %d bytes claims a packet of %d bytes", Korean: "%d바이트 레코드에 %d바이트 패킷이 있다고 되어 있다"},
		{English: "it has more than %d MB: cut it with editcap -c", Korean: "%d MB보다 크다. editcap -c로 나눈다"},
		{English: "it is of Network Monitor %d, and known is version %d", Korean: "Network Monitor %d의 것인데, 읽을 수 있는 버전은 %d이다"},
		{English: "it is snoop of version %d, and known is version %d", Korean: "버전 %d의 snoop인데, 읽을 수 있는 버전은 %d이다"},
		{English: "a block claims to be %d bytes long", Korean: "블록 하나의 길이가 %d바이트로 되어 있다"},
		{English: "a block of %d bytes says at its end that it has %d", Korean: "%d바이트 블록의 끝에 길이가 %d바이트로 되어 있다"},
		{English: "a section header has no byte-order magic", Korean: "섹션 헤더에 바이트 순서 표시가 없다"},
		{English: "a section header claims to be %d bytes long", Korean: "섹션 헤더의 길이가 %d바이트로 되어 있다"},
		{English: "an interface description is too short", Korean: "인터페이스 설명이 너무 짧다"},
		{English: "a section describes more than %d interfaces", Korean: "섹션 하나에 인터페이스가 %d개보다 많다"},
		{English: "an option of an interface description is too long", Korean: "인터페이스 설명의 옵션이 너무 길다"},
		{English: "the name of an interface has %d bytes, more than %d", Korean: "인터페이스의 이름이 %d바이트로, %d바이트보다 길다"},
		{English: "an interface has the impossible time resolution %#x", Korean: "인터페이스의 시간 분해능 %#x: 있을 수 없는 값이다"},
		{English: "a packet block is too short", Korean: "패킷 블록이 너무 짧다"},
		{English: "a packet of interface %d, but the file describes %d interfaces", Korean: "인터페이스 %d의 패킷이 있는데, 파일에 설명된 인터페이스는 %d개다"},
		{English: "a packet of %d bytes in a block with room for %d", Korean: "%d바이트 패킷이 %d바이트짜리 블록에 있다"},
		{English: "a packet of interface %d, but %d are described", Korean: "인터페이스 %d의 패킷인데, 설명된 인터페이스는 %d개다"},
	}
}
