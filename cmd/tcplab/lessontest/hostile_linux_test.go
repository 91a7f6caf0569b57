package lessontest

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/process"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/scenarios"
	"github.com/tcplab/tcplab/wire"
)

// hostileClass is a class whose hand-ins are written by the test, as any program can write them that has the public half of the key.
type hostileClass struct {
	*cmdtest.Desk
	key  *lesson.ClassKey
	seal *lesson.Class
}

func newHostileClass(t *testing.T) *hostileClass {
	t.Helper()
	d := cmdtest.NewDesk(t)
	d.Must("lesson", "key", "class.key")
	text, err := os.ReadFile(filepath.Join(d.Dir, "class.key"))
	require.NoError(t, err)
	key, err := lesson.ParseClassKey(string(text))
	require.NoError(t, err)
	class, err := lesson.ParseClass(key.Public())
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(d.Dir, "in"), 0o755))
	return &hostileClass{d, key, class}
}

// honest is a hand-in of a mystery with the right answer, which lacks evidence.
func (c *hostileClass) honest(student string) *lesson.HandIn {
	c.Helper()
	m, err := lesson.NewMystery(student, 1, c.key.Public())
	require.NoError(c, err)
	record, err := scenarios.Recorded(m.Case().Of, lesson.Recording)
	require.NoError(c, err)
	return &lesson.HandIn{Student: student, Level: 1, Class: c.key.Public(), Engine: "netns", Family: 4, Answers: 1, Record: record,
		Answered: time.Now().Add(-time.Hour).UTC(), Answer: lesson.Answer{Verdict: m.Case().Verdicts[0], Where: m.Case().Where}}
}

// mistake gives the hand-in a verdict that is wrong. Which one is right is not known beforehand, because the class's key decides what
// a student is given, and each test makes a key.
func (c *hostileClass) mistake(h *lesson.HandIn) {
	c.Helper()
	m, err := lesson.NewMystery(h.Student, h.Level, h.Class)
	require.NoError(c, err)
	h.Answer.Verdict = "refused"
	if slices.Contains(m.Case().Verdicts, h.Answer.Verdict) {
		h.Answer.Verdict = "no-answer"
	}
}

func (c *hostileClass) handIn(name string, h *lesson.HandIn, key *lesson.StudentKey) {
	c.Helper()
	var file bytes.Buffer
	require.NoError(c, h.Write(&file, key))
	c.file(name, file.Bytes())
}

func (c *hostileClass) file(name string, data []byte) {
	c.Helper()
	require.NoError(c, os.WriteFile(filepath.Join(c.Dir, "in", name), data, 0o644))
}

// sealed writes a file with any contents, packed and sealed.
func (c *hostileClass) sealed(name string, contents func(w *gzip.Writer)) int {
	c.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	contents(w)
	require.NoError(c, w.Close())
	sealed, err := c.seal.Seal(packed.Bytes())
	require.NoError(c, err)
	file, err := json.Marshal(map[string]any{"format": "tcplab-hand-in-1", "class": c.key.Public(), "contents": sealed})
	require.NoError(c, err)
	file = append([]byte(`{"format":"tcplab-hand-in-1",`), bytes.Replace(file[1:], []byte(`,"format":"tcplab-hand-in-1"`), nil, 1)...)
	c.file(name, file)
	return len(file)
}

// listBomb is a list of 157 million empty elements, 150 GB in memory.
func listBomb(w *gzip.Writer) {
	_, _ = w.Write([]byte(`{"student":"s25","level":1,"answer":{"evidence":[`))
	some := bytes.Repeat([]byte("{},"), 1<<17)
	for range 157_000_000 / (1 << 17) {
		_, _ = w.Write(some)
	}
	_, _ = w.Write([]byte(`{}]}}`))
}

// interfaceBomb is a record that describes 50,000 interfaces with names of 64 kB.
func interfaceBomb(t *testing.T) []byte {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	writer, err := wire.NewWriter(w, "a test")
	require.NoError(t, err)
	name := strings.Repeat("n", 65_500)
	for range 50_000 {
		_, err := writer.AddInterface(name, 1)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return packed.Bytes()
}

// pointBomb is a record with a packet at each of 200,000 vantage points; the interfaces of a section are bounded, so it has many.
func pointBomb(t *testing.T) []byte {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	const points, inSection = 200_000, 5000
	for i := 0; i < points; i += inSection {
		writer, err := wire.NewWriter(w, "a test")
		require.NoError(t, err)
		for n := range inSection {
			number, err := writer.AddInterface(fmt.Sprint("point", i+n), 1)
			require.NoError(t, err)
			require.NoError(t, writer.Write(number, wire.Frame{Time: time.Unix(1, 0), Data: make([]byte, 60), Length: 60}, ""))
		}
	}
	require.NoError(t, w.Close())
	return packed.Bytes()
}

// mostMemory runs tcplab, and tells how much memory it has had at most with all its children, in bytes, and how long it had a processor.
func (c *hostileClass) mostMemory(args ...string) (stdout, stderr string, code int, most uint64, took time.Duration) {
	c.Helper()
	cmd := c.Command(args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	require.NoError(c, cmd.Start())
	var peak atomic.Uint64
	done, looked := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(looked)
		for {
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond): // nothing tells when memory is taken
				peak.Store(max(peak.Load(), residentTree(int32(cmd.Process.Pid))))
			}
		}
	}()
	_ = cmd.Wait()
	close(done)
	<-looked
	return out.String(), said.String(), cmd.ProcessState.ExitCode(), peak.Load(), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// residentTree is the memory of a process and of its children, in bytes.
