package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReaderPcap(t *testing.T) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for magic, fraction := range map[uint32]uint32{pcapMicroseconds: 123456, pcapNanoseconds: 123456789} {
			f := newPcap(order, magic, linkEthernet)
			f.record(uint32(start.Unix()), fraction, 1000, synFrame(t))
			f.record(uint32(start.Unix())+1, fraction, len(synFrame(t)), synFrame(t))
			got := readAll(t, f.Bytes())
			require.Len(t, got, 2, "%v %x", order, magic)
			want := time.Unix(start.Unix(), 123456000).UTC()
			if magic == pcapNanoseconds {
				want = want.Add(789)
			}
			assert.Equal(t, want, got[0].Time)
			assert.Equal(t, 1, got[0].Frame)
			assert.Equal(t, 1000, got[0].Length)
			assert.True(t, got[0].Truncated)
			assert.Equal(t, KindTCP, got[1].Kind)
			assert.Equal(t, 2, got[1].Frame)
			assert.False(t, got[1].Truncated)
		}
	}
}

func TestReaderReadsWhatGopacketWrites(t *testing.T) {
	info := gopacket.CaptureInfo{Timestamp: start, CaptureLength: len(synFrame(t)), Length: len(synFrame(t))}
	var classic, next bytes.Buffer
	w := pcapgo.NewWriterNanos(&classic)
	require.NoError(t, w.WriteFileHeader(65536, layers.LinkTypeEthernet))
	require.NoError(t, w.WritePacket(info, synFrame(t)))
	ng, err := pcapgo.NewNgWriterInterface(&next,
		pcapgo.NgInterface{Name: "eth0", LinkType: layers.LinkTypeEthernet, TimestampResolution: 9}, pcapgo.DefaultNgWriterOptions)
	require.NoError(t, err)
	require.NoError(t, ng.WritePacket(info, synFrame(t)))
	require.NoError(t, ng.Flush())
	for name, capture := range map[string]*bytes.Buffer{"": &classic, "eth0": &next} {
		got := readAll(t, capture.Bytes())
		require.Len(t, got, 1)
		assert.Equal(t, start, got[0].Time)
		assert.Equal(t, name, got[0].Interface)
		assert.Equal(t, uint16(8080), got[0].DstPort)
	}
}

func TestReaderPcapng(t *testing.T) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		f := newPcapng(order)
		f.iface(linkEthernet, 0, optionName, "eth0")
		f.iface(linkRaw, 0, optionName, "tun0", optionResolution, "\x09")
		f.block(0x0bad, make([]byte, 5)) // a block of a kind that is not known
		micros, nanos := uint64(start.UnixMicro()), uint64(start.UnixNano())
		f.enhanced(1, nanos, len(synPacket6(t)), synPacket6(t))
		f.enhanced(0, micros, len(synFrame(t)), synFrame(t))
		f.obsolete(1, nanos, len(synPacket4(t)), synPacket4(t))
		f.simple(len(synFrame(t)), synFrame(t))
		got := readAll(t, f.Bytes())
		require.Len(t, got, 4)
		for i, want := range []string{"tun0", "eth0", "tun0", "eth0"} {
			assert.Equal(t, want, got[i].Interface)
			assert.Equal(t, i+1, got[i].Frame)
			assert.Equal(t, KindTCP, got[i].Kind)
		}
		for i := range 3 {
			assert.Equal(t, start, got[i].Time)
		}
		assert.True(t, got[3].Time.IsZero(), "a simple packet block has no time")
	}
}

func TestReaderSections(t *testing.T) {
	f := newPcapng(binary.LittleEndian)
	f.iface(linkEthernet, 0, optionName, "eth0")
	f.order = binary.BigEndian
	f.section()
	f.iface(linkRaw, 60, optionName, "tun0")
	f.simple(1500, synPacket4(t)[:60])
	got := readAll(t, f.Bytes())
	require.Len(t, got, 1)
	assert.Equal(t, "tun0", got[0].Interface, "interfaces hold for one section")
	assert.True(t, got[0].Truncated)
	assert.Equal(t, KindTCP, got[0].Kind)
}

func TestReaderTimeResolution(t *testing.T) {
	for _, c := range []struct {
		resolution string
		offset     string
		ticks      uint64
		want       time.Time
	}{
		{"\x03", "", 1500, time.Unix(1, 500e6)},
		{"\x0c", "", 1_500_000_000_001, time.Unix(1, 500e6)},
		{"\x13", "", 15_000_000_000_000_000_000, time.Unix(1, 500e6)},
		{"\x8a", "", 1024 + 512, time.Unix(1, 500e6)},
		{"\xbf", "", 3 << 62, time.Unix(1, 500e6)},
		{"\x00", "", 7, time.Unix(7, 0)},
		{"\x06", "\xff\xff\xff\xff\xff\xff\xff\xff", 1_500_000, time.Unix(0, 500e6)},
	} {
		f := newPcapng(binary.LittleEndian)
		f.iface(linkRaw, 0, optionResolution, c.resolution, optionTimeOffset, c.offset)
		f.enhanced(0, c.ticks, 4, []byte("data"))
		got := readAll(t, f.Bytes())
		assert.Equal(t, c.want.UTC(), got[0].Time, "%q", c.resolution)
	}
}

