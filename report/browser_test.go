package report

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
)

// requireChromium says that Chromium must be there: on a machine that should have it, as in CI, its lack is a failure and
// not a skip.
const requireChromium = "TCPLAB_REQUIRE_CHROMIUM"

// browserPatience ends what hangs.
const browserPatience = 2 * time.Minute

// browser is a page in Chromium.
type browser struct {
	t        *testing.T
	tab      context.Context
	mutex    sync.Mutex
	said     []string // on the console, and errors
	requests []string
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv(requireChromium) != "" {
			t.Fatalf("chromium is required (%s) and not installed: apt-get install chromium", requireChromium)
		}
		t.Skip("chromium is not installed: apt-get install chromium")
	}
	b := &browser{t: t}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU)
	allocator, end := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(end)
	tab, closeTab := chromedp.NewContext(allocator, chromedp.WithListener(b.note))
	t.Cleanup(closeTab)
	late := time.AfterFunc(browserPatience, closeTab)
	t.Cleanup(func() { late.Stop() })
	b.tab = tab
	b.do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, log.Enable, cdp.Empty{})
		return chromedp.Void{}, err
	})
	return b
}

func (b *browser) note(event any) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		b.said = append(b.said, fmt.Sprintf("console.%s", e.Type))
	case *runtime.EventExceptionThrown:
		b.said = append(b.said, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		b.said = append(b.said, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	}
}

func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.tab, actions...))
}

func eval[T any](b *browser, script string) T {
	b.t.Helper()
	value, err := chromedp.Run(b.tab, chromedp.Evaluate[T](script))
	require.NoError(b.t, err)
	return value
}

// show loads a page at a width, light or dark.
func (b *browser) show(file string, width int64, scheme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 900), b.scheme(scheme), chromedp.Navigate("file://"+file))
}

func (b *browser) scheme(name string) chromedp.Action[chromedp.Void] { return b.media("", name) }

func (b *browser) media(kind, scheme string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind,
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return chromedp.Void{}, err
	}
}

// look returns what is wrong with the page as it is laid out.
func (b *browser) look() []string {
	b.t.Helper()
	script, err := os.ReadFile("testdata/look.js")
	require.NoError(b.t, err)
	return eval[[]string](b, string(script))
}

// quiet asserts that the page has said nothing and asked for nothing but itself.
func (b *browser) quiet() {
	b.t.Helper()
	b.mutex.Lock()
	defer b.mutex.Unlock()
	assert.Empty(b.t, b.said, "the page said something")
	for _, url := range b.requests {
		assert.Regexp(b.t, `^(file:///.*\.html|data:image/png;.*)$`, url, "the page asked for something else than itself")
	}
}

func save(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, os.WriteFile(name, []byte(written(t, write)), 0o644))
	return name
}

func entries(t *testing.T) []Entry {
	t.Helper()
	var list []Entry
	for _, dir := range recorded(t) {
		list = append(list, Entry{Page: filepath.Base(dir) + "/report.html", RunRecord: open(t, dir)})
	}
	return list
}

// lookEverywhere looks at a page, with everything unfolded, on a large screen, a tablet and a telephone, light and dark.
func (b *browser) lookEverywhere(name, file string) {
	b.t.Helper()
	b.show(file, 1280, "light")
	eval[bool](b, `document.querySelectorAll("details").forEach((d) => { d.open = true }), true`)
	for _, width := range []int64{1280, 800, 390} {
		for _, scheme := range []string{"light", "dark"} {
			b.do(chromedp.EmulateViewport(width, 900), b.scheme(scheme))
			require.Equal(b.t, width, eval[int64](b, "innerWidth"))
			require.Equal(b.t, scheme == "dark", eval[bool](b, `matchMedia("(prefers-color-scheme: dark)").matches`))
			assert.Empty(b.t, b.look(), "%s, %d pixels wide, %s", name, width, scheme)
		}
	}
	b.do(chromedp.EmulateViewport(794, 1123), b.media("print", "light")) // A4 at 96 dots per inch
	require.True(b.t, eval[bool](b, `matchMedia("print").matches`))
	assert.Empty(b.t, b.look(), "%s, printed", name)
	b.do(b.scheme("light"))
}

func TestPagesInABrowser(t *testing.T) {
	b := newBrowser(t)
	pages := map[string]string{"index": save(t, func(w io.Writer) error { return Index(w, entries(t), Ends{Summary: "all of them"}) })}
	for _, dir := range recorded(t) {
		pages[filepath.Base(dir)] = save(t, open(t, dir).HTML)
	}
	for name, file := range pages {
		b.lookEverywhere(name, file)
	}
	b.quiet()
}

// What is drawn is what was captured: the arrows of the failure are the packets in the client's and the server's capture.
func TestArrowsInABrowserAreThePacketsOfTheCaptures(t *testing.T) {
	b := newBrowser(t)
	r := open(t, filepath.Join(runs, "nat-forgets-reset-netns-ipv4"))
	b.show(save(t, r.HTML), 1280, "light")
	drawn := eval[[]int64](b, `[...document.querySelectorAll(".panel.main .arrow")].map((g) => +g.dataset.sent)`)
	traces := r.Phase(harness.Observe).traces
	first := traces[0].Attempts(lab.Port)[0].Packets[0].Time
	var captured []int64
	seen := map[int64]bool{}
	for _, trace := range traces {
		for _, a := range trace.Attempts(lab.Port) {
			for _, p := range a.Packets {
				seen[p.Time.Sub(first).Nanoseconds()] = true
				if trace.Point == "client" && a.FromClient(&p) {
					captured = append(captured, p.Time.Sub(first).Nanoseconds())
				}
			}
		}
	}
	require.NotEmpty(t, captured)
	assert.Subset(t, drawn, captured, "each packet of the client begins an arrow")
	for _, at := range drawn {
		assert.True(t, seen[at], "an arrow begins after %d ns, when nothing was captured", at)
	}
}

