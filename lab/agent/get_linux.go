package agent

import (
	"context"
	"flag"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/tcplab/tcplab/lab"
)

// get makes a request with net/http as most Go programs do: by its default transport, whose dialer cannot be told where
// to dial from, so that it needs a process inside the host's network.
func get(ctx context.Context, s Streams, args []string) error {
	flags := flag.NewFlagSet("get", flag.ContinueOnError)
	timeout := flags.Duration("timeout", 0, "http.Client's Timeout; 0: none, so that only the transport's own hold")
	if err := Parse(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return Usagef("usage: tcplab host get [--timeout 3s] URL")
	}
	if s.Namespace.file != nil {
		return inOwnProcess(ctx, s, nil, append([]string{"get"}, args...))
	}
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	start := time.Now()
	err := fetch(ctx, flags.Arg(0), *timeout)
	elapsed, stage := time.Since(start), "connect"
	if connected.Load() {
		stage = "read"
	}
	return PrintJSON(s.Stdout, lab.OutcomeOf("net/http", stage, err, elapsed))
}

func fetch(ctx context.Context, url string, timeout time.Duration) error {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	transport.Proxy = nil // the machine's proxy is none of the lab's
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return usageError{err.Error()}
	}
	response, err := (&http.Client{Timeout: timeout, Transport: transport}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return &lab.StatusError{Status: response.StatusCode}
	}
	return nil
}
