package lang

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Sentences tell in Korean what was said in English, by the formats of both. They know a sentence by its words: an error may have come from
// another process, or out of a report, where it is text alone.
type Sentences struct {
	whole   map[string]string // without verbs
	formats []*format         // the one with the most words first
}

// format is a text with verbs.
type format struct {
	pattern   func() *regexp.Regexp
	begins    string // before the first verb
	holds     string // the longest of the words between verbs
	words     int
	arguments []int // of the pattern's groups, from 0
	korean    []piece
}

// piece is a part of a Korean format: words, or a verb for an argument.
type piece struct {
	words    string
	verb     byte // 0 where it is words
	argument int
}

// verbs are those of package fmt that sentences have.
var verbs = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`%(?:\[(\d+)\])?[+# .0-9-]*([a-zA-Z%])`) })

// values are what a verb can have written. The first one of a sentence ends at ": ", because what is before that may be another sentence.
var values = map[byte]string{
	'd': `-?\d+`, 'g': `[-+.\deInfNa]+`, 'f': `[-+.\d]+`, 'x': `[0-9a-fx ]*`, 'o': `[0-7]+`, 'q': `"(?:[^"\\]|\\.)*"|` + "`[^`]*`",
}

const (
	anything    = `(?s:.*?)`
	oneWord     = `[^;\s]*` // it alone can stand before another value
	beforeColon = `(?:[^:\n]|:[^ \n])+?`
)

// NewSentences are those of some texts, which are formats where they have verbs.
func NewSentences(texts []Text) *Sentences {
	s := &Sentences{whole: map[string]string{}}
	for _, text := range texts {
		if verbs().MatchString(text.English) {
			s.formats = append(s.formats, newFormat(text))
			continue
		}
		s.whole[text.English] = text.Korean
	}
	slices.SortStableFunc(s.formats, func(a, b *format) int { return b.words - a.words })
	return s
}

func newFormat(text Text) *format {
	f := &format{}
	var pattern strings.Builder
	pattern.WriteString("^")
	parts := pieces(text.English)
	for i, p := range parts {
		if p.verb == 0 {
			pattern.WriteString(regexp.QuoteMeta(p.words))
			f.words += len(p.words)
			if i == 0 {
				f.begins = p.words
			}
			if len(p.words) > len(f.holds) {
				f.holds = p.words
			}
			continue
		}
		value, known := values[p.verb]
		switch {
		case known:
		case i+1 < len(parts) && parts[i+1].verb != 0:
			value = oneWord
		case i == 0:
			value = beforeColon
		default:
			value = anything
		}
		pattern.WriteString("(" + value + ")")
		f.arguments = append(f.arguments, p.argument)
	}
	pattern.WriteString("$")
	f.pattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern.String()) })
	f.korean = pieces(text.Korean)
	return f
}

// pieces are the parts of a format.
func pieces(format string) []piece {
	var list []piece
	next, words := 0, ""
	for {
		at := verbs().FindStringSubmatchIndex(format)
		if at == nil {
			break
		}
		words += format[:at[0]]
		verb := format[at[4]]
		if verb == '%' {
			words += "%"
			format = format[at[1]:]
			continue
		}
		if words != "" {
			list, words = append(list, piece{words: words}), ""
		}
		if at[2] >= 0 {
			number, _ := strconv.Atoi(format[at[2]:at[3]])
			next = number - 1
		}
		list = append(list, piece{verb: verb, argument: next})
		next++
		format = format[at[1]:]
	}
	if words += format; words != "" {
		list = append(list, piece{words: words})
	}
	return list
}

// Korean tells what an error says. What it does not know stays as it is: names, commands, and what kernels and other programs say. A text
// of several lines is told line by line, and so is what stands before ": " and behind it.
func (s *Sentences) Korean(text string) string {
	if text == "" {
		return ""
	}
	if korean, known := s.sentence(text); known {
		return korean
	}
	parts := strings.Split(text, ": ")
	if strings.Contains(text, "\n") {
		return s.lines(text, parts)
	}
	var told []string
	for len(parts) > 0 {
		n, korean := 1, parts[0]
		for end := len(parts); end > 0; end-- {
			if sentence, known := s.sentence(strings.Join(parts[:end], ": ")); known {
				n, korean = end, sentence
				break
			}
		}
		told, parts = append(told, korean), parts[n:]
	}
	return strings.Join(told, ": ")
}

// lines tells a text of several lines, which are one sentence from somewhere in the first line on, or else one each.
func (s *Sentences) lines(text string, parts []string) string {
	for i := 1; i < len(parts) && !strings.Contains(parts[i-1], "\n"); i++ {
		if korean, known := s.sentence(strings.Join(parts[i:], ": ")); known {
			return s.Korean(strings.Join(parts[:i], ": ")) + ": " + korean
		}
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = s.Korean(line)
	}
	return strings.Join(lines, "\n")
}

// sentence is a text that is known as a whole.
func (s *Sentences) sentence(text string) (korean string, known bool) {
	if korean, known := s.whole[text]; known {
		return korean, true
	}
	for _, f := range s.formats {
		if !strings.HasPrefix(text, f.begins) || !strings.Contains(text, f.holds) {
			continue
		}
		if groups := f.pattern().FindStringSubmatch(text); groups != nil {
			return s.fill(f, groups[1:]), true
		}
	}
	return "", false
}

// fill puts the values of a sentence into the Korean one. A value that is a sentence is told, too; one that begins a line is what a program
// has printed, and stays.
func (s *Sentences) fill(f *format, groups []string) string {
	given := map[int]string{}
	for i, argument := range f.arguments {
		if _, is := given[argument]; !is {
			given[argument] = groups[i]
		}
	}
	var b strings.Builder
	for i, p := range f.korean {
		value := given[p.argument]
		printed := i > 0 && strings.HasSuffix(strings.TrimRight(f.korean[i-1].words, "\t"), "\n")
		switch {
		case p.verb == 0:
			b.WriteString(p.words)
		case strings.IndexByte("svw", p.verb) >= 0 && !printed:
			b.WriteString(s.Korean(value))
		default:
			b.WriteString(value)
		}
	}
	return b.String()
}
