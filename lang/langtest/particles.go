package langtest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// readAloud has words as they end when they are read in Korean: in a vowel, in a consonant, or in ㄹ, which is a consonant but for
// "로". Letters are spelled out where the field does so (RST is 알에스티), and digits are Sino-Korean.
var readAloud = map[string]string{
	"vowel": "KEEPALIVE keepalive A AAAA accept address After ANY API ARP Balancer blocks ClientHello Hello ServerHello conf connect D DHCP Discovery DNS ECONNREFUSED EMFILE EOF EPIPE " +
		"errno files forgets getaddrinfo glibc Go HAProxy hosts HTTP ICMP LINGER link Linux localhost lost MTU NAT NOERROR peer " +
		"PID port probe prohibited Q query read REFUSED refused Required resolved RFC rotate route RST SOA ss sshd TCP TLS traceroute " +
		"UDP verdict WAF window Wireshark write 2 4 5 9 % " +
		"answer answers bash break C Canvas check client COLOR container counts csv DEST diagnose folder grade HOST ID image latest list pcapng " +
		"PORT record request root server sh since speed ssh status student svg s help ko b tolerance verbose docker Docker netns after retries LF udp ready REGEXP COMMAND PATH sort follow host buffer before for " +
		"sudo mcp quiz icmp class md key MiB AppArmor sys unconfined load apt cgo Command unzstd unxz compress uncompress unlzma a w c t tcpdump tshark txt verify W with",
	"consonant": "TIMEOUT ACK big Chromium DNSSEC ECN ECONNRESET ETIMEDOUT FIN get IPsec lnup ltn N NAME ping SACK SYN timeout VPN 0 3 6 " +
		"broken down drop extcap gradebook JSON json LAB Markdown pub run tcplab up when " +
		"sweep en out within markdown lab m sock debootstrap wget gunzip",
	"rieul": "all parallel settle signal sysctl pull ACL curl file hole MySQL TTL unreachable URL 1 7 8 DIR fail FILE heal html kill null SHELL until XML",
}

// fitting are the particles that fit, by how the word before them ends.
var fitting = map[string][]string{
	"vowel": {"는", "가", "를", "와", "로"}, "consonant": {"은", "이", "을", "과", "으로"}, "rieul": {"은", "이", "을", "과", "로"},
}

// aParticle is one of the particles that have two forms, behind a Latin word, a quoted one too.
var aParticle = regexp.MustCompile("([A-Za-z]+|[0-9%])[\"`]?(은|는|이|가|을|를|과|와|으로|로)(?:[ \n.,:;?)]|$)")

// Particles sees that each particle fits the word before it.
func Particles(t *testing.T, where, korean string) {
	t.Helper()
	ends := map[string]string{}
	for end, words := range readAloud {
		for word := range strings.FieldsSeq(words) {
			ends[word] = end
		}
	}
	for _, found := range aParticle.FindAllStringSubmatch(verb.ReplaceAllString(korean, "□"), -1) {
		if end, known := ends[found[1]]; assert.True(t, known, "%s: how is %q read? (readAloud)", where, found[1]) {
			assert.True(t, slices.Contains(fitting[end], found[2]), "%s: %q in %q", where, found[0], korean)
		}
	}
}
