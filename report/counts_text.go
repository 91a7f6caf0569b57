package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// mostRows is how many servers, clients and minutes a table for people has.
const mostRows = 20

// Text writes the counts as tables: by server, by client, and by minute. Of each, it shows those with the most failures.
func (c *Counts) Text(out io.Writer, tag lang.Tag) error {
	var b strings.Builder
	s := Style{Language: tag}
	s.writeCounts(&b, lang.Text{English: "server", Korean: "서버"}, c.byServer(), c.servers.beyond)
	s.writeCounts(&b, lang.Text{English: "client", Korean: "클라이언트"}, c.byClient(), c.clients.beyond)
	s.writeCounts(&b, lang.Text{English: "minute (UTC)", Korean: "분(UTC)"}, worstMinutes(c.byMinute()), c.minutes.beyond)
	_, err := io.WriteString(out, b.String())
	return err
}

// worstMinutes are those with failures, where there are too many to be shown.
func worstMinutes(all []counting) []counting {
	if len(all) <= mostRows {
		return all
	}
	var list []counting
	for _, one := range all {
		if one.Failed > 0 {
			list = append(list, one)
		}
	}
	return list
}

func (s Style) writeCounts(b *strings.Builder, heading lang.Text, rows []counting, beyond int) {
	if len(rows) == 0 {
		return
	}
	shown, width := rows[:min(len(rows), mostRows)], lang.Columns(heading.In(s.Language))
	for _, r := range shown {
		width = max(width, len(r.Name))
	}
	attempts, failed := lang.Text{English: "attempts", Korean: "시도"}, lang.Text{English: "failed", Korean: "실패"}
	fmt.Fprintf(b, "\n  %s  %s  %s\n", padded(heading.In(s.Language), width), padded(attempts.In(s.Language), -8), padded(failed.In(s.Language), -6))
	for _, r := range shown {
		fmt.Fprintf(b, "  %-*s  %8d  %6d  %7s\n", width, r.Name, r.Attempts, r.Failed, r.Percent())
		if !r.Note.IsEmpty() {
			fmt.Fprintf(b, "    %s\n", r.Note.In(s.Language))
		}
	}
	if more := len(rows) - len(shown); more > 0 {
		s.tell(b, lang.Text{English: "  and %d more: --json has all\n", Korean: "  그 밖에 %d개: --json에 모두 있다\n"}, more)
	}
	if beyond > 0 {
		s.tell(b, lang.Text{English: "  and %s with others, which are not counted apart\n", Korean: "  그 밖에 따로 세지 않은 %s\n"}, counted(beyond, "attempt"))
	}
}

// padded fills a text up to a width, in columns of a terminal: behind it, or before it where the width is negative.
func padded(text string, width int) string {
	space := strings.Repeat(" ", max(0, max(width, -width)-lang.Columns(text)))
	if width < 0 {
		return space + text
	}
	return text + space
}

// CountsRecord is the counts of a capture as JSON. The names of its fields are stable.
type CountsRecord struct {
	// File is the capture.
	File string `json:"file"`
	// Packets is how many the capture has.
	Packets int64 `json:"packets"`
	// Attempts are connection attempts, pings and lookups that are looked at; LeftOut are those that --host, --port, --since and --until leave out.
	Attempts int `json:"attempts"`
	// Failed is how many of the attempts failed.
	Failed int `json:"failed"`
	// LeftOut are attempts that --host, --port, --since and --until leave out.
	LeftOut int `json:"left_out"`
	// Verdicts are how many attempts have each verdict.
	Verdicts map[diagnose.Verdict]int `json:"verdicts"`
	// Servers are the counts by server, those with the most failures first.
	Servers []ShareRecord `json:"servers"`
	// Clients are the same by client.
	Clients []ShareRecord `json:"clients"`
	// Minutes are the same by minute, in their order.
	Minutes []ShareRecord `json:"minutes"`
	// Uncounted are attempts whose server, client or minute is not counted apart, because there are too many of these.
	Uncounted int `json:"uncounted,omitempty"`
}

// ShareRecord is how many attempts of a server, a client, or a minute failed.
type ShareRecord struct {
	// Name is "ip:port" of a server, the address of a client or a host that was pinged, or the beginning of a minute (RFC 3339, UTC).
	Name string `json:"name"`
	// Attempts is how many there were.
	Attempts int `json:"attempts"`
	// Failed is how many of these failed.
	Failed int `json:"failed"`
	// Regularity is how failures of a server lie to its answers: "intermittent", "recovered", "stopped" or "steady".
	Regularity Regularity `json:"regularity,omitempty"`
}

// Record is the counts of the capture with that name.
func (c *Counts) Record(file string, packets int64) CountsRecord {
	r := CountsRecord{File: file, Packets: packets, Attempts: c.tally.total(), Failed: c.tally.failed(), LeftOut: c.left, Verdicts: c.verdicts,
		Servers: []ShareRecord{}, Clients: []ShareRecord{}, Minutes: []ShareRecord{}, Uncounted: max(c.servers.beyond, c.clients.beyond, c.minutes.beyond)}
	if r.Verdicts == nil {
		r.Verdicts = map[diagnose.Verdict]int{}
	}
	for _, one := range c.byServer() {
		r.Servers = append(r.Servers, ShareRecord{one.Name, one.Attempts, one.Failed, one.regularity()})
	}
	for _, one := range c.byClient() {
		r.Clients = append(r.Clients, ShareRecord{Name: one.Name, Attempts: one.Attempts, Failed: one.Failed})
	}
	for _, one := range c.byMinute() {
		at, _ := time.Parse(minuteFormat, one.Name)
		r.Minutes = append(r.Minutes, ShareRecord{Name: at.Format(time.RFC3339), Attempts: one.Attempts, Failed: one.Failed})
	}
	return r
}

// JSON writes the counts as one object on a line.
func (c *Counts) JSON(out io.Writer, file string, packets int64) error {
	return EncodeJSON(out, c.Record(file, packets))
}
