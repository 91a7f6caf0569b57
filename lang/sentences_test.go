package lang

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// An error is told by its words, wherever in it they stand, and what is not known stays as it is.
func TestSentences(t *testing.T) {
	s := NewSentences([]Text{
		{"not supported", "지원하지 않음"},
		{"there is no lab %q; there are: %s", "랩 %q은 없다. 있는 랩: %s"},
		{"lab %s has no host %q", "호스트 %[2]q: 랩 %[1]s에 없다"},
		{"no engine can run here: %w", "여기에서 돌 수 있는 엔진이 없다: %w"},
		{"break at %s: that is a moment of TCP: %w", "%s에서 고장 내기: TCP의 시점이다: %w"},
		{"%s is a folder", "%s: 폴더이다"},
		{"%s is a folder: name the captures in it", "%s: 폴더이다. 그 안의 캡처를 지정한다"},
		{"; did you mean %q?", "(혹시 %q?)"},
		{"no scenario %q%s (all: %d %%)", "시나리오 %q 없음%s(모두 %d %%)"},
		{"a lab named %s stands: tcplab down --lab %[1]s", "이름이 %s인 랩이 서 있다: tcplab down --lab %[1]s"},
		{"the server %s; it printed:\n%s", "서버 %s. 출력:\n%s"},
	})
	for english, korean := range map[string]string{
		"":                                     "",
		"connect: connection refused":          "connect: connection refused",
		"not supported":                        "지원하지 않음",
		"docker: x: not supported":             "docker: x: 지원하지 않음",
		"not supported: read: EOF":             "지원하지 않음: read: EOF",
		`there is no lab "a"; there are: b, c`: `랩 "a"은 없다. 있는 랩: b, c`,
		`there is no lab "a\"; there are: "; there are: b`:                             `랩 "a\"; there are: "은 없다. 있는 랩: b`,
		`lab a has no host "b"`:                                                        `호스트 "b": 랩 a에 없다`,
		`x: lab a has no host "not supported"`:                                         `x: 호스트 "not supported": 랩 a에 없다`,
		"no engine can run here: netns: not supported\ndocker: x":                      "여기에서 돌 수 있는 엔진이 없다: netns: 지원하지 않음\ndocker: x",
		"x: the server a: not supported; it printed:\nnot supported\n/tmp is a folder": "x: 서버 a: 지원하지 않음. 출력:\nnot supported\n/tmp is a folder",
		"a: b\nc: not supported":                                                       "a: b\nc: 지원하지 않음",
		"break at idle:2s: that is a moment of TCP: not supported":                     "idle:2s에서 고장 내기: TCP의 시점이다: 지원하지 않음",
		"/tmp is a folder":                                                             "/tmp: 폴더이다",
		"x: /tmp is a folder: name the captures in it":                                 "x: /tmp: 폴더이다. 그 안의 캡처를 지정한다",
		`no scenario "nad"; did you mean "nat"? (all: 3 %)`:                            `시나리오 "nad" 없음(혹시 "nat"?)(모두 3 %)`,
		`no scenario "nad" (all: 3 %)`:                                                 `시나리오 "nad" 없음(모두 3 %)`,
		"a lab named b stands: tcplab down --lab b":                                    "이름이 b인 랩이 서 있다: tcplab down --lab b",
	} {
		assert.Equal(t, korean, s.Korean(english), english)
	}
}
