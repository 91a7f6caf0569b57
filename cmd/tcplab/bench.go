package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/spf13/cobra"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/scenarios"
)

func newBench() *cobra.Command {
	bench := &cobra.Command{Use: "bench", Short: "Measure what labs cost on this machine, and what a busy one does to their verdicts", Args: cobra.NoArgs}
	bench.AddCommand(&cobra.Command{
		Use:   "labs [N...]",
		Short: "Run N labs at once, and show what they cost and whether they disturb each other's timing",
		Long: `Run N labs at once, for each N (10, 100 and 500 when none is given), and print a table in Markdown. Every lab runs
security-group-drop in real time, from the proof of its baseline to its healing. Processor time and memory are the whole machine's, less
what was used before: measure on a machine that does nothing else.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			counts, err := labCounts(args)
			if err != nil {
				return err
			}
			return benchLabs(cmd.Context(), cmd.OutOrStdout(), counts)
		},
	})
	bench.AddCommand(newBenchVerdicts(), newBenchLoad())
	return bench
}

func labCounts(args []string) ([]int, error) {
	if len(args) == 0 {
		return []int{10, 100, 500}, nil
	}
	var counts []int
	for _, a := range args {
		n, err := strconv.Atoi(a)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("the number of labs is a whole number from 1 on, not %q", a)
		}
		counts = append(counts, n)
	}
	return counts, nil
}

// benchLabs prints a row for each number of labs.
func benchLabs(ctx context.Context, out io.Writer, counts []int) error {
	engine, err := chooseEngine(ctx, "netns")
	if err != nil {
		return err
	}
	s, err := scenarios.Named("security-group-drop")
	if err != nil {
		return err
	}
	s.Topology = lab.Routed()
	s.Topology.PinNeighbours = true // the kernel's table of learned ones is full with some 250 labs
	fmt.Fprintf(out, "%d processors, Go %s\n\n", runtime.NumCPU(), runtime.Version())
	fmt.Fprintln(out, "| labs | matched | wall time | beyond the client's wait | processor time per lab | memory per lab | latest SYN |")
	fmt.Fprintln(out, "|---:|---:|---:|---:|---:|---:|---:|")
	for _, n := range counts {
		row, err := measureLabs(ctx, engine, s, n)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, row)
	}
	return nil
}

// crowd is the cost of labs that ran at once.
type crowd struct {
	labs, matched int
	wall, waited  time.Duration
	processor     time.Duration
	memory        uint64  // bytes, at its greatest
	late          float64 // the latest SYN, as a part of its gap
}

func (c crowd) String() string {
	return fmt.Sprintf("| %d | %d | %.1f s | %.1f s | %.0f ms | %.1f MiB | %.1f %% late |", c.labs, c.matched, c.wall.Seconds(),
		(c.wall - c.waited).Seconds(), c.processor.Seconds()*1000/float64(c.labs), float64(c.memory)/float64(c.labs)/(1<<20), 100*c.late)
}

func measureLabs(ctx context.Context, e lab.Engine, s harness.Scenario, n int) (crowd, error) {
	c := crowd{labs: n, waited: s.Timeout}
	before, err := processorTime()
	if err != nil {
		return c, err
	}
	memory, err := watchMemory()
	if err != nil {
		return c, err
	}
	begin := time.Now()
	reports, errs := make([]*harness.Report, n), make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { reports[i], errs[i] = harness.Run(ctx, e, s, harness.Options{}) })
	}
	group.Wait()
	c.wall, c.memory = time.Since(begin), memory()
	for i, r := range reports {
		if errs[i] != nil {
			return c, errs[i]
		}
		if r.Match() {
			c.matched++
		}
		c.late = max(c.late, latest(r))
	}
	after, err := processorTime()
	c.processor = after - before
	return c, err
}

// latest is by how much the latest retransmission at the client was late, as a part of its gap.
func latest(r *harness.Report) float64 {
	late := 0.0
	observed := r.Phase(harness.Observe)
	if observed == nil || observed.Traces == nil {
		return late
	}
	for _, a := range observed.Traces[0].Attempts(lab.Port) {
		for i := 1; i < len(a.Packets) && i <= len(r.Schedule.Gaps); i++ {
			gap, due := a.Packets[i].Time.Sub(a.Packets[i-1].Time), r.Schedule.Gaps[i-1]
			late = max(late, gap.Seconds()/due.Seconds()-1)
		}
	}
	return late
}

// processorTime is how long the machine's processors have been busy.
func processorTime() (time.Duration, error) {
	times, err := cpu.Times(false)
	if err != nil {
		return 0, fmt.Errorf("read the processor time: %w", err)
	}
	busy := 0.0
	for _, t := range times {
		busy += t.User + t.System + t.Nice + t.Irq + t.Softirq
	}
	return time.Duration(busy * float64(time.Second)), nil
}

// watchMemory looks at the machine's memory until the function that it returns is called, which says how many bytes
// more than at the beginning were in use at most.
func watchMemory() (func() uint64, error) {
	begin, err := mem.VirtualMemory()
	if err != nil {
		return nil, fmt.Errorf("read the memory: %w", err)
	}
	stop := make(chan struct{})
	var least []uint64
	var group sync.WaitGroup
	group.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			if now, err := mem.VirtualMemory(); err == nil {
				least = append(least, now.Available)
			}
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	})
	return func() uint64 {
		close(stop)
		group.Wait()
		return begin.Available - min(begin.Available, slices.Min(append(least, begin.Available)))
	}, nil
}
