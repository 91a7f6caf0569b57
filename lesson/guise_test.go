package lesson

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// posed is a question of a quiz with the captures that were written for it.
type posed struct {
	question
	files  map[HostPlace]File
	traces map[HostPlace]wire.Trace
}

// askAll are the questions of a quiz that asks for all cases.
func askAll(t *testing.T, student string) (list []posed) {
	t.Helper()
	q := everyQuestion(t, student)
	files, err := q.Captures()
	require.NoError(t, err)
	require.Len(t, files, 2*len(Cases()))
	for i, one := range q.questions() {
		a := posed{one, map[HostPlace]File{}, map[HostPlace]wire.Trace{}}
		for j, side := range sides {
			file := files[2*i+j]
			a.files[side] = file
			a.traces[side], err = wire.ReadAll(bytes.NewReader(file.Data), string(side))
			require.NoError(t, err, file.Name)
		}
		list = append(list, a)
	}
	return list
}

// ofRecord is what was recorded where the capture of a side is from.
func (a posed) ofRecord(t *testing.T, side HostPlace) wire.Trace {
	t.Helper()
	record, err := scenarios.Recorded(a.Of, Recording)
	require.NoError(t, err)
	r, err := ReadRecord(bytes.NewReader(record))
	require.NoError(t, err)
	return r.At(a.point(side))
}

// Nothing in a file tells which case it is of, but for the packets: no name, and no time.
func TestCapturesTellNothingBesides(t *testing.T) {
	for _, a := range askAll(t, "kim") {
		for i, side := range sides {
			file := string(a.files[side].Data)
			forbidden := []string{"router", lab.WellKnown, string(sides[1-i]), "mystery", "2026-11", "Nov 2026"}
			for _, c := range Cases() {
				forbidden = append(forbidden, c.Name)
			}
			for _, word := range forbidden {
				assert.NotContains(t, strings.ToLower(file), strings.ToLower(word), "%s, %s", a.Name, side)
			}
		}
		assert.Equal(t, section(a.files[Client]), section(a.files[Server]), "one program has written all")
		begins := time.Duration(a.number)*guiseInterval + everyMoment(t)
		first := slices.MinFunc([]wire.Packet{a.traces[Client].Packets[0], a.traces[Server].Packets[0]}, func(x, y wire.Packet) int { return x.Time.Compare(y.Time) })
		assert.Equal(t, guiseDay.Add(begins), first.Time, a.Name)
	}
}

// section is the header of a pcapng file, in which the program is named that wrote it.
func section(f File) string { return string(f.Data[:binary.LittleEndian.Uint32(f.Data[4:])]) }

// everyMoment is how long after [guiseDay] kim's quiz begins.
func everyMoment(t *testing.T) time.Duration {
	t.Helper()
	moment := time.Duration(binary.BigEndian.Uint64(everyQuestion(t, "kim").digest("moment")) % uint64(guiseDays))
	require.NotZero(t, moment)
	return moment
}

// The verdict and the place of every case can be told from the two files alone.
func TestEveryQuestionCanBeAnswered(t *testing.T) {
	for _, a := range askAll(t, "kim") {
		var list []*evidence
		for _, side := range sides {
			e := &evidence{sides: []HostPlace{side}, seen: map[HostPlace][]wire.Packet{}}
			for i := range a.traces[side].Packets {
				if p := &a.traces[side].Packets[i]; telling(p) {
					e.add(p, []string{string(side)})
				}
			}
			list = append(list, e)
		}
		told := slices.ContainsFunc(newFindings(list, a.topic()).all(), func(s shown) bool {
			right := func(v diagnose.Verdict) bool { return slices.Contains(a.Verdicts, v) }
			return !s.hasty && slices.ContainsFunc(s.verdicts, right) && s.place == a.Where
		})
		assert.True(t, told, a.Name)
	}
}

// seenBy are the attempts of a trace, as a diagnosis sees them.
func seenBy(trace wire.Trace) (list []diagnose.Seen, verdicts []diagnose.Verdict) {
	diagnose.Each(trace.Packets, func(a *diagnose.Judged) {
		list, verdicts = append(list, a.Seen()), append(verdicts, a.Verdict)
	})
	return list, verdicts
}