// The filter is reached and used by the keyboard alone.
func TestFilterByKeyboard(t *testing.T) {
	b := newBrowser(t)
	b.show(save(t, func(w io.Writer) error { return Index(w, entries(t), Ends{Summary: "all of them"}) }), 800, "light")
	shown := `[...document.querySelectorAll("[data-words]")].filter((c) => c.getClientRects().length > 0).map((c) => c.querySelector("h2 a").textContent).join(" ")`
	all := eval[string](b, shown)
	b.do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("FIREwall ipv6"))
	assert.Equal(t, "filter", eval[string](b, `document.activeElement.id`), "the filter is the first thing that the keyboard reaches")
	assert.Equal(t, "firewall-drop", eval[string](b, shown))
	assert.Equal(t, fmt.Sprintf("1 of %d shown", len(recorded(t))), eval[string](b, `document.getElementById("count").textContent`))
	for range "FIREwall ipv6" {
		b.do(chromedp.KeyEvent(kb.Backspace))
	}
	assert.Equal(t, all, eval[string](b, shown))
	b.do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab)) // the fold of the table, the table, and its first line
	assert.Equal(t, "A", eval[string](b, `document.activeElement.tagName`), "a run's page is reached by the keyboard")
	b.quiet()
}

// Without scripts everything is there but the filter.
func TestIndexWithoutScripts(t *testing.T) {
	b := newBrowser(t)
	b.do(func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return chromedp.Void{}, err
	})
	b.show(save(t, func(w io.Writer) error { return Index(w, entries(t), Ends{Summary: "all of them"}) }), 800, "light")
	text, err := chromedp.Run(b.tab, chromedp.Text("main"))
	require.NoError(t, err)
	assert.Contains(t, text, "closed-port")
	assert.Contains(t, text, "4 packets lost in the security group; the server saw nothing")
	assert.NotContains(t, text, "Show only")
}

// hostile does in each way what a capture, a scenario's name or a program's error could try.
const hostile = `</title></desc></svg></style></script><script>window.hit=1</script><img src=x onerror="window.hit=1"><svg onload="window.hit=1">` +
	`<a href="javascript:window.hit=1">x</a>" onmouseover="window.hit=1" ' onfocus='window.hit=1' {{.}} </pre> javascript:window.hit=1`

func hostileRecord(t *testing.T) *RunRecord {
	t.Helper()
	r := open(t, filepath.Join(runs, "closed-port-netns-ipv4"))
	r.Scenario, r.Title, r.Story, r.Engine, r.Kernel, r.Fault, r.Artifacts = hostile, hostile, hostile, hostile, hostile, hostile, hostile
	r.Verdict, r.Wanted, r.Match = hostile, hostile, false
	r.ByHand, r.Fixtures, r.Witnesses = []string{hostile}, []string{hostile}, []string{hostile}
	r.Client.Program, r.Client.Error, r.Client.Errno = hostile, hostile, hostile
	r.Mismatches = []MismatchRecord{{Phase: hostile, At: hostile, Reason: hostile, Detail: hostile}}
	r.Counters["client"][hostile] = 1
	r.Sysctls = map[string]map[string]string{hostile: {hostile: hostile}}
	r.Attach(hostile, []byte("\x89PNG\r\n\x1a\n"+hostile))
	r.Attach(hostile+".svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="window.hit=1"/>`))
	observe := r.Phase(harness.Observe)
	observe.Packets["client"] = []string{hostile}
	observe.Client.Errno, observe.Question, observe.Check = hostile, hostile, hostile
	for i := range observe.traces { // the names of interfaces in a capture
		for j := range observe.traces[i].Packets {
			observe.traces[i].Packets[j].Interface = hostile
		}
	}
	return r
}

func TestHostileStringsAreInert(t *testing.T) {
	b := newBrowser(t)
	r := hostileRecord(t)
	index := save(t, func(w io.Writer) error {
		return Index(w, []Entry{{Page: "javascript:window.hit=1", RunRecord: r}}, Ends{hostile, []NotRun{{hostile, hostile}}})
	})
	for _, file := range []string{save(t, r.HTML), index} {
		b.show(file, 800, "light")
		for _, complaint := range b.look() {
			// A line of 300 letters may well be wider than a drawing.
			if !strings.Contains(complaint, "leaves the drawing") && !strings.Contains(complaint, "overlaps") {
				assert.Fail(t, complaint)
			}
		}
		assert.Equal(t, `"window.hit" in window: false`, eval[string](b, `'"window.hit" in window: ' + ("hit" in window)`))
		scripts := eval[int](b, `document.scripts.length`)
		assert.LessOrEqual(t, scripts, 1, "only the index has a script, and only its own")
		assert.Equal(t, 0, eval[int](b, `document.querySelectorAll("[onerror], [onload], [onmouseover], [onfocus]").length`))
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, url := range b.requests {
		assert.Regexp(t, `^(file:///.*/page\.html|data:image/png;.*)$`, url)
	}
}
