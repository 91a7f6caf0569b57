package langtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Source is what a package says, whatever system it is compiled for.
type Source struct {
	Errors   map[string]string // formats of its errors, and where they stand
	Literals map[string]bool   // all its texts
}

// ReadSource reads the package of a folder, without the files that begin with the name of its catalogue. In a format that is put together,
// "%s" stands for what is not known.
func ReadSource(t *testing.T, folder, catalogue string) Source {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	r := reader{files: token.NewFileSet(), constants: map[string]string{}, found: Source{Errors: map[string]string{}, Literals: map[string]bool{}}}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(filepath.Base(name), catalogue) {
			continue
		}
		file, err := parser.ParseFile(r.files, name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
	}
	for range 2 { // a constant may be made of others
		for _, file := range files {
			ast.Inspect(file, r.constant)
		}
	}
	for _, file := range files {
		ast.Inspect(file, r.text)
	}
	return r.found
}

// reader reads a package.
type reader struct {
	files     *token.FileSet
	constants map[string]string
	found     Source
}

// constant notes the constants that are texts.
func (r *reader) constant(n ast.Node) bool {
	if declared, is := n.(*ast.GenDecl); is && declared.Tok == token.CONST {
		for _, spec := range declared.Specs {
			value, is := spec.(*ast.ValueSpec)
			for i := range value.Values {
				if text, known := r.value(value.Values[i]); is && known {
					r.constants[value.Names[i].Name] = text
				}
			}
		}
	}
	return true
}

// value is the text of an expression, where some of it is known.
func (r *reader) value(n ast.Expr) (text string, known bool) {
	switch n := n.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(n.Value)
		return text, err == nil && n.Kind == token.STRING
	case *ast.Ident:
		text, known = r.constants[n.Name]
		return text, known
	case *ast.ParenExpr:
		return r.value(n.X)
	case *ast.BinaryExpr:
		left, knownLeft := r.value(n.X)
		right, knownRight := r.value(n.Y)
		if n.Op != token.ADD || !knownLeft && !knownRight {
			return "", false
		}
		if !knownLeft {
			left = "%s"
		}
		if !knownRight {
			right = "%s"
		}
		return left + right, true
	}
	return "", false
}

// errorMakers are the functions that take the format of an error, or of a warning of the command line, and as which of their arguments.
var errorMakers = map[string]int{"fmt.Errorf": 0, "errors.New": 0, "warn": 1}

// text notes the texts of an expression.
func (r *reader) text(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		if at, is := errorMakers[types.ExprString(n.Fun)]; is {
			if format, known := r.value(n.Args[at]); known {
				r.found.Errors[format] = r.files.Position(n.Pos()).String()
			}
		}
	case ast.Expr:
		if text, known := r.value(n); known {
			r.found.Literals[text] = true
		}
	}
	return true
}
