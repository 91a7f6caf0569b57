package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
	"github.com/tcplab/tcplab/failures"
	"github.com/tcplab/tcplab/lab/enginetest"
	"github.com/tcplab/tcplab/probe"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/standing"
	"github.com/tcplab/tcplab/trial"
)

// jsonOutputs are the objects that commands print, by the commands as docs/json.md names them.
var jsonOutputs = map[string]reflect.Type{
	"list":     reflect.TypeFor[failures.ScenarioEntry](),
	"clients":  reflect.TypeFor[clientEntry](),
	"run":      reflect.TypeFor[report.RunRecord](),
	"trial":    reflect.TypeFor[trial.TrialResult](),
	"diagnose": reflect.TypeFor[report.DiagnosisRecord](),
	"counts":   reflect.TypeFor[report.CountsRecord](),
	"probe":    reflect.TypeFor[probe.Probed](),
	"status":   reflect.TypeFor[standing.Info](),
	"version":  reflect.TypeFor[version](),
}

// jsonTable describes the fields of a command's object, and those of the objects in it, by the comments in the source.
func jsonTable(t *testing.T, command string) string {
	t.Helper()
	root, known := jsonOutputs[command]
	require.True(t, known, command)
	d := &jsonDocument{T: t, comments: map[string]map[string]string{}, seen: map[reflect.Type]bool{}}
	text := "| field | type | meaning |\n|---|---|---|\n"
	d.rows(&text, root, "")
	return text
}

// jsonDocument is a table in the making.
type jsonDocument struct {
	*testing.T
	comments map[string]map[string]string // of fields, by type: "probe.Probed"
	seen     map[reflect.Type]bool
}

func (d *jsonDocument) rows(text *string, object reflect.Type, prefix string) {
	for i := range object.NumField() {
		f := object.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			d.rows(text, f.Type, prefix)
			continue
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		comment := d.comment(object, f.Name)
		assert.NotEmpty(d, comment, "%s.%s has no comment, which docs/json.md needs", object, f.Name)
		kind, inner := jsonKind(f.Type)
		if strings.Contains(options, "omitempty") {
			kind += ", may be absent"
		}
		*text += fmt.Sprintf("| `%s%s` | %s | %s |\n", prefix, name, kind, strings.ReplaceAll(comment, "|", "\\|"))
		if inner == nil || d.seen[inner] {
			continue
		}
		d.seen[inner] = true
		d.rows(text, inner, prefix+name+".")
	}
}

// jsonKind is what JSON calls a type, and the struct that is in it.
func jsonKind(t reflect.Type) (string, reflect.Type) {
	if t.Kind() == reflect.Pointer {
		return jsonKind(t.Elem())
	}
	if t == reflect.TypeFor[json.Number]() {
		return "number", nil
	}
	if t.Implements(reflect.TypeFor[interface{ MarshalText() ([]byte, error) }]()) || t.Implements(reflect.TypeFor[json.Marshaler]()) {
		return "string", nil
	}
	switch t.Kind() {
	case reflect.String:
		return "string", nil
	case reflect.Bool:
		return "boolean", nil
	case reflect.Slice:
		kind, inner := jsonKind(t.Elem())
		return "array of " + plural(kind), inner
	case reflect.Map:
		kind, inner := jsonKind(t.Elem())
		return "object of " + plural(kind), inner
	case reflect.Struct:
		return "object", t
	}
	return "number", nil
}

func plural(kind string) string {
	first, rest, more := strings.Cut(kind, " ")
	if more {
		rest = " " + rest
	}
	return first + "s" + rest
}

// comment is what the source says of a field: above it, or behind it in the same line. Several fields in one line share it.
func (d *jsonDocument) comment(object reflect.Type, field string) string {
	if d.comments[object.String()] == nil {
		d.read(object)
	}
	return d.comments[object.String()][field]
}

// read takes in the comments of the package in which a type is.
func (d *jsonDocument) read(object reflect.Type) {
	dir := filepath.Join(enginetest.Root(), strings.TrimPrefix(strings.TrimPrefix(object.PkgPath(), cmdtest.ModulePath(d.T)), "/"))
	if object.PkgPath() == "main" || strings.HasSuffix(object.PkgPath(), "cmd/tcplab") {
		dir = "."
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(d, err)
	require.NotEmpty(d, files, object)
	set := token.NewFileSet()
	for _, name := range files {
		parsed, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		require.NoError(d, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, isType := n.(*ast.TypeSpec)
			if !isType {
				return true
			}
			if fields, isStruct := spec.Type.(*ast.StructType); isStruct {
				d.keep(parsed.Name.Name+"."+spec.Name.Name, fields.Fields.List)
			}
			return true
		})
	}
}

func (d *jsonDocument) keep(name string, fields []*ast.Field) {
	d.comments[name] = map[string]string{}
	above := ""
	for _, f := range fields {
		if text := f.Doc.Text() + f.Comment.Text(); text != "" {
			above = docLink.ReplaceAllString(strings.Join(strings.Fields(text), " "), "$1")
		} else if above == "" || !namesAny(above, f.Names) {
			above = ""
		}
		for _, n := range f.Names {
			d.comments[name][n.Name] = above
		}
	}
}

// docLink is a name in brackets, as godoc links it.
var docLink = regexp.MustCompile(`\[([\w.]+)\]`)

// namesAny reports whether a comment on the field before is about one of these, too.
func namesAny(comment string, names []*ast.Ident) bool {
	words := strings.FieldsFunc(comment, func(c rune) bool { return c == ' ' || c == ',' || c == '.' || c == ':' || c == ';' })
	return slices.ContainsFunc(names, func(n *ast.Ident) bool { return slices.Contains(words, n.Name) })
}

// TestJSONDocumentIsComplete: each object has a section, and every command that prints JSON is named.
func TestJSONDocumentIsComplete(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(enginetest.Root(), "docs", "json.md"))
	require.NoError(t, err)
	for command := range jsonOutputs {
		assert.Contains(t, string(text), "<!-- BEGIN generated: json "+command+" (make generate) -->")
	}
}
