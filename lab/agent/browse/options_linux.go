package browse

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// preferences switch off what has no switch on the command line: Chromium opens a second connection to every page's
// server, in the hope that it will be needed (2: never).
const preferences = `{"net": {"network_prediction_options": 2}}`

func (v visit) writePreferences() error {
	folder := filepath.Join(v.profile(), "Default")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "Preferences"), []byte(preferences), 0o600)
}

// features are those to be switched off that would add to what is on the wire, or change what a person reads.
var features = []string{
	"HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", // a TLS handshake before each page without TLS
	"PermitTcpSocketPoolConnectBackupJobs",  // a second connection when the first has not come about after 250 ms
	"MediaRouter", "DialMediaRouteProvider", // multicast, to find screens
	"OptimizationHints", "Translate",
}

// options are those of the command line: Chromium as a user has it, but for one thing: it makes one connection to the
// page's server, sends one request on it, and nothing else. So what is on the wire is what the failure makes of it. As
// root, as which everything in a host runs, chromedp adds --no-sandbox, without which Chromium would not start.
func (v visit) options() []chromedp.ExecAllocatorOption {
	return append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(v.program),
		chromedp.UserDataDir(v.profile()),
		chromedp.Env("HOME="+v.folder, "TMPDIR="+v.folder, "LANGUAGE=en"),
		chromedp.WindowSize(800, 600),
		chromedp.Flag("disable-features", strings.Join(features, ",")),
		// A page about a failure is loaded again after 1, 5, 30 s ... otherwise.
		chromedp.Flag("disable-auto-reload", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("no-pings", true),
		chromedp.Flag("no-proxy-server", true),
		// Its maker's servers are asked even so: for them, no name can be looked up.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE "+v.page.Hostname()),
	)
}
