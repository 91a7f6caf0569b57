package clients

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/tcplab/tcplab/harness"
)

// NetHTTP is Go's net/http, with a timeout for the whole request. It runs in this process and connects from the host.
type NetHTTP struct{}

// Name is "net/http".
func (NetHTTP) Name() string { return "net/http" }

// Do makes a request whose connection is not kept.
func (n NetHTTP) Do(ctx context.Context, a harness.Attempt) (harness.Outcome, error) {
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	outcome, err := harness.ClientFunc(n.Name(), fetch).Do(ctx, a)
	if err == nil && !outcome.OK() {
		outcome.Stage = "connect"
		if connected.Load() {
			outcome.Stage = "read"
		}
	}
	return outcome, err
}

func fetch(ctx context.Context, a harness.Attempt) error {
	client := &http.Client{
		Timeout:   a.Timeout,
		Transport: &http.Transport{DialContext: a.DialContext, DisableKeepAlives: true},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s/", a.Target), nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return &harness.StatusError{Status: response.StatusCode}
	}
	return nil
}

var _ = register(NetHTTP{}, "Go's net/http, in this process: http.Client with a Timeout")
