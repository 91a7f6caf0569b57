package wire

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/pierrec/lz4/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"
)

// threeSYNs is a pcap file whose packets are a second apart, from the second given on.
func threeSYNs(t testing.TB, second uint32) []byte {
	f := newPcap(binary.LittleEndian, pcapMicroseconds, linkEthernet)
	for i := range uint32(3) {
		f.record(second+i, 0, len(synFrame(t)), synFrame(t))
	}
	return f.Bytes()
}

// readSeconds reads a capture, and returns the seconds of its SYNs.
func readSeconds(t testing.TB, capture []byte) ([]int64, error) {
	t.Helper()
	trace, err := ReadAll(bytes.NewReader(capture), "")
	var seconds []int64
	for i, p := range trace.Packets {
		assert.Equal(t, KindTCP, p.Kind)
		assert.Equal(t, i+1, p.Frame)
		seconds = append(seconds, p.Time.Unix())
	}
	return seconds, err
}

func newSnoop(link uint32) *file {
	f := &file{order: be}
	f.WriteString(snoopMagic)
	f.u32(2, link)
	return f
}

func (f *file) snoopRecord(second uint32, length int, data []byte) {
	padding := -len(data) & 3
	f.u32(uint32(length), uint32(len(data)), uint32(24+len(data)+padding), 0, second, 250_000)
	f.Write(data)
	f.Write(make([]byte, padding))
}

func TestSnoop(t *testing.T) {
	f := newSnoop(4)
	f.snoopRecord(100, 1500, synFrame(t)[:75])
	f.snoopRecord(101, len(synFrame(t)), synFrame(t))
	got := readAll(t, f.Bytes())
	require.Len(t, got, 2)
	assert.Equal(t, time.Unix(100, 250e6).UTC(), got[0].Time)
	assert.Equal(t, 1500, got[0].Length)
	assert.True(t, got[0].Truncated)
	assert.Equal(t, KindTCP, got[1].Kind)

	_, err := ReadAll(bytes.NewReader(newSnoop(77).Bytes()), "")
	assert.ErrorIs(t, err, ErrNotCapture)
	assert.ErrorContains(t, err, "data link type 77")
	_, err = ReadAll(bytes.NewReader(f.Bytes()[:f.Len()-1]), "")
	assert.ErrorIs(t, err, ErrTruncated)
	bad := newSnoop(4)
	bad.u32(60, 60, 24, 0, 1, 1)
	_, err = ReadAll(bytes.NewReader(bad.Bytes()), "")
	assert.ErrorIs(t, err, ErrCorrupt)
}

// netMonFile is a capture of Network Monitor whose frames are in the order of the table, not of the file.
func netMonFile(t testing.TB, minor byte, media uint16, trailer []byte) []byte {
	f := &file{order: binary.LittleEndian}
	f.WriteString(netMonMagic)
	f.Write([]byte{minor, 2})
	f.u16(media, 2026, 11, 6, 28, 12, 30, 15, 500)
	f.u32(0, 8)
	f.Write(make([]byte, 128-f.Len()))
	at := []uint32{}
	for _, delta := range []uint32{2_000_000, 1_000_000} {
		at = append(at, uint32(f.Len()))
		f.u32(delta, 0, uint32(len(synFrame(t))), uint32(len(synFrame(t))))
		f.Write(synFrame(t))
		f.Write(trailer)
	}
	table := uint32(f.Len())
	f.u32(at[1], at[0])
	b := f.Bytes()
	binary.LittleEndian.PutUint32(b[24:], table)
	return b
}

func TestNetMon(t *testing.T) {
	start := time.Date(2026, 11, 28, 12, 30, 15, 500e6, time.UTC)
	got := readAll(t, netMonFile(t, 0, 1, nil))
	require.Len(t, got, 2)
	assert.Equal(t, start.Add(time.Second), got[0].Time)
	assert.Equal(t, start.Add(2*time.Second), got[1].Time)
	assert.Equal(t, KindTCP, got[1].Kind)

	got = readAll(t, netMonFile(t, 1, 9, le16(1)))
	assert.Equal(t, KindTCP, got[0].Kind, "from 2.1 on each frame has its own media")
	at := binary.LittleEndian.AppendUint64(joined(le16(netMonRegistry+uint16(linkEthernet)), zeros(4)), (11644473600+77)*1e7)
	got = readAll(t, netMonFile(t, 3, 9, append(at, 0)))
	assert.Equal(t, KindTCP, got[0].Kind)
	assert.Equal(t, time.Unix(77, 0).UTC(), got[0].Time, "from 2.3 on it has its own time")
	assert.Empty(t, readAll(t, netMonFile(t, 1, 1, le16(0xffff))), "what is no packet is left out")

	whole := netMonFile(t, 0, 1, nil)
	_, err := ReadAll(bytes.NewReader(whole[:100]), "")
	assert.ErrorIs(t, err, ErrTruncated)
	binary.LittleEndian.PutUint32(whole[len(whole)-4:], uint32(len(whole)))
	trace, err := ReadAll(bytes.NewReader(whole), "")
	assert.ErrorIs(t, err, ErrTruncated)
	assert.Len(t, trace.Packets, 1)
}

