package langtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tcplab/tcplab/lang"
)

// CheckLiterals checks every [lang.Text] that is written in the package of a folder, and returns how many there are. Behind a verb
// stands no particle that has two forms, because nobody knows how the value ends; but for arguments that are named here by a regular
// expression, of which each ends in a vowel.
func CheckLiterals(t *testing.T, folder, endsInVowel string) int {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	w := walker{t: t, files: token.NewFileSet(), vowel: regexp.MustCompile(`^(?:` + endsInVowel + `)$`)}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(w.files, name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, w.visit)
	}
	return w.seen
}

// walker looks at the texts of a package.
type walker struct {
	t     *testing.T
	files *token.FileSet
	vowel *regexp.Regexp
	seen  int
}

func (w *walker) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		w.call(n)
	case *ast.CompositeLit:
		if text, where, is := w.text(n); is {
			w.seen++
			Check(w.t, where, text)
		}
	}
	return true
}

// text is the text of a literal that is one: of type lang.Text, or without a type and with the fields of one.
func (w *walker) text(n ast.Expr) (text lang.Text, where string, is bool) {
	literal, ok := n.(*ast.CompositeLit)
	if !ok {
		return lang.Text{}, "", false
	}
	fields := map[string]string{}
	for _, element := range literal.Elts {
		field, ok := element.(*ast.KeyValueExpr)
		if !ok {
			return lang.Text{}, "", false
		}
		if value, err := strconv.Unquote(types.ExprString(field.Value)); err == nil {
			fields[types.ExprString(field.Key)] = value
		}
	}
	_, known := fields["English"]
	return lang.Text{English: fields["English"], Korean: fields["Korean"]}, w.files.Position(literal.Pos()).String(), known
}

// call looks at the arguments of a text that is formatted, by a method of it or by the function that it is given to.
func (w *walker) call(c *ast.CallExpr) {
	if method, ok := c.Fun.(*ast.SelectorExpr); ok {
		w.behindVerbs(method.X, c.Args)
	}
	for i, argument := range c.Args {
		w.behindVerbs(argument, c.Args[i+1:])
	}
}

// behindVerb is a particle of two forms behind a verb.
var behindVerb = regexp.MustCompile(`%(?:\[(\d)\])?[+#.0-9-]*[a-zA-Z]["` + "`" + `]?(은|는|이|가|을|를|과|와|으로|로)(?:[ \n.,:;?)]|$)`)

// behindVerbs looks at the particles behind the verbs of a text.
func (w *walker) behindVerbs(of ast.Expr, arguments []ast.Expr) {
	text, where, is := w.text(of)
	if !is {
		return
	}
	for _, found := range behindVerb.FindAllStringSubmatchIndex(text.Korean, -1) {
		index := len(verb.FindAllString(text.Korean[:found[0]], -1))
		if found[2] >= 0 {
			index = int(text.Korean[found[2]] - '1')
		}
		argument := "what is not known"
		if index < len(arguments) {
			argument = types.ExprString(arguments[index])
		}
		particle := text.Korean[found[4]:found[5]]
		assert.True(w.t, w.vowel.MatchString(argument) && strings.Contains("는가를와로", particle), "%s: %s", where,
			fmt.Sprintf("%q stands behind %s", particle, argument))
	}
}
