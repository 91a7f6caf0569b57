package diagnose

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRules has, for each rule, the packets that it is for and those that come close.
// syslogLine is a line of syslog.
const syslogLine = "0 > S 0 0 0 to=514\n0.01 < S. 0 0 1 to=514\n0.01 > . 1 0 1 to=514\n0.02 > P. 1 9 1 to=514\n0.03 < . 1 0 10 to=514\n9 > . 10 0 1 to=514\n"

func TestRules(t *testing.T) {
	for name, c := range map[string]struct{ packets, want string }{
		// The handshake.
		"refused, number unknown":      {"0 > S 0 0 0\n0.1 < R. 0 0 1 raw", "refused"},
		"refused by the book":          {"0 > S 0 0 0\n0.1 < R. -5000 0 1", "refused"},
		"refused, RST without ACK":     {"0 > S 0 0 0\n0.1 < R 0 0 0 raw win=0", "refused"},
		"refused three times":          {"0 > S 0 0 0\n0.1 < R. 0 0 1\n0.6 > S 0 0 0\n0.7 < R. 0 0 1\n1.2 > S 0 0 0\n1.3 < R. 0 0 1", "refused"},
		"refused, then accepted":       {"0 > S 0 0 0\n0.1 < R. 0 0 1\n0.6 > S 0 0 0\n0.7 < S. 0 0 1\n0.8 > . 1 0 1", "open"},
		"refused with other numbers":   {"0 > S 0 0 0\n0.1 < R. 0 0 1\n1 > S 0 0 0 isn=77\n1.1 < R. 0 0 1 isn=77", "refused refused"},
		"answer before the SYN":        {"0 < R. 0 0 1\n0 > S 0 0 0", "refused"},
		"SYN-ACK before the SYN":       {"0 < S. 0 0 1\n0 > S 0 0 0\n0.1 > . 1 0 1", "open"},
		"rejected":                     {"0 > S 0 0 0\n0.1 icmp 3 1", "rejected"},
		"rejected, sent again":         {"0 > S 0 0 0\n0.1 icmp 3 1\n1 > S 0 0 0\n1.1 icmp 3 1", "rejected"},
		"rejected, then accepted":      {"0 > S 0 0 0\n0.1 icmp 3 1\n1 > S 0 0 0\n1.1 < S. 0 0 1\n1.2 > . 1 0 1", "open"},
		"rejected before refused":      {"0 > S 0 0 0\n0.1 icmp 3 1\n1 > S 0 0 0\n1.1 < R. 0 0 1", "rejected"},
		"hop limit":                    {"0 > S 0 0 0\n0.1 icmp 11 0", "rejected"},
		"too big is no rejection":      {"0 > S 0 0 0\n0.1 icmp 3 4\n1 > S 0 0 0", "no-answer"},
		"redirect is no rejection":     {"0 > S 0 0 0\n0.1 icmp 5 1\n1 > S 0 0 0", "no-answer"},
		"quench is no rejection":       {"0 > S 0 0 0\n0.1 icmp 4 0\n1 > S 0 0 0", "no-answer"},
		"no answer":                    {"0 > S 0 0 0\n1 > S 0 0 0\n3 > S 0 0 0", "no-answer"},
		"a lone SYN":                   {"0 > S 0 0 0", "no-answer?"},
		"SYN-ACK unanswered":           {"0 > S 0 0 0\n0.1 < S. 0 0 1\n1.1 < S. 0 0 1\n3.1 < S. 0 0 1", "synack-unanswered"},
		"SYN-ACK unanswered, then RST": {"0 > S 0 0 0\n0.1 < S. 0 0 1\n1.1 < S. 0 0 1\n3.1 < R 1 0 0", "synack-unanswered"},
		"one SYN-ACK at the end":       {"0 > S 0 0 0\n0.1 < S. 0 0 1", "synack-unanswered?"},
		"SYN-ACK does not arrive":      {"0 > S 0 0 0\n0.1 < S. 0 0 1\n1 > S 0 0 0\n1.1 < S. 0 0 1", "synack-unanswered"},
		"SYN scan":                     {"0 > S 0 0 0\n0.1 < S. 0 0 1\n0.1 > R 1 0 0", "reset-by-client"},
		"RST after the SYN-ACK":        {"0 > S 0 0 0\n0.1 < S. 0 0 1\n0.1 < R. 1 0 1", "reset-by-server"},
		"accept queue full": {handshake + "0.02 > P. 1 100 1\n0.22 > P. 1 100 1\n1.01 < S. 0 0 1\n1.02 > . 101 0 1\n" +
			"1.5 > P. 1 100 1\n3.01 < S. 0 0 1\n3.02 > . 101 0 1\n4 > P. 1 100 1", "synack-unanswered"},
		"accept queue full, RST at last": {handshake + "0.02 > P. 1 100 1\n1.01 < S. 0 0 1\n1.02 > . 101 0 1\n" +
			"3.01 < S. 0 0 1\n3.02 > . 101 0 1\n4 > P. 1 100 1\n4.1 < R 1 0 0", "synack-unanswered"},
		"SYN-ACK sent again, then all well": {handshake + "1.01 < S. 0 0 1\n1.02 > . 1 0 1\n2 > P. 1 10 1\n2.1 < P. 1 10 11\n2.2 > . 11 0 11", "open"},
		"challenge ACK": {"0 > S 0 0 0\n0.1 < . 900 0 77777777\n0.1 > R 77777777 0 0\n1 > S 0 0 0\n1.1 < S. 0 0 1\n1.2 > . 1 0 1\n" +
			"1.3 > P. 1 9 1\n1.4 < P. 1 9 10\n1.5 > F. 10 0 10\n1.6 < F. 10 0 11\n1.7 > . 11 0 11", "ok"},
		"simultaneous open":            {"0 > S 0 0 0\n0.01 < S 0 0 0\n0.02 > S. 0 0 1\n0.03 < S. 0 0 1\n0.04 > . 1 0 1", "open"},
		"fast open":                    {"0 > S 0 50 0\n0.1 < S. 0 0 51\n0.1 > . 51 0 1\n0.2 < P. 1 10 51\n0.3 > . 51 0 11", "open"},
		"fast open, not taken":         {"0 > S 0 50 0\n0.1 < S. 0 0 1\n0.1 > P. 1 50 1\n0.2 < P. 1 10 51\n0.3 > . 51 0 11", "open"},
		"port used again":              {exchange + "0.1 > F. 101 0 301\n0.2 < F. 301 0 102\n0.2 > . 102 0 302\n9 > S 0 0 0 isn=9\n9.1 < R. 0 0 1 isn=9", "ok refused"},
		"same number again":            {exchange + "0.1 > F. 101 0 301\n0.2 < F. 301 0 102\n0.2 > . 102 0 302\n9 > S 0 0 0\n9.1 < R. 0 0 1", "ok refused"},
		"late SYN of an older attempt": {"0 > S 0 0 0\n1 > S 0 0 0 isn=9\n2 > S 0 0 0", "no-answer no-answer?"},

		// Orderly ends.
		"ok":                           {exchange + "0.1 > F. 101 0 301\n0.2 < F. 301 0 102\n0.2 > . 102 0 302", "ok"},
		"ok, server first":             {exchange + "0.1 < F. 301 0 101\n0.2 > F. 101 0 302\n0.2 < . 302 0 102", "ok"},
		"ok, last ACK missing":         {exchange + "0.1 < F. 301 0 101\n0.2 > F. 101 0 302", "ok"},
		"open":                         {exchange, "open"},
		"open, nothing sent":           {handshake, "open"},
		"a request just sent":          {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101", "open"},
		"FIN both ways, then RST":      {exchange + "0.1 < F. 301 0 101\n0.2 > F. 101 0 302\n0.3 < R 302 0 0", "ok"},
		"server's FIN, client's RST":   {exchange + "0.1 < F. 301 0 101\n0.1 > . 101 0 302\n0.2 > R. 101 0 302", "ok"},
		"server's FIN, RST too early":  {handshake + "0.02 > P. 1 10 1\n0.03 < . 1 1000 11\n0.03 < . 1001 1000 11\n0.03 < F. 2001 0 11\n0.04 > R 11 0 0", "reset-by-client"},
		"client's FIN, server's RST":   {exchange + "0.1 > F. 101 0 301\n0.2 < R. 301 0 102", "ok"},
		"client's FIN, RST, no answer": {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n0.1 > F. 101 0 1\n0.2 < R. 1 0 102", "reset-by-server"},
		"health check":                 {handshake + "0.02 > F. 1 0 1\n0.03 < R. 1 0 2", "ok"},
		"health check by RST":          {handshake + "0.02 > R. 1 0 1", "reset-by-client"},
		"server closes on data":        {exchange + "1 > . 101 1460 301\n1.01 < F. 301 0 101\n1.02 < R 302 0 0", "reset-by-server"},
		"server closes on its ACK":     {exchange + "1 > . 101 1460 301\n1.01 < F. 301 0 1561\n1.02 < R 302 0 0", "ok"},
		"close_notify after FIN":       {exchange + "0.1 > F. 101 0 301\n0.2 < P. 301 31 102\n0.2 > R 102 0 0", "ok"},
		"client leaves during answer":  {exchange + "0.1 > F. 101 0 301\n0.2 < P. 301 1400 102\n0.2 > R 102 0 0", "reset-by-client"},
		"one-way transfer":             {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n0.04 > F. 101 0 1\n0.05 < F. 1 0 102\n0.06 > . 102 0 2", "ok"},
		"one-way stream, still open":   {handshake + "1 > P. 1 9 1\n1.1 < . 1 0 10\n3 > P. 10 9 1\n3.1 < . 1 0 19\n9 > . 19 0 1", "open"},

		"simultaneous open, no request": {"0 > S 0 0 0\n0.01 < S 0 0 0\n0.02 > S. 0 0 1\n0.02 < S. 0 0 1\n0.1 > P. 1 50 1\n0.2 < F. 1 0 51\n0.3 > F. 51 0 2\n0.4 < . 2 0 52", "ok"},

		// Ends of other kinds.
		"reset by the server":         {exchange + "0.1 < R. 301 0 101", "reset-by-server"},
		"reset by the client":         {exchange + "0.1 > R. 101 0 301", "reset-by-client"},
		"reset in place of an answer": {handshake + "0.02 > P. 1 100 1\n0.03 < R. 1 0 101", "reset-by-server"},
		"RST that nobody heeds":       {exchange + "0.1 < R 9999 0 0\n0.2 < P. 301 10 101\n0.3 > . 101 0 311\n0.4 > P. 101 10 311\n0.5 < . 311 0 111", "open"},
		"data in flight at the RST":   {exchange + "0.1 > R. 101 0 301\n0.1 < P. 301 1000 101\n0.1 < P. 1301 1000 101\n0.1 > R 101 0 0", "reset-by-client"},
		"keep-alive race":             {exchange + "9 < F. 301 0 101\n9.1 > P. 101 200 302\n9.2 < R 302 0 0", "reset-by-server"},
		"no reply":                    {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n3.1 > . 101 0 1", "no-reply"},
		"no reply, and none is due":   {syslogLine + "300 > F. 10 0 1 to=514\n300.1 < F. 1 0 11 to=514\n300.1 > . 11 0 2 to=514", "ok"},
		"nor is one while it lasts":   {syslogLine, "open"},
		"no reply, client gives up":   {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n3.1 > F. 101 0 1\n3.2 < . 1 0 102", "no-reply"},
		"no reply, both close":        {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n3.1 > F. 101 0 1\n3.2 < F. 1 0 102", "no-reply"},
		"closed early":                {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n0.1 < F. 1 0 101\n0.2 > F. 101 0 2\n0.3 < . 2 0 102", "closed-early"},
		"closed early, client waits":  {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n0.1 < F. 1 0 101\n0.2 > . 101 0 2", "closed-early"},
		"closed early, RST":           {handshake + "0.1 < F. 1 0 1\n0.1 > P. 1 100 2\n0.2 < R 2 0 0", "closed-early"},
		"closed at once":              {handshake + "0.1 < F. 1 0 1\n0.2 > F. 1 0 2\n0.3 < . 2 0 2", "closed-early"},
		"idle timeout":                {handshake + "60 < F. 1 0 1\n60 > F. 1 0 2\n60 < . 2 0 2", "ok"},
		"half-closed by the client":   {exchange + "1 > F. 101 0 301\n1.1 < . 301 0 102", "half-closed"},
		"half-closed by the server":   {exchange + "1 < F. 301 0 101\n1.1 > . 101 0 302", "half-closed"},
		"FIN unanswered":              {exchange + "1 < F. 301 0 101\n1.2 < F. 301 0 101\n1.6 < F. 301 0 101\n2.4 < F. 301 0 101", "blackhole"},

		// Stalls.
		"blackhole":                      {exchange + "1 > P. 101 100 301\n1.2 > P. 101 100 301\n1.6 > P. 101 100 301\n2.4 > P. 101 100 301", "blackhole"},
		"blackhole of the first request": {handshake + "1 > P. 1 100 1\n1.2 > P. 1 100 1\n1.6 > P. 1 100 1\n2.4 > P. 1 100 1", "blackhole"},
		"blackhole, then FIN":            {exchange + "1 > P. 101 100 301\n1.2 > P. 101 100 301\n1.6 > P. 101 100 301\n2.4 > FP. 101 100 301", "blackhole"},
		"blackhole, then RST":            {exchange + "1 < P. 301 100 101\n1.2 < P. 301 100 101\n1.6 < P. 301 100 101\n2.4 < R. 401 0 101", "blackhole"},
		"blackhole answered by RST":      {exchange + "1 > P. 101 100 301\n1.2 > P. 101 100 301\n1.6 > P. 101 100 301\n1.7 < R 301 0 0", "reset-by-server"},
		"retransmission at the end":      {exchange + "1 > P. 101 100 301\n1.2 > P. 101 100 301", "open"},
		"retransmission that is heard":   {exchange + "1 > P. 101 100 301\n1.2 > P. 101 100 301\n1.6 > P. 101 100 301\n1.7 < . 301 0 201", "open"},
		"captured twice": {exchange + "1 > P. 101 100 301 id=9\n1.0001 > P. 101 100 301 id=9\n1.0002 > P. 101 100 301 id=9\n" +
			"1.0003 > P. 101 100 301 id=9\n2 > . 201 0 301", "open"},
		"MTU":                  {exchange + "1 < . 301 1460 101\n1 < . 1761 1460 101\n1.2 < . 301 1460 101\n1.6 < . 301 1460 101\n2.4 < . 301 1460 101", "mtu-blackhole"},
		"not the MTU":          {exchange + "1 < . 301 1460 101\n1.1 > . 101 0 1761\n1.2 < . 1761 1460 101\n1.4 < . 1761 1460 101\n1.8 < . 1761 1460 101", "blackhole"},
		"MTU, at the receiver": {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n0.04 < P. 2921 200 101\n0.05 > . 101 0 1\n5 > . 101 0 1", "mtu-blackhole"},
		"zero window": {exchange + "1 < . 301 1000 101\n1 > . 101 0 1301 win=0\n1.3 < . 1300 0 101\n1.3 > . 101 0 1301 win=0\n" +
			"1.9 < . 1300 0 101\n1.9 > . 101 0 1301 win=0", "zero-window"},
		"zero window, probes of a byte": {exchange + "1 > . 101 0 301 win=0\n1.3 < . 301 1 101\n1.3 > . 101 0 301 win=0\n" +
			"1.9 < . 301 1 101\n1.9 > . 101 0 301 win=0\n3 < . 301 1 101", "zero-window"},
		"zero window, of a SYN-ACK": {"0 > S 0 0 0\n0.1 < S. 0 0 1 win=0\n0.2 > . 1 0 1\n5 > P. 1 1 1\n10 > P. 1 1 1", "zero-window"},
		"zero window, opened again": {exchange + "1 > . 101 0 301 win=0\n1.3 < . 300 0 101\n1.3 > . 101 0 301 win=0\n2 > . 101 0 301\n3 < P. 301 9 101\n3.1 > . 101 0 310", "open"},
		"zero window, given up":     {exchange + "1 > . 101 0 301 win=0\n1.3 < . 300 0 101\n1.3 > . 101 0 301 win=0\n9 < R. 301 0 101", "zero-window"},
		"window 0 at the very end":  {exchange + "1 > . 101 0 301 win=0", "open"},
		"keep-alives":               {exchange + "9 > . 100 0 301\n9.1 < . 301 0 101\n18 > . 100 0 301\n18.1 < . 301 0 101\n27 > . 100 1 301", "open"},
		"keep-alives unanswered":    {exchange + "9 > . 100 1 301\n18 > . 100 1 301\n27 > . 100 1 301\n36 > . 100 1 301", "open"},

		// Judged by the sequence numbers, because the capture lacks packets or their data.
		"an answer that the server's FIN proves":               {"0 > S 0 0 0\n0.1 < S. 0 0 1\n0.3 < F. 501 0 101\n0.3 > F. 101 0 502\n0.4 < . 502 0 102", "ok"},
		"an answer that the client acknowledged":               {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n0.1 > . 101 0 501\n5 > . 101 0 501", "open"},
		"an HTTP answer that is acknowledged only":             {handshake + "0.02 > P. 1 0 1 text=GET_/_HTTP/1.1\\n\\n\n0.1 > . 19 0 501\n0.2 < F. 501 0 19\n0.3 > F. 19 0 502", "ok"},
		"a FIN that its acknowledgment proves":                 {exchange + "0.1 > F. 101 0 301\n0.1 < . 301 0 102\n0.2 > . 102 0 302", "ok"},
		"one more byte is no FIN":                              {exchange + "0.1 > F. 101 0 301\n0.1 < . 301 0 102\n0.2 > . 102 0 302\n0.3 < P. 302 50 102\n0.4 > . 102 0 352", "half-closed"},
		"a byte sent again is no FIN":                          {exchange + "0.1 > F. 101 0 301\n0.1 < . 301 0 102\n0.2 > . 102 0 302\n0.3 < P. 297 5 102", "half-closed"},
		"a keep-alive that is the first packet":                {"0 > . 100 0 301\n0.1 < . 301 0 101", "midstream/open"},
		"a FIN three times":                                    {exchange + "1 < F. 301 0 101\n1.2 < F. 301 0 101\n1.6 < F. 301 0 101", "blackhole"},
		"a FIN three times, its acknowledgment may be missing": {exchange + "1 > . 101 0 2301\n2 < F. 2301 0 101\n2.2 < F. 2301 0 101\n2.6 < F. 2301 0 101", "half-closed"},
		"a FIN six times, the capture lacks packets":           {exchange + "1 > . 101 0 2301\n2 < F. 2301 0 101\n2.2 < F. 2301 0 101\n2.6 < F. 2301 0 101\n3.4 < F. 2301 0 101\n5 < F. 2301 0 101\n9 < F. 2301 0 101", "blackhole"},
		"a FIN three times, the other FIN is missing":          {exchange + "1 > F. 101 0 301\n1.2 > F. 101 0 301\n1.6 > F. 101 0 301\n1.7 > . 102 0 302", "ok"},
		"a FIN three times, at once":                           {exchange + "1 < F. 301 0 101\n1.1 < F. 301 0 101\n1.3 < F. 301 0 101", "half-closed"},
		"a FIN three times, then RST":                          {exchange + "1 < F. 301 0 101\n1.2 < F. 301 0 101\n1.6 < F. 301 0 101\n3 < R. 302 0 101", "blackhole"},
		"a FIN three times, heard at last":                     {exchange + "1 < F. 301 0 101\n1.2 < F. 301 0 101\n1.6 < F. 301 0 101\n1.7 > F. 101 0 302", "ok"},
		"a FIN three times, answered by RST":                   {exchange + "1 > F. 101 0 301\n1.2 > F. 101 0 301\n1.6 > F. 101 0 301\n1.7 < R 301 0 0", "ok"},
		"RST in place of a FIN that nobody heard":              {exchange + "1 > F. 101 0 301\n1.2 > F. 101 0 301\n1.5 > R. 102 0 301", "reset-by-client"},
		"RST right after a FIN":                                {exchange + "1 > F. 101 0 301\n1.0001 > R. 102 0 301", "ok"},
		"no reply, little patience":                            {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n1.9 > F. 101 0 1\n2 < . 1 0 102", "half-closed"},
		"no reply, request not acknowledged":                   {handshake + "0.02 > P. 1 100 1\n0.02 > P. 101 50 1\n0.03 < . 1 0 101\n4 > . 151 0 1", "open"},
		"no reply, the capture ends":                           {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n2 > . 101 0 1", "open"},
		"an answer that came too late":                         {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n9 > F. 101 0 1\n9 < . 1 0 102\n11 < P. 1 300 102\n11 > R 102 0 0", "no-reply"},
		"an answer that the client waited for":                 {handshake + "0.02 > P. 1 100 1\n0.03 < . 1 0 101\n9 > F. 101 0 1\n9 < . 1 0 102\n11 < P. 1 300 102\n11 > . 102 0 301\n11 < F. 301 0 102\n11 > . 102 0 302", "ok"},
		"not the MTU, a full segment came earlier":             {exchange + "1 < . 301 1460 101\n1 < . 1761 1460 101\n1.1 > . 101 0 1761\n1.2 < . 1761 1460 101\n1.6 < . 1761 1460 101\n2.4 < . 1761 1460 101", "blackhole"},
		"a RST that acknowledges 0":                            {handshake + "0.02 > P. 1 100 1\n0.1 < R. 1 0 16 raw", "reset-by-server"},
		"keep-alives in vain, then RST":                        {exchange + "9 > . 100 0 301\n18 > . 100 0 301\n27 > . 100 0 301\n36 > R. 101 0 301", "blackhole"},
		"keep-alives answered, then RST":                       {exchange + "9 > . 100 0 301\n18 > . 100 0 301\n27 > . 100 0 301\n27 < . 301 0 101\n36 > R. 101 0 301", "reset-by-client"},
		"filter on SYN, FIN and RST":                           {"0 > S 0 0 0\n0.1 < S. 0 0 1\n0.5 < F. 301 0 101\n0.6 > F. 101 0 302", "ok"},
		"Multipath TCP, a subflow without data":                {"0 > S 0 0 0 mptcp\n0.1 < S. 0 0 1 mptcp\n0.2 > . 1 0 1\n0.5 < F. 1 0 1\n0.6 > F. 1 0 2", "ok"},
		"FTP data, of an empty list":                           {exchange21 + "0.1 > S 0 0 0 to=7000 port=7\n0.1 < S. 0 0 1 to=7000 port=7\n0.1 > . 1 0 1 to=7000 port=7\n0.2 < F. 1 0 1 to=7000 port=7\n0.3 > F. 1 0 2 to=7000 port=7", "open ok"},

		// Two attempts on the same ports: what is late belongs to the older one.
		"a late ACK of the older attempt":  {used + "9 > S 0 0 0 isn=9\n9.1 < S. 0 0 1 isn=9\n9.2 > . 1 0 1 isn=9\n9.3 > . 102 0 302", "ok open"},
		"late data of the older attempt":   {used + "9 > S 0 0 0 isn=9\n9.1 < S. 0 0 1 isn=9\n9.2 > . 1 0 1 isn=9\n9.3 < P. 201 100 102\n9.4 > P. 1 5 1 isn=9\n12.9 < . 1 0 6 isn=9", "ok no-reply"},
		"a late RST of the older attempt":  {used + "9 > S 0 0 0 isn=9\n9.1 < S. 0 0 1 isn=9\n9.2 > . 1 0 1 isn=9\n9.3 > R 102 0 0", "ok open"},
		"a RST of the newer attempt":       {used + "9 > S 0 0 0 isn=9\n9.1 < S. 0 0 1 isn=9\n9.2 > . 1 0 1 isn=9\n9.3 > R 1 0 0 isn=9", "ok reset-by-client"},
		"a challenge, and its RST is lost": {exchange + "2 > S 0 0 0 isn=77777777\n2.1 < . 301 0 101\n2.1 > R 101 0 0\n3 > S 0 0 0 isn=77777777\n3.1 < . 301 0 101\n3.1 > R 101 0 0", "open no-answer"},

		// What the capture does not show.
		"a lone SYN, and the capture goes on":   {"0 > S 0 0 0\n9 ping 1\n9 pong 1", "no-answer ok"},
		"one-sided, client":                     {"0 > S 0 0 0\n0.1 > . 1 0 1\n0.2 > P. 1 100 1\n0.3 > F. 101 0 301", "one-sided"},
		"one-sided, server":                     {"0 < S. 0 0 1\n0.2 < P. 1 300 101\n0.3 < F. 301 0 102", "one-sided"},
		"one-sided, a stream":                   {"0 < . 1 1000 1\n0.3 < . 1001 1000 1\n0.6 < . 2001 1000 1\n0.7 < F. 3001 0 1", "one-sided"},
		"midstream, a burst at the end":         {"0 < . 1 1000 1\n0.1 < . 1001 1000 1\n0.2 < . 2001 1000 1\n0.3 < F. 3001 0 1", "midstream/half-closed"},
		"midstream, a stream that nobody hears": {"0 < . 1 1000 1\n0.5 < . 1001 1000 1\n0.6 < . 1 1000 1\n1.1 < . 1 1000 1\n1.9 < . 1 1000 1", "midstream/blackhole"},
		"one-sided, in the middle":              {"0 > . 1 0 1\n0.1 > . 1 0 1001\n0.2 > . 1 0 2001", "one-sided"},
		"one-sided, lone SYN":                   {"0 > S 0 0 0 port=7\n0 > S 0 0 0\n0.1 > . 1 0 1\n0.2 > P. 1 100 1", "one-sided one-sided"},
		"midstream":                             {"0 > P. 1 100 1\n0.1 < P. 1 300 101\n0.2 > . 101 0 301", "midstream/open"},
		"midstream, closed":                     {"0 > P. 1 100 1\n0.1 < P. 1 300 101\n0.2 > F. 101 0 301\n0.3 < F. 301 0 102\n0.4 > . 102 0 302", "midstream/ok"},
		"midstream, no reply":                   {"0 > P. 1 200 1\n0.1 < . 1 0 201\n5 > F. 201 0 1\n5.1 < . 1 0 202", "midstream/no-reply"},
		"midstream, closed early":               {"0 > P. 1 200 1\n0.1 < . 1 0 201\n0.2 < F. 1 0 201\n0.3 > F. 201 0 2\n0.4 < . 2 0 202", "midstream/closed-early"},
		"midstream, last words":                 {"0 > P. 1 20 1\n0.1 < F. 1 0 21\n0.3 > F. 21 0 2\n0.4 < . 2 0 22", "midstream/ok"},
		"midstream, reset":                      {"0 > P. 1 100 1\n0.1 < R. 1 0 101", "midstream/reset-by-server"},
		"midstream, blackhole":                  {"0 > P. 1 100 1\n0.2 > P. 1 100 1\n0.6 > P. 1 100 1\n1.4 > P. 1 100 1", "midstream/blackhole"},
		"midstream from the SYN-ACK":            {"0 < S. 0 0 1\n0.1 > . 1 0 1\n0.2 > P. 1 100 1\n0.3 < F. 1 0 101", "midstream/closed-early"},
		"ARP unanswered":                        {"0 arp >\n1 arp >\n2 arp >", "no-neighbour"},
		"ARP answered":                          {"0 arp >\n1 arp >\n1.1 arp <", ""},
		"ARP, then traffic":                     {"0 arp >\n1 arp >\n2 > S 0 0 0\n2.1 < R. 0 0 1", "refused"},
		"ARP once":                              {"0 arp >", ""},
		"nothing":                               {"", ""},

		// What the answer says of its own length.
		"HTTP answer cut off": {handshake + `0.02 > P. 1 0 1 text=GET_/_HTTP/1.1\n\n
			0.03 < P. 1 0 19 text=HTTP/1.1_200_OK\nContent-Length:_50\n\nhalf
			0.04 < F. 44 0 19
			0.05 > F. 19 0 45
			0.06 < . 45 0 20`, "closed-early"},
		"second request unanswered": {handshake + `0.02 > P. 1 0 1 text=GET_/_HTTP/1.1\n\n
			0.03 < P. 1 0 19 text=HTTP/1.1_200_OK\nContent-Length:_4\n\nfull
			0.04 > P. 19 0 43 text=GET_/_HTTP/1.1\n\n
			0.05 < F. 43 0 37
			0.06 > F. 37 0 44
			0.07 < . 44 0 38`, "closed-early"},
		"last words of the client": {exchange + "1 > P. 101 500 301\n1.1 < F. 301 0 601\n1.2 > F. 601 0 302\n1.3 < . 302 0 602", "ok"},
		"HTTP answer in full": {handshake + `0.02 > P. 1 0 1 text=GET_/_HTTP/1.1\n\n
			0.03 < P. 1 0 19 text=HTTP/1.1_200_OK\nContent-Length:_4\n\nfull
			0.04 < F. 43 0 19
			0.05 > F. 19 0 44
			0.06 < . 44 0 20`, "ok"},
	} {
		assert.Equal(t, c.want, verdictsOf(diagnoseText(t, c.packets)), name)
	}
}

// TestALastFINWhoseAcknowledgmentIsMissingIsToldAsThat: one acknowledgment may not have been captured, and a FIN that was sent once proves no trouble.
func TestALastFINWhoseAcknowledgmentIsMissingIsToldAsThat(t *testing.T) {
	const once = "the FIN of the server was not seen acknowledged; it was not sent again, either"
	const closing = exchange + "1 > F. 101 0 301\n1.1 < F. 301 0 102\n"
	for name, c := range map[string]struct{ packets, verdict, note string }{
		"sent once":            {closing, "ok", once},
		"sent twice":           {closing + "1.3 < F. 301 0 102\n", "ok", "the FIN of the server was sent 2 times, and not seen acknowledged"},
		"sent again and again": {closing + "1.3 < F. 301 0 102\n1.7 < F. 301 0 102\n2.5 < F. 301 0 102\n", "blackhole", ""},
		"acknowledged":         {closing + "1.2 > . 102 0 302\n", "ok", ""},
		"answered by a RST":    {closing + "1.2 > R 102 0 302\n", "ok", ""},
	} {
		r := diagnoseText(t, c.packets)[0]
		assert.Equal(t, c.verdict, r.verdict, name)
		notes := strings.Join(english(r.Notes), "\n")
		assert.Contains(t, notes, c.note, name)
		assert.Equal(t, c.note != "", strings.Contains(notes, "not seen acknowledged"), name)
	}
}
