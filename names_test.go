package tcplab_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sharedNames are the exported types that may have one name in several packages, and why.
var sharedNames = map[string]string{
	"Engine":  "each engine's package has the type that implements lab.Engine",
	"Lab":     "labtest.Lab is a lab.Lab as a test has it",
	"Options": "the settings of what a package does, as is usual in Go",
}

// TestOneMeaningAName: an exported type's name occurs once in the tree, so that a name means one thing wherever it is read.
func TestOneMeaningAName(t *testing.T) {
	t.Parallel()
	places := exportedTypes(t, ".")
	for name, packages := range places {
		if len(packages) > 1 && sharedNames[name] == "" {
			t.Errorf("%s is a type in %s: rename all but one, or give the reason in sharedNames", name, strings.Join(packages, ", "))
		}
	}
	for name := range sharedNames {
		assert.Greater(t, len(places[name]), 1, "%s needs no exception any more", name)
	}
}

// exportedTypes are the packages' folders by the names of the types that they export. Examples and commands export nothing to
// anybody.
func exportedTypes(t *testing.T, root string) map[string][]string {
	t.Helper()
	places := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"cmd", "examples", "testdata"}, d.Name())):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder := filepath.Dir(path)
		for _, name := range typesOf(file) {
			if !slices.Contains(places[name], folder) {
				places[name] = append(places[name], folder)
			}
		}
		return nil
	})
	require.NoError(t, err)
	return places
}

func typesOf(file *ast.File) []string {
	var names []string
	for _, d := range file.Decls {
		general, ok := d.(*ast.GenDecl)
		if !ok || general.Tok != token.TYPE {
			continue
		}
		for _, s := range general.Specs {
			if name := s.(*ast.TypeSpec).Name; name.IsExported() {
				names = append(names, name.Name)
			}
		}
	}
	return names
}
