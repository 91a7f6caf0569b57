// Package lang is the languages in which tcplab teaches: English, and Korean where there is a translation. What a program
// reads (verdict ids, names, JSON) is the same in all of them.
package lang

import (
	"fmt"
	"strings"

	"golang.org/x/text/language"
)

// Tag is a language that texts are written in.
type Tag string

// The languages.
const (
	English Tag = "en"
	Korean  Tag = "ko"
)

// Tags are all of them.
func Tags() []Tag { return []Tag{English, Korean} }

// matcher knows the languages in the order of [Tags].
var matcher = language.NewMatcher([]language.Tag{language.English, language.Korean})

// Parse returns the language that serves best for one named by a BCP 47 tag ("ko", "ko-KR") or by a locale of POSIX
// ("ko_KR.UTF-8"): English where there is no translation, and where the name is empty or "C". The error is for what is
// neither.
func Parse(name string) (Tag, error) {
	locale, _, _ := strings.Cut(name, ".")
	if locale == "" || locale == "C" || locale == "POSIX" {
		return English, nil
	}
	tag, err := language.Parse(locale)
	if err != nil {
		return "", fmt.Errorf("%q is not the name of a language: \"en\" is English, \"ko\" is Korean", name)
	}
	_, index, _ := matcher.Match(tag)
	return Tags()[index], nil
}

// OfLocale returns the language of a locale of POSIX, for a reader who has set that for all programs and not for this one: what is not a
// language tag, or has a modifier ("ko_KR.UTF-8@x"), is English, and no error.
func OfLocale(locale string) Tag {
	if strings.Contains(locale, "@") {
		return English
	}
	tag, err := Parse(locale)
	if err != nil {
		return English
	}
	return tag
}

// Text is a text in each language. It may be a format for package fmt, whose verbs take the same arguments in all.
type Text struct{ English, Korean string }

// In is the text in one language, or in English where it has not been translated.
func (t Text) In(tag Tag) string {
	if tag == Korean && t.Korean != "" {
		return t.Korean
	}
	return t.English
}

// telling is what can be told in several languages.
type telling interface{ In(tag Tag) string }

// Format formats the text in one language, and in the same one those arguments that are a [Text] or a [Message].
func (t Text) Format(tag Tag, arguments ...any) string {
	given := make([]any, len(arguments))
	for i, argument := range arguments {
		given[i] = argument
		if told, ok := argument.(telling); ok {
			given[i] = told.In(tag)
		}
	}
	return fmt.Sprintf(t.In(tag), given...)
}
