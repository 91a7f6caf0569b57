package lessontest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/wire"
)

// frame is a packet of a capture, with its bytes.
type frame struct {
	wire.Packet
	raw wire.Frame
}

// read returns the packets of a capture.
func (s *student) read(name string) (list []frame) {
	s.Helper()
	file, err := os.Open(filepath.Join(s.Dir, name))
	require.NoError(s, err)
	defer file.Close()
	r, err := wire.NewReader(file)
	require.NoError(s, err)
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			require.NotEmpty(s, list, name)
			return list
		}
		require.NoError(s, err)
		raw := r.Frame(&p)
		raw.Data = bytes.Clone(raw.Data)
		list = append(list, frame{p, raw})
	}
}

// forge writes a capture of such packets.
func (s *student) forge(name string, list []frame) {
	s.Helper()
	var file bytes.Buffer
	w, err := wire.NewWriter(&file, "tcplab")
	require.NoError(s, err)
	eth0, err := w.AddInterface("eth0", list[0].raw.Link)
	require.NoError(s, err)
	for _, f := range list {
		require.NoError(s, w.Write(eth0, f.raw, ""))
	}
	require.NoError(s, os.WriteFile(filepath.Join(s.Dir, name), file.Bytes(), 0o644))
}

func isTCP(f frame) bool { return f.Kind == wire.KindTCP }

// testForgedEvidence: captures that were not taken like that in the student's lab.
func testForgedEvidence(s *student) {
	s.Helper()
	neighbour := studentWith(s.Desk, "closed-port")
	require.NoError(s, neighbour.begin())
	require.NoError(s, neighbour.investigate())
	s.Must("down", "--lab", neighbour.Lab())
	client, server := s.file("client"), s.file("server")
	mine, behind, theirs := s.read(client), s.read(server), s.read(neighbour.file("server"))
	from := func(f frame) string { return fmt.Sprintf("%s > %s [S]", f.SrcAddrPort(), f.DstAddrPort()) }

	s.worth(80, neighbour.file("server")+": none of its packets has ever been seen in your lab. "+
		"It is from another lab, or from an earlier one: capture again in this one.", client, neighbour.file("server"))

	// The SYNs are taken out of it.
	s.forge("less.pcapng", slices.DeleteFunc(slices.Clone(mine), isTCP))
	syn := mine[slices.IndexFunc(mine, isTCP)]
	s.worth(60, fmt.Sprintf("less.pcapng lacks packets that passed there while it ran: %d of them, the first one %s. "+
		`A filter has hidden them, or they were taken out: use "tcp port 8080 or icmp", or no filter.`, count(mine, isTCP), from(syn)), "less.pcapng", server)

	// The neighbour's SYN is put into it.
	at := slices.IndexFunc(theirs, isTCP)
	s.forge("more.pcapng", slices.Insert(slices.Clone(behind), 2, theirs[at]))
	s.worth(80, fmt.Sprintf("more.pcapng: packet 3 (%s) has never been seen in your lab, while others in the file have. "+
		"A capture counts only as it was taken.", from(theirs[at])), client, "more.pcapng")

	// It is said to have been taken a minute later.
	later := slices.DeleteFunc(slices.Clone(mine), func(f frame) bool { return !isTCP(f) })
	for i := range later {
		later[i].raw.Time = later[i].raw.Time.Add(time.Minute)
	}
	s.forge("later.pcapng", later)
	s.worth(60, fmt.Sprintf("later.pcapng: packet 1 (%s) was seen in your lab, but 1m0s earlier or later than the file says. "+
		"A capture counts only as it was taken.", from(syn)), "later.pcapng", server)

	// Another program may write the same packets.
	s.forge("same.pcapng", mine)
	assert.Contains(s, s.graded(0, s.answer("no-answer", "router", "same.pcapng", server)), "100 of 100 points")
}

func count(list []frame, is func(frame) bool) (n int) {
	for _, f := range list {
		if is(f) {
			n++
		}
	}
	return n
}
