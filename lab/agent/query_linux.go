package agent

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
	"golang.org/x/net/dns/dnsmessage"
)

// query asks a name server one question, once, and prints what came.
func query(ctx context.Context, s Streams, args []string) error {
	flags := flag.NewFlagSet("query", flag.ContinueOnError)
	by := flags.String("by", "udp", "udp or tcp")
	timeout := flags.Duration("timeout", time.Second, "how long the answer may take")
	if err := Parse(flags, args); err != nil {
		return err
	}
	server, wrongServer := netip.ParseAddr(flags.Arg(0))
	kind, known := map[string]dnsmessage.Type{"A": dnsmessage.TypeA, "AAAA": dnsmessage.TypeAAAA}[flags.Arg(1)]
	name, wrongName := dnsmessage.NewName(strings.TrimSuffix(flags.Arg(2), ".") + ".")
	if wrongServer != nil || wrongName != nil || !known || flags.NArg() != 3 || *by != "udp" && *by != "tcp" {
		return Usagef("usage: tcplab host query [--by udp] [--timeout 1s] SERVER A|AAAA NAME (SERVER is an IP address; --by is udp or tcp)")
	}
	dialer := net.Dialer{Timeout: *timeout, Control: s.Namespace.Control}
	question := dnsmessage.Question{Name: name, Type: kind, Class: dnsmessage.ClassINET}
	answer, err := ask(ctx, &dialer, *by, netip.AddrPortFrom(server, lab.NamePort), question)
	if err != nil {
		o := lab.OutcomeOf("query", "lookup", err, 0)
		answer = lab.NameAnswer{Error: o.Error, Errno: o.Errno, Timeout: o.Timeout}
	}
	return PrintJSON(s.Stdout, answer)
}

func ask(ctx context.Context, dialer *net.Dialer, by string, server netip.AddrPort, q dnsmessage.Question) (lab.NameAnswer, error) {
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: uint16(rand.Uint32()), RecursionDesired: true}, Questions: []dnsmessage.Question{q}}
	question, err := m.Pack()
	if err != nil {
		return lab.NameAnswer{}, err
	}
	c, err := dialer.DialContext(ctx, by, server.String())
	if err != nil {
		return lab.NameAnswer{}, err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(dialer.Timeout)); err != nil {
		return lab.NameAnswer{}, err
	}
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	var answer []byte
	if by == "tcp" {
		err = writeMessage(c, question)
		if err == nil {
			answer, err = readMessage(c)
		}
	} else {
		answer, err = exchange(c, question)
	}
	if err != nil {
		return lab.NameAnswer{}, err
	}
	return readAnswer(answer, m.ID)
}

func exchange(c net.Conn, question []byte) ([]byte, error) {
	if _, err := c.Write(question); err != nil {
		return nil, err
	}
	buffer := make([]byte, mostMessage)
	n, err := c.Read(buffer)
	return buffer[:n], err
}

// codes are the names of the response codes that the lab's name servers use.
var codes = map[dnsmessage.RCode]string{dnsmessage.RCodeSuccess: lab.NoError, dnsmessage.RCodeServerFailure: lab.ServFail,
	dnsmessage.RCodeNameError: lab.NXDomain, dnsmessage.RCodeRefused: lab.Refused}

func readAnswer(message []byte, id uint16) (lab.NameAnswer, error) {
	var m dnsmessage.Message
	if err := m.Unpack(message); err != nil {
		return lab.NameAnswer{}, fmt.Errorf("the answer is no DNS message: %w", err)
	}
	if !m.Response || m.ID != id {
		return lab.NameAnswer{}, errors.New("the answer is to another question")
	}
	a := lab.NameAnswer{Code: codes[m.RCode], Truncated: m.Truncated}
	if a.Code == "" {
		a.Code = "RCODE" + strconv.Itoa(int(m.RCode))
	}
	for _, r := range m.Answers {
		switch body := r.Body.(type) {
		case *dnsmessage.AResource:
			a.Addrs = append(a.Addrs, netip.AddrFrom4(body.A))
		case *dnsmessage.AAAAResource:
			a.Addrs = append(a.Addrs, netip.AddrFrom16(body.AAAA))
		}
	}
	return a, nil
}
