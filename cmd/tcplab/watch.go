package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/safefile"
	"github.com/tcplab/tcplab/watch"
	"github.com/tcplab/tcplab/wire/diagnose"
)

// watchFlags are the flags of "watch".
type watchFlags struct {
	filters chosenFlags
	iface   string
	out     string
	buffer  int // MB
	before  time.Duration
	most    int
	lasts   time.Duration
	tag     lang.Tag
}

func newWatch() *cobra.Command {
	var f watchFlags
	cmd := &cobra.Command{
		Use:   "watch -i INTERFACE",
		Short: "Wait for what fails once: cut its packets out of a ring buffer, and diagnose it",
		Long: fmt.Sprintf(`Capture at an interface ("any": at all of them) into a ring buffer in memory, and diagnose what passes. When a connection or a ping has
failed, the packets that its two hosts exchanged, from some time before it until then, are written into a folder as pcapng. The
diagnosis, as text, lies beside them. The capture goes on until Ctrl-C. Each failure is cut out once. A server that keeps an
application waiting is told after 30 s, or when the client gives up.

Memory is bounded: the ring buffer, and less than %d MB beside it. At most %d connections are followed at a time.

It takes the right to capture: root, or CAP_NET_RAW.

Exit code: 0 after Ctrl-C, or when --for has passed; 2 when it could not watch.`, watch.Overhead>>20, watch.MaxTracked),
		Example: `  sudo tcplab watch -i any
  sudo tcplab watch -i eth0 --port 443 --verdict no-answer,reset-by-server --out /var/tmp/failures
  tcplab exec client tcplab watch -i any`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.iface, "interface", "i", "any", "where to capture")
	flags.StringVar(&f.out, "out", "watched", "folder for what is cut out")
	flags.IntVar(&f.buffer, "buffer", 64, "size of the ring buffer in MB")
	flags.DurationVar(&f.before, "before", 10*time.Second, "how much of what the two hosts exchanged before belongs to a failure")
	flags.IntVar(&f.most, "max-files", 1000, "how many failures are cut out at most; later ones are told, and not kept")
	flags.DurationVar(&f.lasts, "for", 0, "end after this time (default: at Ctrl-C)")
	f.filters.addTo(cmd)
	return inLanguage(cmd, func(cmd *cobra.Command, _ []string, tag lang.Tag) error {
		f.tag = tag
		return f.run(cmd)
	})
}

// check refuses values that mean nothing.
func (f watchFlags) check() error {
	const most = 1 << 16 // MB
	switch {
	case f.buffer < 4 || f.buffer > most:
		return fmt.Errorf("--buffer is a number of MB from 4 to %d, not %d", most, f.buffer)
	case f.before < 0:
		return fmt.Errorf("--before is a time such as 10s, not %s", f.before)
	case f.lasts < 0:
		return fmt.Errorf("--for is a time such as 10m, not %s", f.lasts)
	case f.most < 1:
		return fmt.Errorf("--max-files is 1 at least, not %d", f.most)
	}
	return nil
}

func (f watchFlags) run(cmd *cobra.Command) error {
	filter, err := f.filters.filter(cmd.Context())
	if err = errors.Join(f.check(), err); err != nil {
		return err
	}
	ctx, stop := untilSignal(cmd.Context(), f.lasts)
	defer stop()
	session := watchSession{flags: f, filter: filter, out: cmd.OutOrStdout()}
	debug.SetMemoryLimit(int64(f.buffer)<<20 + watch.Overhead)
	session.watcher = watch.New(watch.Options{Each: session.each, Ring: f.buffer << 20, Before: f.before})
	began := time.Now()
	dropped, err := session.capture(ctx, func() {
		f.tell(cmd.ErrOrStderr(), lang.Text{English: "watching %s until Ctrl-C; what fails is written to %s\n",
			Korean: "%s: Ctrl-C를 누를 때까지 지켜보고, 실패한 것은 %s 폴더에 쓴다\n"}, f.where(), f.out)
	})
	if err != nil {
		return err
	}
	stats := session.watcher.Close()
	session.summarize(time.Since(began), stats, dropped)
	return session.failed
}

func (f watchFlags) where() lang.Text {
	if f.iface == "any" {
		return lang.Text{English: "all interfaces", Korean: "모든 인터페이스"}
	}
	return lang.Same(f.iface)
}

// tell writes a text in the language that was asked for.
func (f watchFlags) tell(out io.Writer, text lang.Text, arguments ...any) {
	_, _ = io.WriteString(out, text.Format(f.tag, arguments...)) // the watch goes on without a reader
}

// untilSignal returns a context that ends at Ctrl-C, or after a time that is not 0, and that has no error to tell: the end is what
// the user wanted. One that had ended before has ended.
func untilSignal(parent context.Context, lasts time.Duration) (context.Context, func()) {
	signal.Reset(os.Interrupt, syscall.SIGTERM)
	ctx, stop := signal.NotifyContext(parent, os.Interrupt, syscall.SIGTERM)
	if lasts == 0 {
		return ctx, stop
	}
	ctx, cancel := context.WithTimeout(ctx, lasts)
	return ctx, func() { cancel(); stop() }
}

// settleEvery is how often a live capture is looked through for what has come to its end.
const settleEvery = 500 * time.Millisecond