func residentTree(pid int32) (sum uint64) {
	p, err := process.NewProcess(pid)
	if err != nil {
		return 0
	}
	if m, err := p.MemoryInfo(); err == nil {
		sum = m.RSS
	}
	children, _ := p.Children()
	for _, child := range children {
		sum += residentTree(child.Pid)
	}
	return sum
}

// A class of thirty hands in, and five of the files are hostile: they are refused by name, and the others graded, in bounded time and
// memory.
func TestHostileHandIns(t *testing.T) {
	t.Parallel()
	c := newHostileClass(t)
	for i := range 25 {
		id := fmt.Sprintf("s%02d", i)
		c.handIn(id+"-1.handin", c.honest(id), nil)
	}
	size := c.sealed("s25-1.handin", listBomb)
	h := c.honest("s26")
	h.Record = interfaceBomb(t)
	c.handIn("s26-1.handin", h, nil)
	h = c.honest("s27")
	h.Record = pointBomb(t)
	c.handIn("s27-1.handin", h, nil)
	require.NoError(t, unix.Mkfifo(filepath.Join(c.Dir, "in", "s28-1.handin"), 0o644))
	h = c.honest("s00") // whose mark s29 would like to lower
	c.mistake(h)
	h.Answered = time.Now().UTC()
	c.handIn("s29-1.handin", h, nil)

	out, said, code, most, took := c.mostMemory("lesson", "grade", "in", "--key", "class.key", "--by-name")
	t.Logf("30 files, the largest list packed to %d kB: %.1f s, %d MiB at most", size>>10, took.Seconds(), most>>20)
	assert.Equal(t, cmdtest.Impossible, code)
	assert.Equal(t, 25, strings.Count(out, " 60 "), out)
	for _, want := range []string{
		"in/s25-1.handin: it is damaged: it unfolds to more than 64 MiB",
		"in/s26-1.handin: read the lab's record: wire: byte 44 of the decompressed capture, after frame 0: the capture is damaged: the name of an interface has 65500 bytes, more than 1024",
		"in/s27-1.handin: read the lab's record: it has more packets than can be graded",
		"in/s28-1.handin: it is not a hand-in, which",
		`in/s29-1.handin: it names s00, and comes from somebody else: "s29-1.handin" does not begin with "s00"`,
	} {
		assert.Contains(t, said, want)
	}
	assert.Equal(t, 5, strings.Count(said, "in/s2"), said)
	assert.Less(t, took, 30*time.Second)
	assert.Less(t, most, uint64(1<<30))
	assert.Equal(t, "in/results.csv: 25 of 25 as the class's teacher has signed them\n", c.Must("lesson", "verify", "in/results.csv", "--class", "class.pub"))
}

// The bounds are above the largest hand-in that there is: as many packets in the record as are read of it, and all of them in evidence.
func TestLargestHandInIsGraded(t *testing.T) {
	t.Parallel()
	c := newHostileClass(t)
	h := c.honest("kim")
	const most = 1 << 16
	h.Record = manyPackets(t, most, "client")
	h.Answer.Evidence = []lesson.File{{Name: "client.pcap", Data: manyPackets(t, most, "eth0")}}
	c.handIn("kim-1.handin", h, nil)
	out, said, code, memory, took := c.mostMemory("lesson", "grade", "in", "--key", "class.key")
	require.Zero(t, code, said)
	assert.Contains(t, out, "kim      mystery  1      60 ")
	t.Logf("%d packets, and as many in evidence: %.1f s, %d MiB", most, took.Seconds(), memory>>20)
}

// manyPackets is a capture of SYNs, each of another attempt.
func manyPackets(t *testing.T, n int, iface string) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := wire.NewWriter(&file, "a test")
	require.NoError(t, err)
	number, err := w.AddInterface(iface, 1)
	require.NoError(t, err)
	syn, err := hex.DecodeString("0200c63364010200c633640a08004500002800004000400600" + "00" + "c633640acb00710a" + "9c401f90" + "00000000" + "00000000" + "50027210" + "00000000")
	require.NoError(t, err)
	for i := range n {
		const sequence = 14 + 20 + 4
		binary.BigEndian.PutUint32(syn[sequence:], uint32(i))
		require.NoError(t, w.Write(number, wire.Frame{Time: time.Unix(1_000_000, int64(i)*1000), Data: syn, Length: len(syn)}, ""))
	}
	return file.Bytes()
}

