package diagnose

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// next is a connection to another address that is answered; the options are those of the client's packets.
func next(at, answered, options string) string {
	return "\n" + at + " > S 0 0 0 isn=9 port=9 " + options + "\n" + answered + " < S. 0 0 1 isn=9 port=9 " + options
}

// TestAnotherAddressThatServedTheClient: what a client turned to is told of the attempt that it gave up for it, and of no other.
func TestAnotherAddressThatServedTheClient(t *testing.T) {
	const (
		second  = "at=203.0.113.20"
		silent  = " later the client connected to 203.0.113.20:8080 and was answered: a client that tries several addresses (Happy Eyeballs, RFC 8305) waits for this one no longer"
		refused = " after that the client connected to 203.0.113.20:8080 and was answered: a client that tries several addresses (RFC 8305) reports no error then"
		other   = " later the client connected to 203.0.113.20:8080 (from 198.51.100.10) and was answered: a client that tries several addresses (Happy Eyeballs, RFC 8305) waits for this one no longer"
		first6  = "0 > S 0 0 0 by=2001:db8:1::10 at=2001:db8:2::10 mac=1"
		refuse  = "0 > S 0 0 0\n0.01 < R. 0 0 1"
		host1   = " by=198.51.100.10 mac=1"
	)
	for name, c := range map[string]struct{ packets, verdict, note string }{
		"a SYN without an answer":                {"0 > S 0 0 0" + next("0.25", "0.26", second), "no-answer", "250 ms" + silent},
		"several SYNs, then the next":            {"0 > S 0 0 0\n1 > S 0 0 0\n3 > S 0 0 0" + next("5", "5.1", second), "no-answer", "5 s" + silent},
		"the second is silent, the third serves": {"0 > S 0 0 0" + next("0.25", "0.26", "at=203.0.113.15") + next("0.5", "0.51", second), "no-answer", "250 ms" + strings.Replace(silent, ".20", ".15", 1)},
		"a refusal":                              {refuse + next("0.011", "0.02", second), "refused", "1 ms" + refused},
		"an ICMP error":                          {"0 > S 0 0 0\n0.01 icmp 3 1" + next("0.02", "0.03", second), "rejected", "10 ms" + refused},
		"the other family, of the same machine":  {first6 + next("0.25", "0.26", second+host1), "no-answer", "250 ms" + other},
		"the other family, of another machine":   {first6 + next("0.25", "0.26", second+" mac=2"), "no-answer?", ""},
		"the other family, behind a router":      {first6 + " ttl=63" + next("0.25", "0.26", second+host1+" ttl=63"), "no-answer?", ""},
		"the other family, of unknown machines":  {strings.TrimSuffix(first6, " mac=1") + next("0.25", "0.26", second), "no-answer?", ""},
		"the same address":                       {"0 > S 0 0 0" + next("0.25", "0.26", ""), "no-answer?", ""},
		"another port":                           {"0 > S 0 0 0" + next("0.25", "0.26", second+" to=443"), "no-answer?", ""},
		"another client":                         {"0 > S 0 0 0" + next("0.25", "0.26", second+" by=198.51.100.11"), "no-answer?", ""},
		"one that is not answered":               {"0 > S 0 0 0\n0.25 > S 0 0 0 isn=9 port=9 " + second, "no-answer?", ""},
		"at the same time":                       {"0 > S 0 0 0" + next("0.01", "0.02", second), "no-answer?", ""},
		"before":                                 {next("0", "0.01", second) + "\n0.25 > S 0 0 0", "no-answer?", ""},
		"long after":                             {"0 > S 0 0 0\n1 > S 0 0 0" + next("9", "9.1", second), "no-answer", ""},
		"a refusal, and long after":              {refuse + next("2", "2.1", second), "refused", ""},
		"and the client goes on with the first":  {"0 > S 0 0 0" + next("0.25", "0.26", second) + "\n1 > S 0 0 0", "no-answer", ""},
		"and the first is answered after all":    {"0 > S 0 0 0" + next("0.25", "0.26", second) + "\n0.3 < S. 0 0 1\n0.3 > R 1 0 0", "reset-by-client", ""},
		"on one machine":                         {"0 > S 0 0 0 by=::1 at=::1\n0 < R. 0 0 1 by=::1 at=::1" + next("0.001", "0.001", "by=127.0.0.1 at=127.0.0.1"), "refused", "1 ms after that the client connected to 127.0.0.1:8080 (from 127.0.0.1) and was answered: a client that tries several addresses (RFC 8305) reports no error then"},
	} {
		r := inTime(t, c.packets)
		first := &r[0]
		if name == "before" {
			first = &r[1]
		}
		assert.Equal(t, c.verdict, first.verdict, name)
		if c.note != "" {
			assert.Contains(t, english(first.Notes), c.note, name)
			assert.NotContains(t, strings.Join(english(first.Notes), "\n"), "too early", name)
		} else {
			assert.NotContains(t, strings.Join(english(first.Notes), "\n"), "was answered", name)
		}
	}
}

