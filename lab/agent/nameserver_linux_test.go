package agent

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"golang.org/x/net/dns/dnsmessage"
)

// TestNameServerAnswers asks each behaviour for each kind of address, by a datagram and by TCP, and reads the answer as the verb query does.
func TestNameServerAnswers(t *testing.T) {
	v4, v6 := netip.MustParseAddr("203.0.113.10"), netip.MustParseAddr("2001:db8:2::10")
	found := lab.NameAnswer{Code: lab.NoError, Addrs: []netip.Addr{v4}}
	for name, c := range map[string]struct {
		service lab.NameService
		name    string
		kind    dnsmessage.Type
		stream  bool
		want    lab.NameAnswer
		silent  bool
	}{
		"an address":                {service: lab.NameService{Addrs: []netip.Addr{v4, v6}}, want: found},
		"one of IPv6":               {service: lab.NameService{Addrs: []netip.Addr{v4, v6}}, kind: dnsmessage.TypeAAAA, want: lab.NameAnswer{Code: lab.NoError, Addrs: []netip.Addr{v6}}},
		"none of IPv6":              {service: lab.NameService{Addrs: []netip.Addr{v4}}, kind: dnsmessage.TypeAAAA, want: lab.NameAnswer{Code: lab.NoError}},
		"another name":              {service: lab.NameService{Addrs: []netip.Addr{v4}}, name: "other.example.", want: lab.NameAnswer{Code: lab.NXDomain}},
		"no such name":              {service: lab.NameService{Addrs: []netip.Addr{v4}, Behaviour: lab.DenyName}, want: lab.NameAnswer{Code: lab.NXDomain}},
		"a failure":                 {service: lab.NameService{Behaviour: lab.FailNames}, want: lab.NameAnswer{Code: lab.ServFail}},
		"a refusal":                 {service: lab.NameService{Behaviour: lab.RefuseNames}, want: lab.NameAnswer{Code: lab.Refused}},
		"too large for a datagram":  {service: lab.NameService{Addrs: []netip.Addr{v4}, Behaviour: lab.TruncateNames}, want: lab.NameAnswer{Code: lab.NoError, Truncated: true}},
		"the same by TCP":           {service: lab.NameService{Addrs: []netip.Addr{v4}, Behaviour: lab.TruncateNames}, stream: true, want: found},
		"the half that it answers":  {service: lab.NameService{Addrs: []netip.Addr{v4}, Behaviour: lab.AnswerIPv4}, want: found},
		"the half that it does not": {service: lab.NameService{Addrs: []netip.Addr{v4}, Behaviour: lab.AnswerIPv4}, kind: dnsmessage.TypeAAAA, silent: true},
		"the other half":            {service: lab.NameService{Addrs: []netip.Addr{v4}, Behaviour: lab.AnswerIPv6}, silent: true},
	} {
		t.Run(name, func(t *testing.T) {
			if c.name == "" {
				c.name = lab.ServiceName + "."
			}
			if c.kind == 0 {
				c.kind = dnsmessage.TypeA
			}
			q := dnsmessage.Message{Header: dnsmessage.Header{ID: 7, RecursionDesired: true},
				Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(c.name), Type: c.kind, Class: dnsmessage.ClassINET}}}
			question, err := q.Pack()
			require.NoError(t, err)
			answer := answerTo(question, c.service, !c.stream)
			if c.silent {
				assert.Nil(t, answer)
				return
			}
			got, err := readAnswer(answer, 7)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
			_, err = readAnswer(answer, 8)
			assert.EqualError(t, err, "the answer is to another question")
		})
	}
	assert.Nil(t, answerTo([]byte("no message"), lab.NameService{}, true), "what is no question has no answer")
}

// TestMessagesOnAStream: a message stands behind its length, and one that is cut off is none.
func TestMessagesOnAStream(t *testing.T) {
	var stream bytes.Buffer
	require.NoError(t, writeMessage(&stream, []byte("one")))
	require.NoError(t, writeMessage(&stream, []byte("two")))
	for _, want := range []string{"one", "two"} {
		got, err := readMessage(&stream)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
	_, err := readMessage(bytes.NewReader([]byte{0, 9, 'c', 'u', 't'}))
	assert.Error(t, err)
}