// Whoever has the class's public key can write any ID: the teacher hears of the second file of a student, and a key on the roster
// refuses it. A time that is still to come is refused.
func TestImpostor(t *testing.T) {
	t.Parallel()
	c := newHostileClass(t)
	c.Must("lesson", "key", "--student", "kim.key")
	public, err := os.ReadFile(filepath.Join(c.Dir, "kim.pub"))
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(c.Dir, "kim.key"))
	require.NoError(t, err)
	key, err := lesson.ParseStudentKey(string(text))
	require.NoError(t, err)
	c.handIn("kim-1.handin", c.honest("kim"), key)
	false1 := c.honest("kim")
	c.mistake(false1)
	false1.Answered = false1.Answered.Add(time.Minute)
	c.handIn("zoe.handin", false1, nil)

	out, said := c.both("lesson", "grade", "in", "--key", "class.key")
	assert.Contains(t, out, "kim      mystery  1      0 ")
	assert.Contains(t, said, "tcplab: kim, mystery, level 1: in/kim-1.handin (score 60, answered ")
	assert.Contains(t, said, ") does not count, because in/zoe.handin (score 0, answered ")
	kept, err := os.ReadFile(filepath.Join(c.Dir, "in", "superseded.csv"))
	require.NoError(t, err)
	assert.Contains(t, string(kept), ",60,")
	c.Must("lesson", "verify", "in/superseded.csv", "--class", "class.pub")

	require.NoError(t, os.WriteFile(filepath.Join(c.Dir, "roster.csv"), []byte("student,key\nkim,"+string(public)), 0o644))
	grade := []string{"lesson", "grade", "in", "--key", "class.key", "--roster", "roster.csv"}
	c.refuses("in/zoe.handin: it is not signed, and the roster has a key of kim", grade...)
	results, err := os.ReadFile(filepath.Join(c.Dir, "in", "results.csv"))
	require.NoError(t, err)
	assert.Contains(t, string(results), ",60,")

	false1.Answered = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	c.handIn("zoe.handin", false1, nil)
	c.refuses("in/zoe.handin: it says that it was answered on 9999-01-01 00:00:00, which is still to come: the clock of the computer was wrong, so let the student answer once more",
		"lesson", "grade", "in", "--key", "class.key")
}

// A key that others can read is used, with a warning.
func TestKeyThatOthersCanRead(t *testing.T) {
	t.Parallel()
	c := newHostileClass(t)
	c.handIn("kim-1.handin", c.honest("kim"), nil)
	_, said := c.both("lesson", "grade", "in", "--key", "class.key")
	assert.Empty(t, said)
	require.NoError(t, os.Chmod(filepath.Join(c.Dir, "class.key"), 0o644))
	_, said = c.both("lesson", "grade", "in", "--key", "class.key")
	assert.Equal(t, "tcplab: others can read the key class.key, which has the mode 0644: close it (chmod 600), and make a new one where somebody has read it\n", said)
}

// refuses runs tcplab, which must grade the others and refuse one file by this sentence.
func (c *hostileClass) refuses(sentence string, args ...string) {
	c.Helper()
	_, said, code, _, _ := c.mostMemory(args...)
	assert.Equal(c, cmdtest.Impossible, code)
	assert.Equal(c, "tcplab: "+sentence+"\n", said)
}

// both runs tcplab, which must do well, and returns what it has written and said.
func (c *hostileClass) both(args ...string) (out, said string) {
	c.Helper()
	out, said, code, _, _ := c.mostMemory(args...)
	require.Zero(c, code, said)
	return out, said
}

// What is not tcplab's stays.
func TestResultsReplaceOnlyResults(t *testing.T) {
	t.Parallel()
	c := newHostileClass(t)
	c.handIn("kim-1.handin", c.honest("kim"), nil)
	c.file("results.csv", []byte("my own notes\n"))
	out, code := c.TCPLab("lesson", "grade", "in", "--key", "class.key")
	assert.Equal(t, cmdtest.Impossible, code)
	assert.Contains(t, out, "in/results.csv is there already, and is not tcplab's: move it away, or choose another place")
	require.NoError(t, os.Remove(filepath.Join(c.Dir, "in", "results.csv")))
	precious := filepath.Join(c.Dir, "precious")
	require.NoError(t, os.WriteFile(precious, []byte("mine"), 0o600))
	require.NoError(t, os.Symlink(precious, filepath.Join(c.Dir, "in", "results.csv")))
	out, code = c.TCPLab("lesson", "grade", "in", "--key", "class.key")
	assert.Equal(t, cmdtest.Impossible, code)
	assert.Contains(t, out, "in/results.csv is there already, and is a link")
	text, err := os.ReadFile(precious)
	require.NoError(t, err)
	assert.Equal(t, "mine", string(text))
}
