package main

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lesson"
)

// speakKorean lets the help of a command and of those below it be in Korean for a reader who has chosen that. What is written by the
// help alone is translated, at the time when it is shown: completions and manual pages stay in English. (Errors: errorTexts.)
func speakKorean(root *cobra.Command) {
	help, usage := root.HelpFunc(), root.UsageFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if helpTag(cmd) == lang.Korean {
			cmd.Short, cmd.Long = inKorean(cmd.Short), longInKorean(cmd)
		}
		help(cmd, args)
	})
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		if helpTag(cmd) == lang.Korean {
			return usageInKorean(cmd, usage)
		}
		return usage(cmd)
	})
}

// helpTag is the language of a command's help. A language that nobody knows is an error of the command, and not of its help.
func helpTag(cmd *cobra.Command) lang.Tag {
	var chosen langFlag
	if flag := cmd.Flags().Lookup("lang"); flag != nil {
		if given, is := flag.Value.(*langFlag); is {
			chosen = *given
		}
	}
	tag, err := chosen.tag()
	if err != nil {
		return lang.English
	}
	return tag
}

// helpInKorean has the texts of the help in Korean, by those in English. Nobody who reads English pays for it.
var helpInKorean = sync.OnceValue(func() map[string]string {
	known := map[string]string{}
	for _, text := range helpTexts() {
		known[oneLine(text.English)] = oneLine(text.Korean)
	}
	return known
})

// helpTexts are all texts of the help in both languages.
func helpTexts() []lang.Text {
	return slices.Concat(helpWords(), helpOfRuns(), helpOfLabs(), helpOfDiagnoses(), helpOfLessons(), helpOfCompletion(), helpElsewhere())
}

// oneLine is a text without the ends of lines that it has in the source.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// inKorean is a text of the help in Korean, where there is a translation. A line of it is a paragraph. Lines that are indented stay,
// because they are commands.
func inKorean(text string) string {
	text = strings.Replace(text, lesson.VerdictTable(lang.English), lesson.VerdictTable(lang.Korean), 1)
	lines := strings.Split(reflowed(text), "\n")
	for i, line := range lines {
		lines[i] = paragraphInKorean(line)
	}
	return strings.Join(lines, "\n")
}

// paragraphInKorean is one paragraph. A short description is the first one of a long one, too, with a full stop.
func paragraphInKorean(line string) string {
	if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
		return line
	}
	known := helpInKorean()
	key := oneLine(line)
	if korean := known[key]; korean != "" {
		return korean
	}
	if short, sentence := strings.CutSuffix(key, "."); sentence && known[short] != "" {
		return known[short] + "."
	}
	return line
}

// plainColumns is the width of Korean paragraphs where no terminal says another. In English they are as wide as in the source.
const plainColumns = 80

// longInKorean is the long description of a command, in lines of a width that can be read.
func longInKorean(cmd *cobra.Command) string {
	text := inKorean(cmd.Long)
	out := cmd.OutOrStdout()
	if narrow, _ := folded(out); narrow != out {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text + "\n") {
		b.WriteString(fold(line, plainColumns))
	}
	return b.String()
}

// usageInKorean writes the part of a command's help that cobra makes: its headings, too, are in Korean.
func usageInKorean(cmd *cobra.Command, english func(*cobra.Command) error) error {
	for _, sub := range cmd.Commands() {
		sub.Short = inKorean(sub.Short)
	}
	for _, flags := range []*pflag.FlagSet{cmd.LocalFlags(), cmd.InheritedFlags()} {
		flags.VisitAll(func(f *pflag.Flag) { f.Usage = flagInKorean(f) })
	}
	out := cmd.OutOrStderr()
	var text bytes.Buffer
	cmd.SetOut(&text)
	err := english(cmd)
	cmd.SetOut(out)
	if err != nil {
		return err
	}
	more := lang.Text{English: `Use "%s [command] --help" for more information about a command.`,
		Korean: `각 명령의 자세한 설명은 "%s [command] --help"로 볼 수 있다.`}.With(cmd.CommandPath())
	var b strings.Builder
	for line := range strings.Lines(text.String()) {
		line = strings.TrimSuffix(line, "\n")
		b.WriteString(inUsage.Replace(strings.ReplaceAll(paragraphInKorean(line), more.English, more.Korean)) + "\n")
	}
	_, err = out.Write([]byte(b.String()))
	return err
}

// flagInKorean is what a flag is for. That of cobra's own flags has the command's name in English.
func flagInKorean(f *pflag.Flag) string {
	switch {
	case strings.HasPrefix(f.Usage, "help for "):
		return "도움말을 보여 준다"
	case strings.HasPrefix(f.Usage, "version for "):
		return "버전을 출력한다"
	}
	return paragraphInKorean(f.Usage)
}

// inUsage are the words that cobra and pflag write within a line.
var inUsage = strings.NewReplacer("[flags]", "[옵션]", "[command]", "[명령]", "(default ", "(기본값 ")

// helpWords are the headings of the help, and the texts of the command that shows it.
func helpWords() []lang.Text {
	return []lang.Text{
		{English: "Usage:", Korean: "사용법:"},
		{English: "Aliases:", Korean: "별칭:"},
		{English: "Examples:", Korean: "예:"},
		{English: "Available Commands:", Korean: "명령:"},
		{English: "Additional Commands:", Korean: "그 밖의 명령:"},
		{English: "Flags:", Korean: "옵션:"},
		{English: "Global Flags:", Korean: "공통 옵션:"},
		{English: "Additional help topics:", Korean: "그 밖의 도움말:"},
		{English: "Help about any command", Korean: "명령의 도움말을 보여 준다"},
		{
			English: `Help provides help for any command in the application. Simply type tcplab help [path to command] for full
details.`,
			Korean: "어떤 명령이든 그 도움말을 보여 준다. 자세한 것은 tcplab help [명령의 경로]를 입력한다.",
		},
	}
}

// helpElsewhere are the texts of commands that a system has in place of others.
func helpElsewhere() []lang.Text {
	return []lang.Text{
		{English: "Only on Linux and other Unix systems: a mystery in a lab", Korean: "Linux를 비롯한 Unix 시스템에만 있다: 랩에서 푸는 미스터리"},
		{English: "Only on Linux and other Unix systems: a lab that stays up", Korean: "Linux를 비롯한 Unix 시스템에만 있다: 계속 서 있는 랩"},
	}
}