// TestTheAddressThatWasGivenUpIsStillSuspected: the client's patience says nothing of the host.
func TestTheAddressThatWasGivenUpIsStillSuspected(t *testing.T) {
	const filler = "\n9 esp > gateways"
	r := of(t, inTime(t, "0 > S 0 0 0"+next("0.25", "0.26", "at=203.0.113.20")+filler), clientAddr.Port())
	assert.Equal(t, "no-answer", r.verdict)
	assert.True(t, r.Has(CauseDeadHost))
	assert.True(t, r.Has(CauseSlowAnswer))
	assert.False(t, r.Has(CauseScan))
	assert.NotContains(t, strings.Join(english(r.Notes), "\n"), "gave up within")
}

// TestFailuresThatOtherAddressesServedAreNotAlike: the note names the address.
func TestFailuresThatOtherAddressesServedAreNotAlike(t *testing.T) {
	likeness := func(second string) Likeness {
		return inTime(t, "0 > S 0 0 0"+next("0.25", "0.26", second))[0].Likeness
	}
	assert.Equal(t, likeness("at=203.0.113.20"), likeness("at=203.0.113.20"))
	assert.NotEqual(t, likeness("at=203.0.113.20"), likeness("at=203.0.113.21"))
}

// TestTriesAreForgotten: a flood of SYNs takes no more memory than the table has room for, and what comes after it is told.
func TestTriesAreForgotten(t *testing.T) {
	var v view
	for n := range maxServers + 1 {
		p := syn(n)
		p.DstPort = uint16(n)
		v.try(&conn{}, &p)
	}
	assert.LessOrEqual(t, len(v.tries), maxServers)
}

// TestTheSlowerOfTwoAddressesIsReset: by a client that the other has served in the meantime.
func TestTheSlowerOfTwoAddressesIsReset(t *testing.T) {
	const first, other = "0 > S 0 0 0\n", "0.25 > S 0 0 0 isn=77 port=7 at=203.0.113.99\n0.3 < S. 0 0 1 isn=77 port=7 at=203.0.113.99\n0.31 > . 1 0 1 isn=77 port=7 at=203.0.113.99\n"
	const late = "0.4 < S. 0 0 1\n0.41 > R 1 0 0"
	r := diagnoseText(t, first+other+late)[0]
	assert.Equal(t, ResetByClient, r.Verdict)
	assert.Equal(t, CauseWentElsewhere, r.Rivals[0].Cause)
	assert.Contains(t, english(r.Notes), "203.0.113.99:8080 had answered the client 100 ms before this SYN-ACK came: a client that tries several addresses (Happy Eyeballs, RFC 8305) resets the slower one")
	alone := diagnoseText(t, first+late)[0]
	assert.Equal(t, CauseHalfOpenScan, alone.Rivals[0].Cause)
}
