package clients

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lab"
)

// Curl is curl, with its limit for the whole transfer (--max-time).
type Curl struct{}

// Name is "curl".
func (Curl) Name() string { return "curl" }

// Programs implements [lab.Needer].
func (Curl) Programs() []string { return []string{"curl"} }

// Do makes one request, without a limit of its own where the timeout is 0. What curl itself measured is read from the JSON of --write-out; the kernel's error it tells only
// with --verbose, on a line of its own.
func (c Curl) Do(ctx context.Context, a lab.Call) (lab.Outcome, error) {
	argv := []string{"curl", "--disable", "--silent", "--show-error", "--verbose", "--noproxy", "*", "--output", "/dev/null", "--write-out", "%{json}"}
	if a.Timeout > 0 {
		argv = append(argv, "--max-time", fmt.Sprintf("%.3f", a.Timeout.Seconds()))
	}
	out, err := runProgram(ctx, a.Host, append(argv, c.where(a)...)...)
	if err != nil {
		return lab.Outcome{}, err
	}
	return curlOutcome(out)
}

// where is the URL, and what makes a name of it where the service has several addresses.
func (Curl) where(a lab.Call) []string {
	if len(a.Also) == 0 {
		return []string{fmt.Sprintf("http://%s/", a.HostPort())}
	}
	const name = "service.lab"
	var addresses []string
	for _, address := range append([]netip.AddrPort{a.Target}, a.Also...) {
		addresses = append(addresses, address.Addr().String())
	}
	return []string{"--resolve", fmt.Sprintf("%s:%d:%s", name, a.Target.Port(), strings.Join(addresses, ",")), fmt.Sprintf("http://%s:%d/", name, a.Target.Port())}
}

// TriesAll implements [lab.Trier].
func (Curl) TriesAll() bool { return true }

// curlReport is what curl says of a transfer (curl(1), --write-out).
type curlReport struct {
	Status    int     `json:"http_code"`
	Error     string  `json:"errormsg"`
	Connected float64 `json:"time_connect"` // seconds, 0 where there was no connection
	Total     float64 `json:"time_total"`
	LocalIP   string  `json:"local_ip"`
	LocalPort int     `json:"local_port"`
}

// The exit codes of curl(1) that say how a connection failed.
const (
	curlNoAddress = 6
	curlPartial   = 18
	curlTimeout   = 28
	curlEmpty     = 52
	curlSendError = 55
	curlRecvError = 56
)

func curlOutcome(out output) (lab.Outcome, error) {
	var r curlReport
	if err := json.Unmarshal([]byte(out.stdout), &r); err != nil {
		return lab.Outcome{}, fmt.Errorf("curl ended with exit code %d and no report (it must be 7.75 or newer): %s", out.code, out.said())
	}
	o := lab.Outcome{Program: "curl", Elapsed: time.Duration(r.Total * float64(time.Second)), Status: r.Status, ExitCode: out.code,
		Ended: out.ended}
	if addr, err := netip.ParseAddr(r.LocalIP); err == nil && r.LocalPort > 0 {
		o.Local = netip.AddrPortFrom(addr, uint16(r.LocalPort))
	}
	if out.code == 0 && r.Status < 400 {
		return o, nil
	}
	o.Stage, o.Code, o.Error = "connect", fmt.Sprintf("exit %d", out.code), fmt.Sprintf("curl: (%d) %s", out.code, r.Error)
	if r.Connected > 0 {
		o.Stage = "read"
	}
	if out.code == curlNoAddress {
		o.Stage = lab.StageLookup
	}
	if out.code == 0 {
		o.Code, o.Error = fmt.Sprintf("HTTP %d", r.Status), (&lab.StatusError{Status: r.Status}).Error()
		return o, nil
	}
	o.Errno = curlErrno(out.stderr, r.Error)
	o.Closed = out.code == curlPartial || out.code == curlEmpty
	// Exit code 28 stands for the kernel's giving up, too.
	o.Timeout = out.code == curlTimeout && o.Errno == ""
	return o, nil
}

// curlErrno finds the kernel's error: "* connect to 203.0.113.10 port 8080 failed: Connection refused", or, once it was
// connected, in the message itself. curl's own timeout also says "Connection timed out".
func curlErrno(verbose, message string) string {
	for line := range strings.Lines(verbose) {
		if _, reason, ok := strings.Cut(line, " failed: "); ok && strings.HasPrefix(line, "* connect to ") {
			return errnoIn(reason)
		}
		if rest, ok := strings.CutPrefix(line, "* Immediate connect fail for "); ok {
			return errnoIn(rest)
		}
	}
	if strings.HasPrefix(message, "Recv failure") || strings.HasPrefix(message, "Send failure") {
		return errnoIn(message)
	}
	return ""
}

var _ = register(Curl{}, "curl with --max-time")
