package docker

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/tcplab/tcplab/safefile"
)

// knownFile has the ids of the images that this user has built, by engine and repository. An id is a digest of all that is in an image.
// Where the file is lost, images are built anew, which takes a second for what is in the engine's cache.
const knownFile = "docker-images.json"

// knownImage is what was built.
type knownImage struct {
	Ref string `json:"ref"`
	ID  string `json:"id"`
}

// notedImage is the id of an image of this name as it was built; empty where none was.
func notedImage(engine, ref string) string {
	dir, err := cacheDir()
	if err != nil {
		return ""
	}
	if k := readKnown(filepath.Join(dir, knownFile))[knownKey(engine, ref)]; k.Ref == ref {
		return k.ID
	}
	return ""
}

// noteImage notes the id of an image that was built, in the place of the one before in its repository. Where there is no place for the
// file, images are built by each process.
func noteImage(engine, ref, id string) error {
	dir, err := cacheDir()
	if err != nil {
		return nil
	}
	name := filepath.Join(dir, knownFile)
	known := readKnown(name)
	known[knownKey(engine, ref)] = knownImage{ref, id}
	text, err := json.MarshalIndent(known, "", "  ")
	if err == nil {
		err = safefile.Write(name, 0o600, func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("docker: note which image was built: %w", err)
	}
	return nil
}

func readKnown(name string) map[string]knownImage {
	known := map[string]knownImage{}
	text, err := os.ReadFile(name)
	if err != nil || json.Unmarshal(text, &known) != nil || known == nil {
		return map[string]knownImage{}
	}
	return known
}

// knownKey keeps the engines apart, and the repositories, of which the tags are of one program after the other.
func knownKey(engine, ref string) string {
	repository, _, _ := strings.Cut(strings.TrimPrefix(ref, imageRepository), ":")
	return engine + " " + repository
}