// Diagnoses of the files, alone and of both together, are those of what was recorded.
func TestGuiseKeepsTheDiagnosis(t *testing.T) {
	for _, student := range []string{"kim", "lee", "20231234"} {
		for _, a := range askAll(t, student) {
			var got, want [2][]diagnose.Seen
			for i, side := range sides {
				var is, was []diagnose.Verdict
				got[i], is = seenBy(a.traces[side])
				want[i], was = seenBy(a.ofRecord(t, side))
				assert.Equal(t, was, is, "%s, %s", a.Name, side)
			}
			is, was := diagnose.Join(got[0], got[1]), diagnose.Join(want[0], want[1])
			require.Len(t, is.Joined, len(was.Joined), a.Name)
			for i := range is.Joined {
				assert.Equal(t, was.Joined[i].Loss, is.Joined[i].Loss, a.Name)
				assert.Equal(t, was.Joined[i].Other, is.Joined[i].Other, a.Name)
			}
		}
	}
}

// What happens is kept: the same packets with the same gaps, the same relative numbers and the same options.
func TestGuiseKeepsWhatHappens(t *testing.T) {
	for _, a := range askAll(t, "kim") {
		for _, side := range sides {
			was, is := a.ofRecord(t, side), a.traces[side]
			require.Len(t, is.Packets, len(was.Packets))
			for i := range is.Packets {
				assert.Equal(t, was.Packets[i].Time.Sub(was.Packets[0].Time), is.Packets[i].Time.Sub(is.Packets[0].Time), "%s: gap", a.Name)
				assert.Equal(t, was.Packets[i].TTL, is.Packets[i].TTL)
				assert.Equal(t, was.Packets[i].Length, is.Packets[i].Length)
			}
			assert.Equal(t, relative(was), relative(is), "%s, %s", a.Name, side)
			assert.Equal(t, pings(was), pings(is), "%s, %s", a.Name, side)
		}
	}
}

// bare is a packet of an attempt, with relative numbers.
type bare struct {
	flags             wire.Flags
	seq, ack, quoted  uint32
	toServer          bool
	payload           int
	window            uint16
	icmp              string
	stamp, echo, sack uint32
}

func relative(trace wire.Trace) (list []bare) {
	for _, a := range trace.Attempts(lab.Port) {
		var first [2]uint32 // timestamps
		for i := range a.Packets {
			p := &a.Packets[i]
			b := bare{toServer: a.FromClient(p)}
			if p.Kind == wire.KindICMP {
				b.icmp, b.quoted = p.ICMP.Name(), a.Relative(p.ICMP.Quote.Seq, true)
				list = append(list, b)
				continue
			}
			b.flags, b.seq, b.payload, b.window = p.TCP.Flags, a.Seq(p), p.TCP.Payload, p.TCP.Window
			if b.flags.Has(wire.ACK) {
				b.ack = a.Ack(p)
			}
			from := 0
			if !b.toServer {
				from = 1
			}
			for o := range p.TCP.Options() {
				switch o.Kind {
				case wire.OptionTimestamps:
					if first[from] == 0 {
						first[from] = o.Value()
					}
					b.stamp = o.Value() - first[from]
					if p.TCP.Flags.Has(wire.ACK) && first[1-from] != 0 {
						b.echo = o.EchoReply() - first[1-from]
					} else if !p.TCP.Flags.Has(wire.ACK) {
						b.echo = o.EchoReply()
					}
				case wire.OptionSACK:
					for left := range o.Blocks() {
						b.sack = a.Relative(left, !b.toServer)
					}
				}
			}
			list = append(list, b)
		}
	}
	return list
}

// pings counts the replies to each ping, in order.
func pings(trace wire.Trace) (list [][]bool) {
	for _, a := range trace.Echoes() {
		var replies []bool
		for i := range a.Packets {
			replies = append(replies, a.FromClient(&a.Packets[i]))
		}
		list = append(list, replies)
	}
	return list
}

// No record has a SACK block yet; the next one may: its edges are numbers of the side that it is sent to, and so is an echo
// of a timestamp.
func TestGuiseOfOptions(t *testing.T) {
	g := &guise{seq: [2]uint32{1, 10}, stamp: [2]uint32{100, 1000}}
	number := func(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }
	options := func(left, right, value, echo uint32) []byte {
		return slices.Concat([]byte{1, 1, 8, 10}, number(value), number(echo), []byte{1, 1, 5, 10}, number(left), number(right))
	}
	fromClient := options(7, 8, 70, 80)
	g.options(fromClient, 0, wire.ACK)
	assert.Equal(t, options(17, 18, 170, 1080), fromClient)
	fromServer := options(7, 8, 70, 80)
	g.options(fromServer, 1, wire.ACK)
	assert.Equal(t, options(8, 9, 1070, 180), fromServer)
	ended := []byte{2, 4, 5, 180, 0, 9, 9, 9}
	g.options(ended, 0, wire.SYN)
	assert.Equal(t, []byte{2, 4, 5, 180, 0, 9, 9, 9}, ended)
}