// A live capture must not wait for the packet after.
func TestReaderLive(t *testing.T) {
	in, out := io.Pipe()
	defer in.Close()
	step := func(write func(*file)) {
		f := &file{order: binary.LittleEndian}
		write(f)
		go func() { _, _ = out.Write(f.Bytes()) }()
	}
	step(func(f *file) { f.section() })
	r, err := NewReader(in)
	require.NoError(t, err)
	step(func(f *file) { f.iface(linkEthernet, 0); f.enhanced(0, 1, len(synFrame(t)), synFrame(t)) })
	p, err := r.Next()
	require.NoError(t, err)
	assert.Equal(t, 1, p.Frame)
	big := append(synFrame(t), make([]byte, 200_000)...)
	step(func(f *file) { f.enhanced(0, 2, len(big), big) })
	p, err = r.Next()
	require.NoError(t, err)
	assert.Equal(t, len(big), p.Length)
	go out.Close()
	_, err = r.Next()
	assert.Equal(t, io.EOF, err)
}

// Wherever a capture is cut, every whole packet comes first, and the end says whether it was cut.
func TestReaderTruncated(t *testing.T) {
	classic := newPcap(binary.LittleEndian, pcapMicroseconds, linkEthernet)
	next := newPcapng(binary.LittleEndian)
	next.iface(linkEthernet, 0)
	for name, f := range map[string]*file{"pcap": classic, "pcapng": next} {
		header := 24
		if name == "pcapng" {
			header = 28
		}
		ends := map[int]int{header: 0, f.Len(): 0}
		for i := range 3 {
			if name == "pcap" {
				f.record(1, 2, len(synFrame(t)), synFrame(t))
			} else {
				f.enhanced(0, 1, len(synFrame(t)), synFrame(t))
			}
			ends[f.Len()] = i + 1
		}
		whole := 0
		for n := 4; n <= f.Len(); n++ {
			if frames, ok := ends[n]; ok {
				whole = frames
			}
			trace, err := ReadAll(bytes.NewReader(f.Bytes()[:n]), "")
			require.Len(t, trace.Packets, whole, "%s cut at byte %d", name, n)
			if _, ok := ends[n]; ok {
				require.NoError(t, err, "%s cut at byte %d", name, n)
				continue
			}
			require.ErrorIs(t, err, ErrTruncated, "%s cut at byte %d", name, n)
			at, ok := errors.AsType[*ReadError](err)
			require.True(t, ok)
			assert.LessOrEqual(t, at.Offset, int64(n))
			assert.Equal(t, whole, at.Frames)
		}
	}
}

func TestReadErrorText(t *testing.T) {
	f := newPcap(binary.LittleEndian, pcapMicroseconds, linkEthernet)
	f.record(1, 2, len(synFrame(t)), synFrame(t))
	second := f.Len()
	f.record(1, 2, len(synFrame(t)), synFrame(t))
	r, err := NewReader(bytes.NewReader(f.Bytes()[:f.Len()-1]))
	require.NoError(t, err)
	_, err = r.Next()
	require.NoError(t, err)
	_, err = r.Next()
	require.EqualError(t, err, "wire: byte 118, after frame 1: the capture ends in the middle of a record")
	assert.Equal(t, 118, second)
	_, again := r.Next()
	assert.Equal(t, err, again, "an error stays")
}