// Before version 2.3 the two lengths were the other way round.
func TestOldPcap(t *testing.T) {
	for _, c := range []struct {
		minor uint16
		swap  bool
	}{{2, true}, {3, true}, {3, false}, {4, false}} {
		f := &file{order: be}
		f.u32(pcapMicroseconds)
		f.u16(2, c.minor)
		f.u32(0, 0, 262144, uint32(linkEthernet))
		captured, length := uint32(len(synFrame(t))), uint32(1500)
		if c.swap {
			captured, length = length, captured
		}
		f.u32(1, 0, captured, length)
		f.Write(synFrame(t))
		got := readAll(t, f.Bytes())
		require.Len(t, got, 1)
		assert.Equal(t, 1500, got[0].Length)
		assert.Equal(t, KindTCP, got[0].Kind)
	}
}

// Files that cat joined are one: of either format, byte order and link type.
func TestJoinedFiles(t *testing.T) {
	raw := newPcap(be, pcapNanoseconds, linkRaw)
	raw.record(104, 7, len(synPacket4(t)), synPacket4(t))
	next := newPcapng(be)
	next.iface(linkEthernet, 0)
	next.enhanced(0, 105e6, len(synFrame(t)), synFrame(t))
	got, err := readSeconds(t, joined(threeSYNs(t, 101), raw.Bytes(), next.Bytes(), threeSYNs(t, 106), next.Bytes()))
	require.NoError(t, err)
	assert.Equal(t, []int64{101, 102, 103, 104, 105, 106, 107, 108, 105}, got)
}

func tarball(t testing.TB, members ...any) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		data := members[i+1].([]byte)
		require.NoError(t, w.WriteHeader(&tar.Header{Name: members[i].(string), Mode: 0o644, Size: int64(len(data))}))
		_, err := w.Write(data)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestArchive(t *testing.T) {
	readme := []byte("what was captured\n")
	for name, archive := range map[string][]byte{
		"one capture":            tarball(t, "README", readme, "a.pcap", threeSYNs(t, 100)),
		"compressed":             gzipped(t, tarball(t, "a.pcap", threeSYNs(t, 100), "README", readme)),
		"a compressed capture":   tarball(t, "a.pcap.gz", gzipped(t, threeSYNs(t, 100))),
		"an empty capture first": tarball(t, "a", newPcap(be, pcapMicroseconds, linkRaw).Bytes(), "b", threeSYNs(t, 100)),
	} {
		got, err := readSeconds(t, archive)
		assert.NoError(t, err, name)
		assert.Equal(t, []int64{100, 101, 102}, got, name)
	}
	got, err := readSeconds(t, tarball(t, "a.pcap0", threeSYNs(t, 100), "a.pcap1", threeSYNs(t, 103)))
	assert.NoError(t, err)
	assert.Equal(t, []int64{100, 101, 102, 103, 104, 105}, got, "pieces of one capture")

	got, err = readSeconds(t, tarball(t, "client.pcap", threeSYNs(t, 100), "server.pcap", threeSYNs(t, 100)))
	assert.ErrorIs(t, err, ErrSeveral)
	assert.Equal(t, []int64{100, 101, 102}, got)

	_, err = readSeconds(t, tarball(t, "README", readme))
	assert.EqualError(t, err, "wire: not a packet capture: it is a tar archive without a capture in it")
	whole := tarball(t, "a.pcap", threeSYNs(t, 100))
	_, err = readSeconds(t, whole[:600])
	assert.ErrorIs(t, err, ErrTruncated)
}

func xzData(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	require.NoError(t, err)
	_, err = w.Write(data)
	require.NoError(t, errors.Join(err, w.Close()))
	return b.Bytes()
}

func lz4Data(t testing.TB, data []byte, legacy bool) []byte {
	var b bytes.Buffer
	w := lz4.NewWriter(&b)
	require.NoError(t, w.Apply(lz4.LegacyOption(legacy)))
	_, err := w.Write(data)
	require.NoError(t, errors.Join(err, w.Close()))
	return b.Bytes()
}

func TestMoreCompressions(t *testing.T) {
	plain := threeSYNs(t, 100)
	for name, packed := range map[string][]byte{"xz": xzData(t, plain), "lz4": lz4Data(t, plain, false), "lz4 of old": lz4Data(t, plain, true)} {
		got, err := readSeconds(t, packed)
		assert.NoError(t, err, name)
		assert.Len(t, got, 3, name)
		_, err = readSeconds(t, packed[:len(packed)/2])
		assert.True(t, errors.Is(err, ErrTruncated) || errors.Is(err, ErrCorrupt), "%s: %v", name, err)
	}
	// Go has no encoder of bzip2: this is bzip2 of "hello\n".
	_, err := NewReader(bytes.NewReader([]byte("BZh91AY&SY\xc1\xc0\x80\xe2\x00\x00\x01\x41\x00\x00\x10\x02\x44\xa0\x00\x30\xcd\x00\xc3\x46\x29\x97\x17\x72\x45\x38\x50\x90\xc1\xc0\x80\xe2")))
	assert.ErrorContains(t, err, "this is text")
}