// watchSession is one call of "watch".
type watchSession struct {
	flags   watchFlags
	filter  diagnose.Filter
	out     io.Writer
	watcher *watch.Watcher

	failures, healthy, kept int
	made                    bool // the folder is there
	failed                  error
}

// capture feeds the watcher until ctx ends.
func (s *watchSession) capture(ctx context.Context, ready func()) (dropped int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	packets, tapped := io.Pipe()
	read := make(chan error, 1)
	go func() {
		err := s.watcher.Read(packets)
		_ = packets.CloseWithError(err) // nobody reads any more: the capture ends
		read <- err
	}()
	ended := tick(ctx, s.watcher)
	dropped, err = watch.Capture(ctx, s.flags.iface, tapped, ready)
	_ = tapped.Close()
	if readErr := <-read; err == nil {
		err = readErr
	}
	cancel()
	<-ended
	return dropped, err
}

// tick lets the watcher settle until ctx ends.
func tick(ctx context.Context, w *watch.Watcher) (ended chan struct{}) {
	ended = make(chan struct{})
	ticker := time.NewTicker(settleEvery)
	go func() {
		defer close(ended)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case now := <-ticker.C:
				w.Tick(now)
			}
		}
	}()
	return ended
}

// each tells of an attempt that failed, and cuts it out.
func (s *watchSession) each(a *diagnose.Judged, c *watch.CutOut) {
	if !a.Failed() {
		s.healthy++
		return
	}
	if !s.filter.Wants(a) {
		return
	}
	s.failures++
	d := a.Diagnosis()
	gone := c.Renumber(&d)
	where := lang.Text{English: "not kept: there are as many files as --max-files allows", Korean: "남기지 않음: 파일이 --max-files에 이르렀다"}
	if s.kept < s.flags.most {
		name := fileName(&d, s.failures)
		if err := s.keep(name, &d, c, gone); err != nil {
			s.failed = cmp.Or(s.failed, err)
			where = lang.Text{English: "not kept: %s", Korean: "남기지 않음: %s"}.With(said(err.Error()))
		} else {
			s.kept++
			where = lang.Same(s.flags.out + "/" + name + ".pcapng")
		}
	}
	s.flags.tell(s.out, lang.Same("%s %s: %s; %s\n"), d.First.Format("15:04:05.000"), report.DiagnosisHeading(&d), d.Summary, where)
}

// fileName is the name of a cut's file, without its ending: files sort by time, and no two files have one name.
func fileName(d *diagnose.Diagnosis, number int) string {
	server := strings.NewReplacer(":", ".", "%", ".").Replace(d.Server.Addr().String())
	if d.Server.Port() != 0 {
		server += fmt.Sprintf("-%d", d.Server.Port())
	}
	return fmt.Sprintf("%s-%04d-%s-%s", d.First.Format("20060102T150405.000Z"), number, cmp.Or(d.Ending, d.Verdict), server)
}

// keep writes the packets and the text.
func (s *watchSession) keep(name string, d *diagnose.Diagnosis, c *watch.CutOut, gone int) error {
	if !s.made {
		if err := os.MkdirAll(s.flags.out, 0o777); err != nil {
			return err
		}
		s.made = true
	}
	if err := safefile.WriteIn(s.flags.out, name+".pcapng", c.Write); err != nil {
		return err
	}
	return safefile.WriteIn(s.flags.out, name+".txt", func(w io.Writer) error {
		err := report.Style{Language: s.flags.tag}.WriteDiagnosis(w, d)
		if gone > 0 && err == nil {
			_, err = io.WriteString(w, lang.Text{English: "    note: %d of the frames that say so were no longer in the buffer of %d MB (--buffer)\n",
				Korean: "    참고: 근거가 되는 프레임 가운데 %d개는 %d MB 버퍼(--buffer)에 더는 없었다\n"}.Format(s.flags.tag, gone, s.flags.buffer))
		}
		return err
	})
}

// summarize tells what was seen in all.
func (s *watchSession) summarize(lasted time.Duration, stats diagnose.Stats, dropped int) {
	s.flags.tell(s.out, lang.Text{English: "watched %s for %s: %d packets; failures: %d, of which %d are in %s; not failed: %d\n",
		Korean: "%s, %s 동안: 패킷 %d개; 실패 %d개 가운데 %d개의 파일이 있는 폴더: %s; 실패하지 않은 것 %d개\n"}, s.flags.where(), lasted.Round(time.Second), stats.Packets, s.failures, s.kept, s.flags.out, s.healthy)
	if dropped > 0 {
		s.flags.tell(s.out, lang.Text{English: "the kernel dropped %d packets that were not read in time: what seems lost may be among them\n",
			Korean: "제때 읽지 못한 패킷 %d개를 커널이 버렸다: 사라진 것처럼 보이는 패킷이 그 가운데 있을 수 있다\n"}, dropped)
	}
	if stats.Evicted > 0 {
		s.flags.tell(s.out, lang.Text{English: "too many connections at a time: %d were given up before their end\n",
			Korean: "한꺼번에 열린 연결이 너무 많다: %d개는 끝나기 전에 포기했다\n"}, stats.Evicted)
	}
}