// Two students who are asked for the same have no number in common by which one would find the other's file.
func TestCapturesOfTwoStudentsDiffer(t *testing.T) {
	theirs := map[string]posed{}
	for _, a := range askAll(t, "lee") {
		theirs[a.Name] = a
	}
	for _, mine := range askAll(t, "kim") {
		other := theirs[mine.Name]
		for _, side := range sides {
			assert.NotEqual(t, mine.files[side].Data, other.files[side].Data, mine.Name)
			one, two := mine.traces[side], other.traces[side]
			for i, a := range one.Attempts(lab.Port) {
				b := two.Attempts(lab.Port)[i]
				assert.NotEqual(t, a.Client.Port(), b.Client.Port())
				assert.NotEqual(t, a.ISN, b.ISN)
				if a.HasServerISN {
					assert.NotEqual(t, a.ServerISN, b.ServerISN)
				}
				assert.GreaterOrEqual(t, a.Client.Port(), uint16(32768))
				assert.LessOrEqual(t, a.Client.Port(), uint16(60999))
			}
			for i, a := range one.Echoes() {
				assert.NotEqual(t, a.EchoID, two.Echoes()[i].EchoID)
			}
		}
	}
}

// What is written into packets about the time is as the capture has it: by ping, and by the web server.
func TestTimesInPackets(t *testing.T) {
	echoes, dates := 0, 0
	for _, a := range askAll(t, "kim") {
		for _, side := range sides {
			r, err := wire.NewReader(bytes.NewReader(a.files[side].Data))
			require.NoError(t, err)
			for range a.traces[side].Packets {
				p, err := r.Next()
				require.NoError(t, err)
				if p.Kind == wire.KindICMP && p.ICMP.IsEcho() && !p.ICMP.HasQuote {
					data := r.Frame(&p).Data[ethernetHeader+20+8:]
					sent := time.Unix(int64(binary.LittleEndian.Uint64(data)), int64(binary.LittleEndian.Uint64(data[8:]))*1000)
					assert.WithinDuration(t, p.Time, sent, 100*time.Millisecond)
					echoes++
				}
				if _, date, found := bytes.Cut(r.Payload(), []byte("\r\nDate: ")); found {
					written, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", string(date[:29]))
					require.NoError(t, err)
					assert.WithinDuration(t, p.Time, written, time.Second)
					dates++
				}
			}
		}
	}
	assert.NotZero(t, echoes)
	assert.NotZero(t, dates)
}

// An independent witness finds as many packets, and nothing wrong with their checksums, also of those that are quoted.
func TestCapturesAsTsharkReadsThem(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		if os.Getenv("TCPLAB_REQUIRE_TSHARK") == "1" {
			t.Fatal(err)
		}
		t.Skip("tshark is not installed")
	}
	var all []byte // sections of pcapng may follow on each other
	var packets []wire.Packet
	for _, a := range askAll(t, "kim") {
		for _, side := range sides {
			all = append(all, a.files[side].Data...)
			packets = append(packets, a.traces[side].Packets...)
		}
	}
	name := filepath.Join(t.TempDir(), "all.pcapng")
	require.NoError(t, os.WriteFile(name, all, 0o644))
	out, err := exec.Command("tshark", "-r", name, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-T", "fields",
		"-e", "ip.checksum.status", "-e", "tcp.checksum.status", "-e", "icmp.checksum.status", "-e", "icmpv6.checksum.status", "-e", "_ws.malformed").Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	require.Len(t, lines, len(packets))
	for i, line := range lines {
		assert.NotContains(t, line, "0", "packet %d", i+1)
		if packets[i].Kind != wire.KindARP {
			assert.Contains(t, line, "1", "packet %d has a checksum", i+1)
		}
		assert.NotContains(t, strings.ToLower(line), "malformed", "packet %d", i+1)
	}
}
