package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lang/langtest"
	"github.com/tcplab/tcplab/lesson"
)

// TestEveryHelpIsInKorean: each text of the help of each command has its Korean, and there is no Korean of a text that is gone. (On Linux
// there are all commands.)
func TestEveryHelpIsInKorean(t *testing.T) {
	t.Parallel()
	known, used := helpInKorean(), map[string]bool{}
	for _, heading := range []string{"Aliases:", "Additional Commands:", "Global Flags:", "Additional help topics:", "Usage:", "Examples:", "Available Commands:", "Flags:"} {
		assert.Contains(t, (&cobra.Command{}).UsageTemplate(), heading, "cobra's own words")
		used[heading] = true
	}
	seen := eachHelpText(t, func(where, paragraph string) {
		key := oneLine(paragraph)
		if known[key] == "" {
			key = strings.TrimSuffix(key, ".")
		}
		used[key] = true
		assert.NotEmpty(t, known[key], "%s: %q has no Korean (help_korean_*.go)", where, paragraph)
	})
	assert.Greater(t, seen, 300)
	for _, text := range helpElsewhere() {
		used[text.English] = inSourceOfOtherSystems(t, text.English)
	}
	for english := range known {
		assert.True(t, used[english], "%q is in no help any more: its Korean has to go", english)
	}
}

// eachHelpText shows each paragraph of the help of each command, without the lines to type, and returns how many paragraphs there are.
func eachHelpText(t *testing.T, see func(where, paragraph string)) (seen int) {
	t.Helper()
	show := func(where, text string) {
		text = strings.Replace(text, lesson.VerdictTable(lang.English), "", 1)
		for line := range strings.SplitSeq(reflowed(text), "\n") {
			if word.MatchString(line) && !strings.HasPrefix(line, "\t") {
				assert.False(t, strings.HasPrefix(line, " "), "%s: a line that is indented stays in English: %q", where, line)
				seen++
				see(where, line)
			}
		}
	}
	eachCommand(func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Example) {
			assert.NotRegexp(t, `^\s*#`, line, "%s: a comment in an example stays in English", cmd.CommandPath())
		}
		assert.Empty(t, cmd.Groups(), "%s: the title of a group stays in English", cmd.CommandPath())
		show(cmd.CommandPath(), cmd.Short)
		show(cmd.CommandPath(), cmd.Long)
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if !strings.HasPrefix(f.Usage, "help for ") && !strings.HasPrefix(f.Usage, "version for ") {
				show(cmd.CommandPath()+" --"+f.Name, f.Usage)
			}
		})
	})
	return seen
}

var word = regexp.MustCompile(`[A-Za-z]{2,}`)

// eachCommand shows every command. The hidden commands and those that cobra adds are among them.
func eachCommand(see func(*cobra.Command)) {
	root := newRoot()
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	var look func(*cobra.Command)
	look = func(cmd *cobra.Command) {
		cmd.InitDefaultHelpFlag()
		cmd.InitDefaultVersionFlag()
		see(cmd)
		for _, sub := range cmd.Commands() {
			look(sub)
		}
	}
	look(root)
}

// inSourceOfOtherSystems reports whether a text stands in a file that is not compiled here.
func inSourceOfOtherSystems(t *testing.T, text string) bool {
	t.Helper()
	files, err := filepath.Glob("*_other.go")
	require.NoError(t, err)
	return slices.ContainsFunc(files, func(name string) bool {
		source, err := os.ReadFile(name)
		return err == nil && strings.Contains(string(source), `"`+text+`"`)
	})
}

// sameInHelp is what the help has in both languages: names in quotes, flags, what is put in place of {url}, variables, patterns.
var sameInHelp = regexp.MustCompile("`[^`]*`|\\B'[^' ]*'|\\B--?[A-Za-z][a-z-]*|\\{[a-z]+\\}|\\$[A-Z_]+|[a-z]+:[A-Z/]+|\\*\\.[a-z]+")

// namesInHelp are those of a text, sorted, each once.
func namesInHelp(text string) []string {
	return slices.Compact(slices.Sorted(slices.Values(sameInHelp.FindAllString(text, -1))))
}

