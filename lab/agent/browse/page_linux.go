package browse

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lab/agent"
)

const (
	// startPatience bounds Chromium's start, which takes half a second where nothing else is to do.
	startPatience = time.Minute
	// paintPatience bounds the wait for the picture of a page that has loaded, or failed to.
	paintPatience = 20 * time.Second
)

// visit is one page to be looked at, once.
type visit struct {
	program string // Chromium's path
	folder  string // where everything goes that Chromium leaves; its caller removes it
	page    *url.URL
	timeout time.Duration // 0: none
}

// page is the half of "tcplab host browse" that drives Chromium: it loads a page, and prints the outcome. It returns when Chromium has
// ended.
func page(ctx context.Context, s agent.Streams, args []string) error {
	flags := flag.NewFlagSet("page", flag.ContinueOnError)
	program := flags.String("program", "", "Chromium's path")
	folder := flags.String("folder", "", "where everything goes that Chromium leaves")
	timeout := flags.Duration("timeout", 0, "the user's patience; 0: Chromium's own, which is longer than the kernel's")
	if err := agent.Parse(flags, args); err != nil {
		return err
	}
	address, err := url.Parse(flags.Arg(0))
	if err != nil || flags.NArg() != 1 || *program == "" || *folder == "" {
		return agent.Usagef("usage: tcplab host page --program PATH --folder DIR [--timeout 3s] URL (\"tcplab host browse\" runs it)")
	}
	o, err := visit{*program, *folder, address, *timeout}.make(ctx)
	if err != nil {
		return err
	}
	return agent.PrintJSON(s.Stdout, o)
}

func init() {
	agent.Register(agent.PageVerb+" --program PATH --folder DIR [--timeout D] URL: what browse runs to drive Chromium", page)
}

// make starts Chromium, loads the page, and returns when Chromium has ended.
func (v visit) make(ctx context.Context) (lab.Outcome, error) {
	if err := v.writePreferences(); err != nil {
		return lab.Outcome{}, err
	}
	ctx, end := chromedp.NewExecAllocator(ctx, v.options()...)
	defer end()
	seen := &progress{}
	tab, closeTab := chromedp.NewContext(ctx, chromedp.WithListener(seen.note))
	defer closeTab()
	if err := start(tab, closeTab); err != nil {
		return lab.Outcome{}, err
	}
	o, err := v.load(tab, seen)
	if err != nil {
		return o, err
	}
	picture, err := screenshot(tab, o.Timeout && !seen.responded())
	if err != nil {
		return o, fmt.Errorf("take the page's picture: %w", err)
	}
	if picture != nil {
		o.Attachments = map[string][]byte{"chromium.png": picture}
	}
	return o, nil
}

// progress is how far a page has come.
type progress struct {
	mutex     sync.Mutex
	requested bool              // there was a connection to send a request on; it may become known after the failure
	response  *network.Response // the first for a page
}

// note takes Chromium's events.
func (p *progress) note(event any) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSentExtraInfo: // it tells the headers as they are being sent
		p.requested = true
	case *network.EventResponseReceived:
		if p.response == nil && e.Type == network.ResourceTypeDocument {
			p.response = e.Response
		}
	}
}

func (p *progress) responded() bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.response != nil
}

// fill says in the outcome how the page has ended, err being what chromedp says of it.
func (p *progress) fill(o *lab.Outcome, err error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.response != nil {
		o.Status = int(p.response.Status)
	}
	failure, failed := errors.AsType[*chromedp.LoadError](err)
	switch {
	case o.Status >= http.StatusBadRequest && (err == nil || failed):
		o.Code, o.Error = fmt.Sprintf("HTTP %d", o.Status), (&lab.StatusError{Status: o.Status}).Error()
	case failed:
		o.Code, o.Error, o.Errno = failure.ErrorText, failure.ErrorText, errnoOf[failure.ErrorText]
		o.Closed = slices.Contains(closed, o.Code)
	case err != nil:
		o.Timeout, o.Error = true, "the page had not loaded "+err.Error()
	default:
		return
	}
	o.Stage = "read"
	if !p.requested && (o.Timeout || slices.Contains(connecting, o.Code)) {
		o.Stage = "connect"
	}
}

