package agent

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strconv"

	"github.com/tcplab/tcplab/lab"
	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/sync/errgroup"
)

// nameServer serves a [lab.NameService], which the first line of standard input is in JSON, by UDP and by TCP.
func nameServer(ctx context.Context, s Streams, args []string) error {
	if len(args) != 0 {
		return Usagef("usage: tcplab host name-server (standard input begins with a name service in JSON)")
	}
	lines := bufio.NewReader(s.Stdin)
	line, err := lines.ReadString('\n')
	if err != nil {
		return fmt.Errorf("read what to answer: %w", err)
	}
	var service lab.NameService
	if err := json.Unmarshal([]byte(line), &service); err != nil {
		return Usagef("standard input begins with a name service in JSON: %v", err)
	}
	s.Stdin = lines
	ctx, cancel := UntilStdinEnds(ctx, s)
	defer cancel()
	config := listenConfig(s.Namespace)
	datagrams, err := config.ListenPacket(ctx, "udp", net.JoinHostPort("", strconv.Itoa(lab.NamePort)))
	if err != nil {
		return err
	}
	defer awaitUnbound(s.Namespace, lab.NamePort)
	defer closeWith(ctx, datagrams)()
	listener, err := ListenTCP(ctx, s.Namespace, lab.NamePort)
	if err != nil {
		return err
	}
	defer closeWith(ctx, listener)()
	SayReady(s)
	var both errgroup.Group
	both.Go(func() error { return answerDatagrams(ctx, datagrams, service) })
	both.Go(func() error {
		return each(func(_ context.Context, c *net.TCPConn, _ lab.Service) { answerStream(c, service) })(ctx, listener, lab.Service{})
	})
	return both.Wait()
}

func answerDatagrams(ctx context.Context, l net.PacketConn, service lab.NameService) error {
	buffer := make([]byte, mostMessage)
	for {
		n, from, err := l.ReadFrom(buffer)
		if err != nil && ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if answer := answerTo(buffer[:n], service, true); answer != nil {
			_, _ = l.WriteTo(answer, from) // who asked may have gone
		}
	}
}

// mostMessage is the size in bytes of the largest message, by the two bytes of its length on TCP (RFC 1035 section 4.2.2).
const mostMessage = 1<<16 - 1

// answerStream answers questions on a connection, each behind its length in two bytes.
func answerStream(c net.Conn, service lab.NameService) {
	for {
		question, err := readMessage(c)
		if err != nil {
			return
		}
		answer := answerTo(question, service, false)
		if answer == nil {
			continue
		}
		if err := writeMessage(c, answer); err != nil {
			return
		}
	}
}

func readMessage(r io.Reader) ([]byte, error) {
	var length uint16
	if err := binary.Read(r, binary.BigEndian, &length); err != nil {
		return nil, err
	}
	message := make([]byte, length)
	_, err := io.ReadFull(r, message)
	return message, err
}

func writeMessage(w io.Writer, message []byte) error {
	_, err := w.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...))
	return err
}

// answerTo is the answer to a question, nil where there is to be none.
func answerTo(question []byte, service lab.NameService, datagram bool) []byte {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || m.Response || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	if service.Behaviour == lab.AnswerIPv4 && q.Type == dnsmessage.TypeAAAA || service.Behaviour == lab.AnswerIPv6 && q.Type == dnsmessage.TypeA {
		return nil
	}
	m.Response, m.RecursionAvailable = true, true
	m.Additionals = slices.DeleteFunc(m.Additionals, func(r dnsmessage.Resource) bool { return r.Header.Type != dnsmessage.TypeOPT })
	fill(&m, q, service, datagram)
	answer, err := m.Pack()
	if err != nil {
		return nil // a question that cannot be repeated
	}
	return answer
}

// fill puts the service's answer into a message.
func fill(m *dnsmessage.Message, q dnsmessage.Question, service lab.NameService, datagram bool) {
	switch service.Behaviour {
	case lab.FailNames:
		m.RCode = dnsmessage.RCodeServerFailure
		return
	case lab.RefuseNames:
		m.RCode, m.RecursionAvailable = dnsmessage.RCodeRefused, false
		return
	case lab.TruncateNames:
		if datagram {
			m.Truncated = true
			return
		}
	}
	if q.Name.String() != lab.ServiceName+"." || service.Behaviour == lab.DenyName {
		m.RCode = dnsmessage.RCodeNameError
	} else {
		m.Answers = answersTo(q, service.Addrs)
	}
	if len(m.Answers) == 0 {
		m.Authorities = []dnsmessage.Resource{zone}
	}
}

// untilStale is for how long an answer may be kept, in seconds.
const untilStale = 300

func answersTo(q dnsmessage.Question, addrs []netip.Addr) (list []dnsmessage.Resource) {
	for _, addr := range addrs {
		header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: dnsmessage.ClassINET, TTL: untilStale}
		switch {
		case addr.Is4() && q.Type == dnsmessage.TypeA:
			list = append(list, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: addr.As4()}})
		case addr.Is6() && q.Type == dnsmessage.TypeAAAA:
			list = append(list, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
		}
	}
	return list
}

// zone goes with an answer that has nothing in it, so that it may be kept, too (SOA, RFC 2308 section 3).
var zone = dnsmessage.Resource{
	Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName("example."), Type: dnsmessage.TypeSOA, Class: dnsmessage.ClassINET, TTL: untilStale},
	Body: &dnsmessage.SOAResource{NS: dnsmessage.MustNewName("names.example."), MBox: dnsmessage.MustNewName("root.example."), Serial: 1,
		Refresh: 3600, Retry: 600, Expire: 86400, MinTTL: untilStale},
}