func TestXZWantsTooMuchMemory(t *testing.T) {
	packed := xzData(t, threeSYNs(t, 100))
	require.EqualValues(t, 0x21, packed[14], "the filter is where the format says")
	packed[16] = 38 // 3 GB
	_, err := NewReader(bytes.NewReader(packed))
	assert.ErrorContains(t, err, "needs 2048 MB of memory")
	assert.ErrorIs(t, err, ErrCorrupt)
}

// What a program took for text is named, and not read as something else.
func TestConvertedLineEnds(t *testing.T) {
	f := newPcap(binary.LittleEndian, pcapMicroseconds, linkEthernet)
	for i := range uint32(20) {
		f.record(100+i, 10, len(synFrame(t)), synFrame(t))
	}
	_, err := readSeconds(t, f.Bytes())
	require.NoError(t, err)
	damaged := bytes.ReplaceAll(f.Bytes(), []byte("\n"), []byte("\r\n"))
	_, err = readSeconds(t, damaged)
	assert.ErrorIs(t, err, ErrCorrupt)
	assert.ErrorContains(t, err, "line endings were converted")

	ng := newPcapng(binary.LittleEndian).Bytes()
	for _, damaged := range [][]byte{bytes.ReplaceAll(ng, []byte("\n"), []byte("\r\n")), bytes.ReplaceAll(ng, []byte("\r\n"), []byte("\n"))} {
		_, err = NewReader(bytes.NewReader(damaged))
		assert.ErrorContains(t, err, "line endings were converted")
	}

	// A request of HTTP has such lines in good order.
	http := newPcap(binary.LittleEndian, pcapMicroseconds, linkEthernet)
	data := append(synFrame(t), "GET / HTTP/1.1\r\nHost: a\r\nAccept: b\r\n\r\n"...)
	http.record(100, 13, len(data), data)
	_, err = readSeconds(t, http.Bytes())
	assert.NoError(t, err)
}

func TestNamedByWhatToDo(t *testing.T) {
	trace := zeros(4096)
	binary.LittleEndian.PutUint32(trace, 4096)
	copy(trace[80:], "C\x00:\x00\\\x00n\x00.\x00e\x00t\x00l\x00")
	for want, input := range map[string][]byte{
		"pktmon etl2pcap":             trace,
		"tshark -V printed":           []byte("Frame 1: 74 bytes on wire (592 bits), 74 bytes captured (592 bits)\nEthernet II\n"),
		"what tshark printed":         []byte("    1   0.000000 198.51.100.10 → 203.0.113.10 TCP 74 40001 → 8080 [SYN] Seq=0\n"),
		"tshark's XML":                []byte("<?xml version=\"1.0\"?>\n<pdml version=\"0\">\n"),
		"tshark's JSON":               []byte("[\n {\n  \"_index\": \"packets\",\n  \"_source\": {\n   \"layers\": {\n"),
		"UTF-16":                      joined([]byte{0xff, 0xfe, 0xd4, 0, 0xc3, 0, 0xb2, 0, 0xa1, 0}, zeros(100)),
		"editcap -F pcapng":           []byte(netMonOldMagic + "\x01\x01"),
		"git lfs pull":                []byte("version https://git-lfs.github.com/spec/v1\noid sha256:1\n"),
		"extract the capture":         []byte("7z\xbc\xaf\x27\x1c\x00"),
		"compressed twice":            gzipped(t, xzData(t, threeSYNs(t, 1))),
		"download the capture":        []byte("<!DOCTYPE html>\n<html>\n"),
		"or what tcpdump -nn printed": []byte("listening on eth0\n"),
	} {
		_, err := NewReader(bytes.NewReader(input))
		assert.ErrorIs(t, err, ErrNotCapture, want)
		assert.ErrorContains(t, err, want)
	}
}

// Lines of text before the capture are passed over, also where the capture comes later.
func TestBanner(t *testing.T) {
	const banner = "Last login: today\r\ntcpdump: listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\r\n"
	got, err := readSeconds(t, append([]byte(banner), threeSYNs(t, 100)...))
	assert.NoError(t, err)
	assert.Len(t, got, 3)
	got, err = readSeconds(t, append([]byte(banner), manyPackets(t, 2)...))
	assert.NoError(t, err)
	assert.Len(t, got, 2)

	in, out := io.Pipe()
	defer in.Close()
	go func() {
		_, _ = out.Write([]byte(banner))
		_, _ = out.Write(threeSYNs(t, 100))
	}()
	r, err := NewReader(in)
	require.NoError(t, err)
	for range 3 {
		_, err := r.Next()
		require.NoError(t, err)
	}
}