// start starts the browser: chromedp does so with the first action, and ends it with that action's context, which so
// cannot be one with a deadline.
func start(tab context.Context, end func()) error {
	late := time.AfterFunc(startPatience, end)
	err := chromedp.Do(tab, blockIcon)
	if !late.Stop() {
		return fmt.Errorf("start chromium: it was not there after %s", startPatience)
	}
	if err != nil {
		return fmt.Errorf("start chromium: %w", err)
	}
	return nil
}

// blockIcon keeps Chromium from asking for an icon for the tab: it would be a request that nobody made.
func blockIcon(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	pattern := network.BlockPattern{URLPattern: "*://*:*/favicon.ico", Block: true}
	return cdp.Call(ctx, t, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{&pattern}})
}

// load loads the page until it has all come, has failed, or is given up.
func (v visit) load(tab context.Context, seen *progress) (lab.Outcome, error) {
	patience, cancel := context.WithCancel(tab)
	begin := time.Now() // before the timer starts: a timeout never took less than itself
	if v.timeout > 0 {
		patience, cancel = context.WithTimeout(tab, v.timeout)
	}
	defer cancel()
	err := chromedp.Do(patience, chromedp.Navigate(v.page.String()))
	o := lab.OutcomeOf("chromium", "", nil, time.Since(begin)) // what follows takes time that is not the page's
	if tab.Err() != nil {
		return o, fmt.Errorf("load the page: %w", cmp.Or(err, tab.Err()))
	}
	switch late := errors.Is(err, context.DeadlineExceeded); {
	case late:
		err = fmt.Errorf("after %s", v.timeout)
	case err != nil && !errors.Is(err, chromedp.ErrPageLoad):
		return o, fmt.Errorf("load the page: %w", err)
	}
	seen.fill(&o, err)
	return o, nil
}

// errnoOf are the kernel's errors behind those of Chromium, as far as there is one to one; ERR_ADDRESS_UNREACHABLE, for
// one, stands for EHOSTUNREACH and for ENETUNREACH (net/base/net_errors_posix.cc).
var errnoOf = map[string]string{
	"net::ERR_CONNECTION_REFUSED":    "ECONNREFUSED",
	"net::ERR_CONNECTION_RESET":      "ECONNRESET",
	"net::ERR_CONNECTION_ABORTED":    "ECONNABORTED",
	"net::ERR_CONNECTION_TIMED_OUT":  "ETIMEDOUT",
	"net::ERR_NETWORK_ACCESS_DENIED": "EACCES",
}

// connecting are the errors for which there was no connection.
var connecting = []string{
	"net::ERR_ADDRESS_INVALID", "net::ERR_ADDRESS_UNREACHABLE", "net::ERR_CONNECTION_FAILED", "net::ERR_CONNECTION_REFUSED",
	"net::ERR_CONNECTION_TIMED_OUT", "net::ERR_INTERNET_DISCONNECTED", "net::ERR_NAME_NOT_RESOLVED",
	"net::ERR_NETWORK_ACCESS_DENIED", "net::ERR_UNSAFE_PORT",
}

// closed are the errors of a reply that ends before it is complete.
var closed = []string{
	"net::ERR_CONNECTION_CLOSED", "net::ERR_CONTENT_LENGTH_MISMATCH", "net::ERR_EMPTY_RESPONSE",
	"net::ERR_INCOMPLETE_CHUNKED_ENCODING",
}

// shown waits until Chromium's own page about a failure is there as a whole; the server's is shown as far as it has come.
// It is false when nothing of a page has come that could be shown.
const shown = `new Promise(done => {
	if (location.href.startsWith("chrome-error:") && document.readyState != "complete") addEventListener("load", () => done(true))
	else done(document.documentElement != null)
})`

// screenshot returns the page as a person sees it, as PNG; nil where there is nothing to be seen. What is asked of a page is
// not answered before the page is there: without a response, the page given up is still the blank one before it.
func screenshot(tab context.Context, blank bool) ([]byte, error) {
	ctx, cancel := context.WithTimeout(tab, paintPatience)
	defer cancel()
	if !blank {
		something, err := chromedp.Run(ctx, chromedp.Evaluate[bool](shown, chromedp.EvalAwaitPromise))
		if err != nil || !something {
			return nil, err
		}
	}
	return chromedp.Run(ctx, chromedp.CaptureScreenshot())
}

func (v visit) profile() string { return filepath.Join(v.folder, "profile") }
