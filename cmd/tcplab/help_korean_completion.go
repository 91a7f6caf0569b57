package main

import "github.com/tcplab/tcplab/lang"

// helpOfCompletion are the texts in the help of the command that cobra adds, for the completion of shells.
func helpOfCompletion() []lang.Text {
	return []lang.Text{
		// tcplab completion
		{English: "Generate the autocompletion script for the specified shell", Korean: "지정한 셸의 자동 완성 스크립트를 만든다"},
		{
			English: `Generate the autocompletion script for tcplab for the specified shell. See each sub-command's help for details
on how to use the generated script.`,
			Korean: "지정한 셸에서 쓸 tcplab의 자동 완성 스크립트를 만든다. 만든 스크립트를 쓰는 방법은 각 하위 명령의 도움말에 있다.",
		},
		{English: "Generate the autocompletion script for bash", Korean: "bash의 자동 완성 스크립트를 만든다"},
		{English: "Generate the autocompletion script for the bash shell.", Korean: "bash 셸의 자동 완성 스크립트를 만든다."},
		{
			English: `This script depends on the 'bash-completion' package. If it is not installed already, you can install it via
your OS's package manager.`,
			Korean: "이 스크립트에는 'bash-completion' 패키지가 필요하다. 없으면 OS의 패키지 관리자로 설치한다.",
		},
		{English: "To load completions in your current shell session:", Korean: "지금 셸 세션에서 자동 완성을 쓰려면 다음과 같이 한다."},
		{
			English: "To load completions for every new session, execute once:",
			Korean:  "새 세션마다 자동 완성을 쓰려면 다음을 한 번 실행한다.",
		},
		{English: "#### Linux:", Korean: "#### Linux:"},
		{English: "#### macOS:", Korean: "#### macOS에서:"},
		{English: "You will need to start a new shell for this setup to take effect.", Korean: "새 셸을 시작해야 적용된다."},
		{English: "disable completion descriptions", Korean: "자동 완성에 설명을 넣지 않는다"},
		{English: "Generate the autocompletion script for fish", Korean: "fish의 자동 완성 스크립트를 만든다"},
		{English: "Generate the autocompletion script for the fish shell.", Korean: "fish 셸의 자동 완성 스크립트를 만든다."},
		{English: "Generate the autocompletion script for powershell", Korean: "powershell의 자동 완성 스크립트를 만든다"},
		{
			English: "To load completions for every new session, add the output of the above command to your powershell profile.",
			Korean:  "새 세션마다 자동 완성을 쓰려면 위 명령의 출력을 powershell 프로필에 넣는다.",
		},
		{English: "Generate the autocompletion script for zsh", Korean: "zsh의 자동 완성 스크립트를 만든다"},
		{English: "Generate the autocompletion script for the zsh shell.", Korean: "zsh 셸의 자동 완성 스크립트를 만든다."},
		{
			English: `If shell completion is not already enabled in your environment you will need to enable it. You can execute the
following once:`,
			Korean: "셸의 자동 완성이 아직 켜져 있지 않으면 켜야 한다. 다음을 한 번 실행한다.",
		},
	}
}
