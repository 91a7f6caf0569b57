package main

import "github.com/tcplab/tcplab/lang"

// errorsOfUsage are the errors about what was typed, whatever the command.
func errorsOfUsage() []lang.Text {
	return []lang.Text{
		{English: `%q has no command %q%s (it has: %s)`, Korean: `%q에는 %q 명령이 없다%s (있는 명령: %s)`},
		{English: `something is missing: %s ("%s --help" has examples)`, Korean: `빠진 것이 있다: %s (예는 "%s --help"에 있다)`},
		{English: `%s does not fit: %s ("%s --help" has examples)`, Korean: `%s: 맞지 않는 인자다: %s (예는 "%s --help"에 있다)`},
		{English: `%q has no flag %s%s ("%s --help" lists them)`, Korean: `%q에는 %s 옵션이 없다%s (옵션은 "%s --help"에 있다)`},
		{English: `%s needs a value: %s`, Korean: `%s에는 값이 있어야 한다: %s`},
		{English: `%s cannot be %q: %s`, Korean: `%s의 값 %q: 쓸 수 없다. 쓸 수 있는 값: %s`},
		{English: "a whole number: %s", Korean: "정수: %s"},
		{English: "a time such as 300ms or 3s: %s", Korean: "300ms나 3s와 같은 시간: %s"},
		{English: "a number: %s", Korean: "숫자: %s"},
		{English: "true or false: %s", Korean: "true 또는 false: %s"},
		{English: "see %s --help", Korean: "%s --help를 본다"},
		{English: "bad flag syntax: %s", Korean: "옵션을 읽을 수 없다: %s"},
		{English: "; did you mean %q?", Korean: "; 혹시 %q?"},
		{English: "interrupted", Korean: "중단되었다"},
		{English: "tcplab: quit; what is left is removed by the next run, or by \"tcplab sweep\"", Korean: "tcplab: 곧바로 끝냈다. 남은 것은 다음 실행이나 \"tcplab sweep\"이 치운다"},

		// values of flags
		{English: `%q is not the name of a language: "en" is English, "ko" is Korean`, Korean: `%q: 언어의 이름이 아니다. "en"은 영어, "ko"는 한국어다`},
		{English: "it is %s, not %q", Korean: "쓸 수 있는 값: %s. %q: 쓸 수 없다"},
		{English: "it is %s or %s", Korean: "%s 아니면 %s만 된다"},
		{English: "it is %s, %s or %s", Korean: "%s, %s, %s 가운데 하나여야 한다"},
		{English: "it is a part of a whole, such as 1/4 to 4/4, not %q", Korean: "1/4부터 4/4까지처럼 전체의 한 부분을 쓴다. %q: 쓸 수 없다"},
		{
			English: `it is a time such as "2026-11-29 14:05:00", 2026-11-29T15:05:00+01:00, 14:05, 1700000000.5 (seconds since 1970) or +30s (after the capture begins)`,
			Korean:  `"2026-11-29 14:05:00", 2026-11-29T15:05:00+01:00, 14:05, 1700000000.5(1970년부터 센 초), +30s(캡처가 시작하고 나서)와 같은 시각을 쓴다`,
		},
		{English: `there is no moment %q: it is %s`, Korean: `%q 시점은 없다. 시점: %s`},
		{
			English: "before, connected, request-sent, request-acked, replied, idle:DURATION or signal",
			Korean:  "before, connected, request-sent, request-acked, replied, idle:DURATION 또는 signal",
		},
		{English: `%q is not a time: it is %s:2s, for one`, Korean: `%q: 시간이 아니다. %s:2s처럼 쓴다`},

		// files
		{English: "write %s: %w", Korean: "%s 쓰기: %w"},
		{English: "%s was changed while it was opened", Korean: "%s: 여는 동안 바뀌었다"},
		{English: "%q is not the name of a file", Korean: "%q: 파일의 이름이 아니다"},
		{English: "%s is there already, and is %s: move it away, or choose another place", Korean: "%s: 이미 있다(%s). 다른 곳으로 옮기거나 다른 위치를 고른다"},
		{English: "not tcplab's", Korean: "tcplab의 것이 아님"},
		{English: "not tcplab's list of files", Korean: "tcplab의 파일 목록이 아님"},
		{English: "not a link", Korean: "링크가 아님"},
		{English: "not a folder", Korean: "폴더가 아님"},
		{English: "not what this tcplab writes", Korean: "이 tcplab이 쓰는 내용이 아님"},
	}
}