func TestReaderPassesOnReadErrors(t *testing.T) {
	f := newPcap(binary.LittleEndian, pcapMicroseconds, linkEthernet)
	broken := errors.New("broken pipe")
	_, err := ReadAll(io.MultiReader(bytes.NewReader(f.Bytes()), failing{broken}), "")
	require.ErrorIs(t, err, broken)
	_, err = NewReader(failing{broken})
	require.EqualError(t, err, "wire: broken pipe")
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestNotCapture(t *testing.T) {
	for input, want := range map[string]string{
		"":                         "the input is empty: let the capture end in good order (tcpdump: Ctrl-C) before reading it",
		"PK\x03\x04":               "this is a zip archive: extract the capture from it",
		"\x7fELF":                  "this is a program: give the file that tcpdump -w or Wireshark wrote",
		"12:00:00.1 IP 1.2.3.4 > ": "this is text without a packet as tcpdump prints it: give the file that tcpdump -w wrote, or what tcpdump -nn printed",
		"é":                        "this is text without a packet as tcpdump prints it: give the file that tcpdump -w wrote, or what tcpdump -nn printed",
		"\x01\x02\x03\x04\x05":     "it starts with bytes 01 02 03 04: give a file that tcpdump -w or Wireshark wrote (pcap or pcapng)",
		"\xd4\xc3":                 "it starts with bytes d4 c3: give a file that tcpdump -w or Wireshark wrote (pcap or pcapng)",
	} {
		_, err := NewReader(bytes.NewReader([]byte(input)))
		require.ErrorIs(t, err, ErrNotCapture)
		assert.EqualError(t, err, "wire: not a packet capture: "+want)
	}
}

// TestACaptureOfAnotherFormatIsACapture: what is not read is not called "not a capture".
func TestACaptureOfAnotherFormatIsACapture(t *testing.T) {
	for input, want := range map[string]string{
		"TRSNIFF data    \x1a": "Network General's Sniffer: convert it with editcap -F pcapng",
		"XCP\x00001.100":       "NetXray or Sniffer for Windows: convert it with editcap -F pcapng",
		"btsnoop\x00\x00":      "Bluetooth: it holds no network packets",
	} {
		_, err := NewReader(bytes.NewReader([]byte(input)))
		require.ErrorIs(t, err, ErrNotCapture)
		assert.EqualError(t, err, "wire: this capture is not read, it is one of "+want)
	}
}

func TestCorrupt(t *testing.T) {
	record := func(captured uint32) func(*file) {
		return func(f *file) { f.u32(1, 2, captured, captured) }
	}
	for name, c := range map[string]struct {
		capture *file
		spoil   func(*file)
	}{
		"a record claims 1048577 bytes":                      {newPcap(binary.LittleEndian, pcapMicroseconds, linkRaw), record(1<<20 + 1)},
		"a record claims 4294967295 bytes":                   {newPcap(binary.LittleEndian, pcapMicroseconds, linkRaw), record(1<<32 - 1)},
		"a block claims to be 8 bytes long":                  {newPcapng(binary.LittleEndian), func(f *file) { f.u32(6, 8) }},
		"a block claims to be 13 bytes long":                 {newPcapng(binary.LittleEndian), func(f *file) { f.u32(6, 13) }},
		"a record claims 4294967284 bytes":                   {newPcapng(binary.LittleEndian), func(f *file) { f.u32(6, 1<<32-4) }},
		"a block of 16 bytes says at its end that it has 20": {newPcapng(binary.LittleEndian), func(f *file) { f.u32(6, 16, 0, 20) }},
		"an interface description is too short":              {newPcapng(binary.LittleEndian), func(f *file) { f.block(blockInterface, make([]byte, 4)) }},
		"an option of an interface description is too long": {newPcapng(binary.LittleEndian), func(f *file) {
			f.block(blockInterface, []byte{1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 255, 0})
		}},
		"an interface has the impossible time resolution 0xc0": {newPcapng(binary.LittleEndian), func(f *file) {
			f.iface(linkRaw, 0, optionResolution, "\xc0")
		}},
		"an interface has the impossible time resolution 0x14": {newPcapng(binary.LittleEndian), func(f *file) {
			f.iface(linkRaw, 0, optionResolution, "\x14")
		}},
		"a packet block is too short": {newPcapng(binary.LittleEndian), func(f *file) { f.block(blockEnhanced, make([]byte, 16)) }},
		"a packet of interface 7, but the file describes 0 interfaces": {newPcapng(binary.LittleEndian), func(f *file) {
			f.enhanced(7, 0, 0, nil)
		}},
		"a packet of 9 bytes in a block with room for 4": {newPcapng(binary.LittleEndian), func(f *file) {
			f.iface(linkRaw, 0)
			f.simple(9, []byte("four"))
		}},
		"a section header has no byte-order magic": {newPcapng(binary.LittleEndian), func(f *file) {
			f.block(blockSection, make([]byte, 16))
		}},
		"a section header claims to be 16 bytes long": {newPcapng(binary.LittleEndian), func(f *file) {
			f.u32(blockSection, 16, byteOrderMagic, 16)
		}},
	} {
		c.spoil(c.capture)
		trace, err := ReadAll(bytes.NewReader(c.capture.Bytes()), "")
		require.ErrorIs(t, err, ErrCorrupt, name)
		assert.ErrorContains(t, err, name)
		assert.Empty(t, trace.Packets)
	}
}

func manyPackets(t testing.TB, n int) []byte {
	f := newPcapng(binary.LittleEndian)
	f.iface(linkEthernet, 0, optionName, "eth0")
	for i := range n {
		f.enhanced(0, uint64(i), len(synFrame(t)), synFrame(t))
	}
	return f.Bytes()
}

func TestReaderDoesNotAllocate(t *testing.T) {
	r, err := NewReader(bytes.NewReader(manyPackets(t, 2000)))
	require.NoError(t, err)
	_, err = r.Next()
	require.NoError(t, err)
	assert.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = r.Next() }))
}

func BenchmarkReader(b *testing.B) {
	const n = 10_000
	capture := manyPackets(b, n)
	for b.Loop() {
		r, err := NewReader(bytes.NewReader(capture))
		require.NoError(b, err)
		for range n {
			_, _ = r.Next()
		}
	}
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "packets/s")
}
