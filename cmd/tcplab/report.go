package main

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/safefile"
)

func newReport() *cobra.Command {
	return &cobra.Command{
		Use:   "report DIR",
		Short: "Make the pages of runs again, from what was kept of them",
		Long: `Read the folder of a run (its report.json and its captures), or a folder that holds those of several runs, and write the
pages again: report.html and report.txt for each run, and index.html for several. Where a folder holds what several commands have
kept, at different times or on different machines, its index.html shows the newest run of each scenario.`,
		Example: "  tcplab report artifacts\n  tcplab report artifacts/latest\n  tcplab report artifacts/latest/closed-port-netns-ipv4",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			pages, err := rebuild(safefile.Newest(args[0]))
			for _, page := range pages {
				fmt.Fprintln(cmd.OutOrStdout(), page)
			}
			return err
		},
	}
}

// rebuild writes the pages of a run, or of all runs below the folder, and returns their names.
func rebuild(dir string) ([]string, error) {
	if _, err := os.Stat(filepath.Join(dir, "report.json")); err == nil {
		record, err := openRun(dir)
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(filepath.Join(dir, "..", indexName)); err == nil {
			record.LinkIndex("../" + indexName)
		}
		return []string{filepath.Join(dir, "report.html")}, writePages(dir, record)
	}
	runs, err := runsBelow(dir)
	if err != nil {
		return nil, err
	}
	var pages []string
	var entries []report.Entry
	for _, name := range runs {
		record, err := openRun(filepath.Join(dir, name))
		if err == nil {
			record.LinkIndex(strings.Repeat("../", strings.Count(name, "/")+1) + indexName)
			err = writePages(filepath.Join(dir, name), record)
		}
		if err != nil {
			return pages, err
		}
		pages = append(pages, filepath.Join(dir, name, "report.html"))
		entries = append(entries, report.Entry{Page: path.Join(name, "report.html"), RunRecord: record})
	}
	return append(pages, filepath.Join(dir, indexName)), writeIndex(dir, entries, report.Ends{Summary: summaryOf(entries)})
}

// indexName is the page about all runs, beside their folders.
const indexName = "index.html"

// summaryOf is the summary of runs that were kept, by their ends.
func summaryOf(entries []report.Entry) string {
	ends := map[string][]string{}
	for _, e := range entries {
		ends[e.Status()] = append(ends[e.Status()], e.Scenario)
	}
	return summed(len(entries), ends).English
}

// deepest is how far below a folder its runs may be: a folder of several machines' folders has them at the third.
const deepest = 4

// runsBelow are the folders below dir that hold a run, by their paths from there. Of several runs of one scenario, on the same engine and the
// same family, it is the newest.
func runsBelow(dir string) ([]string, error) {
	if _, err := os.ReadDir(dir); err != nil {
		return nil, err // it names the folder
	}
	newest := map[string]string{} // by the name of the run's folder
	if err := findRuns(os.DirFS(dir), ".", func(run string) {
		if before, ok := newest[path.Base(run)]; !ok || strings.Compare(dateOf(before), dateOf(run)) <= 0 {
			newest[path.Base(run)] = run
		}
	}); err != nil {
		return nil, err
	}
	if len(newest) == 0 {
		return nil, fmt.Errorf("%s holds no run: name the folder of one (it has a report.json), or the one given to \"tcplab run --out\"", dir)
	}
	return slices.Sorted(maps.Values(newest)), nil
}

// findRuns calls found for each folder with a run, in the order of their names. Links, such as the one to the latest, are not followed.
func findRuns(files fs.FS, below string, found func(string)) error {
	list, err := fs.ReadDir(files, below)
	if err != nil {
		return err
	}
	for _, entry := range list {
		name := path.Join(below, entry.Name())
		if !entry.IsDir() || strings.Count(name, "/") >= deepest {
			continue
		}
		if _, err := fs.Stat(files, path.Join(name, "report.json")); err == nil {
			found(name)
		} else if err := findRuns(files, name, found); err != nil {
			return err
		}
	}
	return nil
}

// dateOf is the part of a path that is the name of a dated folder, which sorts by time; empty where none is.
func dateOf(run string) string {
	i := slices.IndexFunc(strings.Split(run, "/"), safefile.IsDated)
	if i < 0 {
		return ""
	}
	return strings.Split(run, "/")[i]
}

func openRun(dir string) (*report.RunRecord, error) {
	record, err := report.Open(os.DirFS(dir))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return record, nil
}

// keep writes the report beside the captures, for people and for programs.
func keep(r *harness.Report, isOneOfSeveral bool) error {
	if err := writeFile(r.Artifacts, "report.json", func(w io.Writer) error { return report.JSON(w, r) }); err != nil {
		return err
	}
	record := report.NewRecord(r)
	if isOneOfSeveral {
		record.LinkIndex("../" + indexName)
	}
	if err := record.ReadAttachments(os.DirFS(r.Artifacts)); err != nil {
		return &harness.ArtifactError{Err: err}
	}
	return writePages(r.Artifacts, record)
}

// writePages writes everything that is made of a run's record and of its captures.
func writePages(dir string, record *report.RunRecord) error {
	capture, err := record.Capture(os.DirFS(dir))
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	for name, write := range map[string]func(io.Writer) error{
		"report.html": record.HTML, "report.txt": func(w io.Writer) error { return report.Style{}.Record(w, record) }, "run.pcapng": capture.WritePcapng, "run.txt": capture.WriteText,
	} {
		if err := writeFile(dir, name, write); err != nil {
			return err
		}
	}
	return nil
}

// indexOf writes the index of several runs, and returns its name.
func indexOf(dir string, results []result) (string, error) {
	entries, ends := entriesOf(results)
	if len(results) < 2 || len(entries) == 0 {
		return "", nil
	}
	return filepath.Join(dir, indexName), writeIndex(dir, entries, ends)
}

// entriesOf are the runs that came to their end, and what is to be said of the others.
func entriesOf(results []result) (entries []report.Entry, ends report.Ends) {
	ends.Summary = summary(results).English
	for _, r := range results {
		if r.err == nil {
			page := path.Join(filepath.Base(r.report.Artifacts), "report.html")
			entries = append(entries, report.Entry{Page: page, RunRecord: report.NewRecord(r.report)})
			continue
		}
		ends.NotRun = append(ends.NotRun, report.NotRun{Scenario: r.scenario, Reason: r.err.Error()})
	}
	return entries, ends
}

// writeIndex writes the index of runs, those that did not match first.
func writeIndex(dir string, entries []report.Entry, ends report.Ends) error {
	slices.SortStableFunc(entries, func(a, b report.Entry) int {
		if a.Match != b.Match {
			return map[bool]int{false: -1, true: 1}[a.Match]
		}
		return strings.Compare(a.Page, b.Page)
	})
	return writeFile(dir, indexName, func(w io.Writer) error { return report.Index(w, entries, ends) })
}

func writeFile(dir, name string, write func(io.Writer) error) error {
	if err := safefile.WriteIn(dir, name, write); err != nil {
		return &harness.ArtifactError{Err: err}
	}
	return nil
}
