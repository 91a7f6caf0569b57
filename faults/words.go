package faults

import (
	"fmt"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// hostNames are the hosts of the lab in Korean. All of them, and what stands for any other, end in a vowel, so that the particles of a
// sentence fit each.
var hostNames = map[string]string{
	lab.ClientHost: "클라이언트", lab.RouterHost: "라우터", lab.ServerHost: "서버", "core": "코어", "outside": "외부",
}

// hostWords name a host in a sentence.
func hostWords(host string) lang.Text {
	if korean, known := hostNames[host]; known {
		return lang.Text{English: host, Korean: korean}
	}
	return lang.Text{English: host, Korean: host + " 호스트"}
}

// durationWords are a time in a sentence.
func durationWords(d time.Duration) lang.Text {
	return lang.Text{English: d.String(), Korean: fmt.Sprintf("%g초", d.Seconds())}
}

// listWords name a list of what is let through: "security group", "network acl in".
func listWords(name string) lang.Text {
	english := strings.ReplaceAll(name, "-", " ")
	return lang.Text{English: english, Korean: strings.NewReplacer("security group", "보안 그룹", "network acl", "네트워크 ACL").Replace(english)}
}

// then joins the words of what a thing does.
var then = lang.Same(", ")
