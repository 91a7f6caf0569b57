package lang

import (
	"fmt"
	"strings"

	"golang.org/x/text/width"
)

// Worded is a value that names itself in each language: in English as its String does.
type Worded interface{ Words() Text }

// WordsOf are the words of a value, in English alone where it has no others.
func WordsOf(named fmt.Stringer) Text {
	if w, ok := named.(Worded); ok {
		return w.Words()
	}
	return Text{English: named.String()}
}

// Same is a text that is the same in each language: a name, a number.
func Same(text string) Text { return Text{text, text} }

// With is a format with its arguments in their places. An argument that is a [Text] is in the language of the format.
func (t Text) With(arguments ...any) Text {
	var out Text
	if out.English = t.Format(English, arguments...); t.Korean != "" {
		out.Korean = t.Format(Korean, arguments...)
	}
	return out
}

// Join puts texts one after the other, with a separator that has its own form in each language.
func Join(list []Text, separator Text) Text {
	var english, korean []string
	for _, t := range list {
		english, korean = append(english, t.English), append(korean, t.In(Korean))
	}
	return Text{strings.Join(english, separator.English), strings.Join(korean, separator.In(Korean))}
}

// Columns is how many columns a text takes on a terminal: a letter of Korean takes two.
func Columns(text string) int {
	n := 0
	for _, r := range text {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n++
		}
		n++
	}
	return n
}