// TestKoreanOfTheHelpIsTrue: numbers, names, flags and messages are the same in both languages, and particles fit.
func TestKoreanOfTheHelpIsTrue(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, text := range helpTexts() {
		text = lang.Text{English: oneLine(text.English), Korean: oneLine(text.Korean)}
		langtest.Check(t, text.English, text)
		assert.Equal(t, namesInHelp(text.English), namesInHelp(text.Korean), text.English)
		assert.NotContains(t, text.Korean, "(default", "pflag writes that")
		assert.False(t, seen[text.English], "%q is there twice", text.English)
		seen[text.English] = true
	}
}

// templateWords are cobra's and pflag's own.
var templateWords = []string{"Usage:", "Examples:", "Commands:", "Flags:", "[flags]", "[command]", "(default", "for more information", "help for", "version for"}

// TestHelpInKorean: where the locale is Korean, no help of any command has a word of cobra's in English, and lines can be read.
func TestHelpInKorean(t *testing.T) {
	inLocale(t, "ko_KR.UTF-8")
	eachCommand(func(cmd *cobra.Command) {
		shown := helpOf(t, cmd)
		for _, own := range templateWords {
			assert.NotContains(t, shown, own, cmd.CommandPath())
		}
		assert.Contains(t, shown, "사용법:\n  tcplab")
		long, _, _ := strings.Cut(shown, "사용법:")
		for line := range strings.Lines(long) {
			assert.True(t, strings.HasPrefix(line, "\t") || widthOf(line) <= plainColumns, "%s: %q", cmd.CommandPath(), line)
		}
	})
	run := helpOf(t, newRoot(), "run")
	for _, korean := range []string{"시나리오를 나란히 실행한다.", "\n\n예:\n  tcplab run --all\n", "\n\n옵션:\n", "도움말을 보여 준다\n", `(기본값 "artifacts")`, "tcplab run [NAME...] [-- COMMAND [ARG...]] [옵션]"} {
		assert.Contains(t, run, korean)
	}
	assert.Equal(t, run, helpOf(t, newRoot(), "help", "run"))
	assert.Contains(t, helpOf(t, newRoot()), "\n\n명령:\n  bench       ")
	assert.Contains(t, helpOf(t, newRoot(), "lesson", "quiz"), "\n  refused            SYN에 RST가 돌아온다\n")
	assert.Contains(t, helpOf(t, newRoot(), "run", "--lang", "en"), "\nUsage:\n")
}

// TestHelpInEnglish: elsewhere the help is as cobra makes it; with "--lang ko" it is in Korean.
func TestHelpInEnglish(t *testing.T) {
	inLocale(t, "C")
	eachCommand(func(cmd *cobra.Command) {
		shown := helpOf(t, cmd)
		cmd.Root().SetHelpFunc(nil)
		cmd.Root().SetUsageFunc(nil)
		assert.Equal(t, helpOf(t, cmd), shown, cmd.CommandPath())
		speakKorean(cmd.Root())
	})
	assert.Contains(t, helpOf(t, newRoot(), "run", "--lang", "ko"), "\n사용법:\n")
	t.Setenv(langVariable, "ko")
	assert.Contains(t, helpOf(t, newRoot(), "engines"), "\n사용법:\n")
	t.Setenv(langVariable, "no language")
	assert.Contains(t, helpOf(t, newRoot(), "engines"), "\nUsage:\n")
}

// inLocale sets the locale, and no other language.
func inLocale(t *testing.T, locale string) {
	t.Helper()
	for _, name := range append(localeVariables, langVariable) {
		t.Setenv(name, "")
	}
	t.Setenv("LANG", locale)
}

// helpOf is what a command shows as its help; with arguments, what the root does for these.
func helpOf(t *testing.T, cmd *cobra.Command, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	if cmd.HasParent() || len(args) == 0 {
		require.NoError(t, cmd.Help())
		return out.String()
	}
	if args[0] != "help" {
		args = append(args, "--help")
	}
	cmd.SetArgs(args)
	require.NoError(t, cmd.Execute())
	return out.String()
}
