package drivers

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/tcplab/tcplab/labtest"
)

// tally counts requests by their id, in a server that is a function of this process.
type tally struct {
	mutex sync.Mutex
	n     map[string]int
}

// work is what the server does at a request.
func (c *tally) work(id string, slow bool) {
	c.mutex.Lock()
	c.n[id]++
	c.mutex.Unlock()
	if slow {
		time.Sleep(slowly) // this is the work
	}
}

// withSlow and cutSlow put into an id whether its request is slow, and take that out.
func withSlow(id string, slow bool) string {
	if slow {
		return id + slowMark
	}
	return id
}

func cutSlow(text string) (id string, slow bool) { return strings.CutSuffix(text, slowMark) }

const slowMark = "-slowly"

func (c *tally) executed(_ context.Context, _ *labtest.Lab, id string) (int, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.n[id], nil
}

// httpServer is net/http's own server.
type httpServer struct {
	tls bool // HTTP/2
}

func (httpServer) programs() []string { return nil }

func (httpServer) version() string { return "net/http " + runtime.Version() }

func (httpServer) prepare(context.Context, *labtest.Lab) error { return nil }

func (h httpServer) serve() (labtest.Server, func(context.Context, *labtest.Lab, string) (int, error)) {
	count := &tally{n: map[string]int{}}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count.work(cutSlow(r.URL.Path[1:]))
		fmt.Fprintln(w, "done")
	})
	return labtest.Function(func(l net.Listener) error {
		server := &http.Server{Handler: handler}
		defer server.Close()
		if h.tls {
			server.TLSConfig = selfSigned()
			return server.ServeTLS(l, "", "")
		}
		return server.Serve(l)
	}).On(8443), count.executed
}

// httpClient is a client of net/http, whose request is a POST.
type httpClient struct {
	*http.Client
	base string
}

func (h httpClient) call(ctx context.Context, id string, slow bool) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.base+withSlow(id, slow), strings.NewReader("once"))
	if err != nil {
		return err
	}
	response, err := h.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func (h httpClient) close() { h.CloseIdleConnections() }

// httpURL is what a program asks httpServer for.
func httpURL(l *labtest.Lab, id string, slow bool) string {
	return "http://" + l.Target() + "/" + withSlow(id, slow)
}

// transport is http.DefaultTransport in the lab, with the timeouts of its dialer.
func transport(l *labtest.Lab) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = dialer(l, 30*time.Second, net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 30 * time.Second}).DialContext
	return t
}

func openHTTP(timeout time.Duration) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client {
		return httpClient{&http.Client{Transport: transport(l), Timeout: timeout}, "http://" + l.Target() + "/"}
	}
}

var _ = register(
	driver{name: "net/http", module: "std", server: httpServer{}, open: openHTTP(0)},
	driver{name: "net/http", tuned: "`Client.Timeout` 3 s", module: "std", server: httpServer{}, open: openHTTP(3 * time.Second)},
)
