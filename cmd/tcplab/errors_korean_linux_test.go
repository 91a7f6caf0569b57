package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tcplab/tcplab/lang"
	"github.com/tcplab/tcplab/lang/langtest"
)

// toldInKorean are the packages all of whose errors have their Korean. What other packages say of the kernel of a host is told as it is.
var toldInKorean = []string{"cmd/tcplab", "lesson", "wire", "standing", "harness", "probe", "watch", "scenarios", "report", "failures", "trial",
	"safefile", "clients", "lang", "netns", "docker", "lab", "wireshark"}

// elsewhere are the packages with texts that are in errors, too, but not all of whose errors are told.
var elsewhere = []string{"assistant", "faults", "lab/agent"}

// leading is what stands before a sentence and is none: the names of packages, what an error wraps.
var leading = regexp.MustCompile(`^(?:[a-z.-]+: |%[a-z]: )*`)

// sentenceOf is a format without what stands before its sentence; empty where it has no words of its own.
func sentenceOf(format string) string {
	sentence := leading.ReplaceAllString(format, "")
	if !word.MatchString(verbsInErrors.ReplaceAllString(sentence, "")) {
		return ""
	}
	return sentence
}

var verbsInErrors = regexp.MustCompile(`%(?:\[(\d)\])?[+# .0-9]*([a-zA-Z])`)

// TestEveryErrorIsInKorean: each sentence of an error has its Korean, on whatever system it is said, and there is no Korean of one that is gone.
func TestEveryErrorIsInKorean(t *testing.T) {
	t.Parallel()
	known, said := map[string]bool{}, map[string]bool{}
	for _, text := range errorTexts() {
		known[text.English] = true
	}
	read := func(folder string) langtest.Source {
		source := langtest.ReadSource(t, filepath.Join("..", "..", folder), "errors_korean_")
		for text := range source.Literals {
			said[strings.TrimSuffix(text, "\n")], said[leading.ReplaceAllString(text, "")] = true, true
		}
		return source
	}
	seen := 0
	for _, folder := range toldInKorean {
		for format, where := range read(folder).Errors {
			sentence := sentenceOf(format)
			if sentence == "" || format == "go %s: %w" { // the second is a command
				continue
			}
			seen++
			assert.True(t, known[format] || known[sentence], "%s: %q has no Korean (errors_korean_*.go)", where, format)
		}
	}
	assert.Greater(t, seen, 400)
	for _, folder := range elsewhere {
		read(folder)
	}
	for english := range known {
		kind, _ := strings.CutSuffix(english, ": %s") // of a flag's value
		assert.True(t, said[english] || said[kind] || notOurs[english], "%q is said no more: its Korean has to go", english)
	}
}

// notOurs is said by packages of others.
var notOurs = map[string]bool{"bad flag syntax: %s": true}

// TestKoreanOfErrorsIsTrue: verbs, numbers, names and flags are the same in both languages, and particles fit.
func TestKoreanOfErrorsIsTrue(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, text := range errorTexts() {
		if sentenceOf(text.English) == "" && text.English == text.Korean { // it is there for the sentence within
			continue
		}
		langtest.CheckFormat(t, text.English, text)
		assert.Equal(t, namesInHelp(text.English), namesInHelp(text.Korean), text.English)
		assert.False(t, seen[text.English], "%q is there twice", text.English)
		seen[text.English] = true
	}
}

// filled is a text in both languages with a value for each verb.
func filled(text lang.Text) (english, korean string) {
	values := map[int]any{}
	next, end := 0, -1
	for _, at := range verbsInErrors.FindAllStringSubmatchIndex(text.English, -1) {
		behind := at[0] == end // another verb, as a suggestion stands
		end = at[1]
		found := verbsInErrors.FindStringSubmatch(text.English[at[0]:at[1]])
		if found[1] != "" {
			next, _ = strconv.Atoi(found[1])
			next--
		}
		switch kind := found[2]; {
		case behind:
			values[next] = "; a name"
		case kind == "d", kind == "o":
			values[next] = 40 + next
		case kind == "g":
			values[next] = 1.5
		case kind == "x":
			values[next] = []byte{0x0a, 0xff}
		case kind == "q":
			values[next] = `a "b": c; d`
		case kind == "w":
			values[next] = fmt.Errorf("why-%d", next)
		default:
			values[next] = fmt.Sprintf("/name.%d", next)
		}
		next++
	}
	var list []any
	for i := range len(values) {
		list = append(list, values[i])
	}
	return fmt.Errorf(text.English, list...).Error(), fmt.Errorf(text.Korean, list...).Error()
}

// TestEveryErrorIsFoundByItsWords: each sentence is known when it has its values, and is not taken for another one.
func TestEveryErrorIsFoundByItsWords(t *testing.T) {
	t.Parallel()
	for _, text := range errorTexts() {
		english, korean := filled(text)
		assert.Equal(t, korean, said(english).In(lang.Korean), text.English)
		assert.Equal(t, english, said(english).In(lang.English))
		assert.Equal(t, "closed-port: "+korean, said("closed-port: "+english).In(lang.Korean), text.English)
	}
}
