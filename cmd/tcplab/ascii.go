package main

import (
	"cmp"
	"os"
	"strings"
)

// isASCIILocale reports whether the user has asked for a character set that is not UTF-8 (LC_ALL=C). A system that says nothing is taken
// to have UTF-8, as nearly all have.
func isASCIILocale() bool {
	locale := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_CTYPE"), os.Getenv("LANG"))
	set := strings.ToLower(strings.ReplaceAll(locale, "-", ""))
	return locale != "" && !strings.Contains(set, "utf8")
}

// inASCII are the signs of the drawings and of the texts where there is no UTF-8. Each is as wide as the one that it stands for.
var inASCII = strings.NewReplacer("│", "|", "┊", ":", "┆", ":", "║", "|", "─", "-", "╌", ".", "┼", "+", "→", ">", "←", "<", "↓", "v", "✕", "X", "✓", "*",
	"µ", "u", "…", "~", "×", "x", "≈", "~", "·", "-", "–", "-", "—", "-", "“", `"`, "”", `"`, "’", "'")
