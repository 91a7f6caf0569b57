package main

import (
	"cmp"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lang"
)

// langVariable is the environment variable that says what "--lang" does where it is not given.
const langVariable = "TCPLAB_LANG"

// localeVariables are those of POSIX that name the language of a program's messages. The first one that is set and not empty counts.
var localeVariables = []string{"LC_ALL", "LC_MESSAGES", "LANG"}

// langFlag is "--lang". It is empty where it is not given.
type langFlag string

// addTo gives a command the flag.
func (l *langFlag) addTo(cmd *cobra.Command) {
	cmd.Flags().Var(l, "lang", "language of what is explained: en or ko (default "+langVariable+" in the environment, else the locale)")
}

func (l *langFlag) String() string { return string(*l) }

// Type is what the help calls the value.
func (l *langFlag) Type() string { return "language" }

// Set takes the name of a language, see [lang.Parse].
func (l *langFlag) Set(name string) error {
	tag, err := lang.Parse(name)
	*l = langFlag(tag)
	return err
}

// tag is the language that was chosen, by the flag or else by the environment.
func (l langFlag) tag() (lang.Tag, error) {
	if l != "" {
		return lang.Tag(l), nil
	}
	name := os.Getenv(langVariable)
	if name == "" {
		return localeTag(), nil
	}
	tag, err := lang.Parse(name)
	if err != nil {
		return "", fmt.Errorf("%s: %w", langVariable, err)
	}
	return tag, nil
}

// localeTag is the language of the environment's locale.
func localeTag() lang.Tag {
	var locales []string
	for _, name := range localeVariables {
		locales = append(locales, os.Getenv(name))
	}
	return lang.OfLocale(cmp.Or(locales...))
}

// inLanguage gives a command the flag, and lets it run in the language that was chosen.
func inLanguage(cmd *cobra.Command, run func(cmd *cobra.Command, args []string, tag lang.Tag) error) *cobra.Command {
	var language langFlag
	language.addTo(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		tag, err := language.tag()
		if err != nil {
			return err
		}
		return run(cmd, args, tag)
	}
	return cmd
}
