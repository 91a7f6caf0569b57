package main

import (
	"fmt"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
)

// errorsInKorean are the sentences of errors in Korean, and the texts of the help that are in them. Nobody who reads English pays for it.
var errorsInKorean = sync.OnceValue(func() *lang.Sentences {
	texts := errorTexts()
	for _, text := range helpTexts() {
		texts = append(texts, lang.Text{English: oneLine(text.English), Korean: oneLine(text.Korean)})
	}
	return lang.NewSentences(texts)
})

// errorTexts are the sentences of errors in both languages.
func errorTexts() []lang.Text {
	return slices.Concat(errorsOfUsage(), errorsOfRuns(), errorsOfLabs(), errorsOfDiagnoses(), errorsOfLessons(), errorsOfHandIns(),
		errorsOfEngines(), errorsOfDocker(), errorsOfWire(), errorsOfHarness())
}

// said is what an error says, or another text of its kind: in English, as programs read it, until it is shown.
type said string

// In is the text in one language.
func (s said) In(tag lang.Tag) string {
	if tag == lang.Korean {
		return errorsInKorean().Korean(string(s))
	}
	return string(s)
}

// warn says beside an error, or in its place, what a user should know, in the language of the command.
func warn(cmd *cobra.Command, format string, arguments ...any) {
	fmt.Fprintln(cmd.ErrOrStderr(), said(fmt.Sprintf(format, arguments...)).In(helpTag(cmd)))
}

// inLanguageOf is an error's text in the language of its command. A command that was mistyped has the language of the environment.
func inLanguageOf(cmd *cobra.Command, err error) string {
	tag := helpTag(cmd)
	text := said(err.Error()).In(tag)
	if tag == lang.Korean {
		text = inUsage.Replace(text)
	}
	return text
}

// environmentTag is the language of the environment. One that nobody knows is the error of a command that asks for it.
func environmentTag() lang.Tag {
	tag, err := langFlag("").tag()
	if err != nil {
		return lang.English
	}
	return tag
}
