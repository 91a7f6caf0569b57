package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Schema is the version of all JSON that the commands print and keep. A field that is added changes nothing; it grows when a field is
// renamed, removed, or gets another meaning.
const Schema = 1

// EncodeJSON writes an object on a line of its own, with the version of its fields as the first one.
func EncodeJSON(w io.Writer, object any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(object); err != nil {
		return err
	}
	rest, isObject := bytes.CutPrefix(b.Bytes(), []byte("{"))
	if !isObject {
		return fmt.Errorf("report: a %T is no JSON object", object)
	}
	separator := ","
	if bytes.HasPrefix(rest, []byte("}")) {
		separator = ""
	}
	_, err := fmt.Fprintf(w, "{\"schema\":%d%s%s", Schema, separator, rest)
	return err
}
