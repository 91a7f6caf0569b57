package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/moby/moby/api/types/build"
	"github.com/moby/moby/client"
)

// imageBuild is one image to build from a context that is sent to the engine.
type imageBuild struct {
	what   string // for the error
	tag    string
	args   map[string]string
	labels map[string]string
	files  map[string][]byte // the build context, with a Dockerfile
}

// build builds an image. It never pulls: the images that its Dockerfile builds on are on the engine.
func (d *daemon) build(ctx context.Context, b imageBuild) error {
	args := map[string]*string{}
	for key, value := range b.args {
		args[key] = &value
	}
	result, err := d.api.ImageBuild(ctx, buildContext(b.files), client.ImageBuildOptions{
		Tags:        []string{b.tag},
		BuildArgs:   args,
		Labels:      b.labels,
		Remove:      true,
		ForceRemove: true,
		Version:     build.BuilderV1, // the one that every engine has, and that needs no connection back to the client
	})
	if err != nil {
		return fmt.Errorf("docker: build %s: %w", b.what, err)
	}
	defer result.Body.Close()
	if err := followOutput(result.Body); err != nil {
		return fmt.Errorf("docker: build %s: %w", b.what, err)
	}
	return nil
}

func buildContext(files map[string][]byte) io.Reader {
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	// Writing to memory cannot fail. Without times, the engine's cache knows an unchanged file again.
	for _, name := range slices.Sorted(maps.Keys(files)) {
		_ = w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(files[name]))})
		_, _ = w.Write(files[name])
	}
	_ = w.Close()
	return &archive
}

// keptLines is how much of a failed build's output its error shows.
const keptLines = 15

// followOutput reads the engine's account of a build, an import or a pull to its end. A failure is told in that
// account, not by the status of the response.
func followOutput(account io.Reader) error {
	var output string
	for decoder := json.NewDecoder(account); ; {
		var message struct {
			Stream string `json:"stream"`
			Error  string `json:"error"`
		}
		switch err := decoder.Decode(&message); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read the engine's output: %w", err)
		}
		if message.Error != "" {
			return withOutput(errors.New(message.Error), output)
		}
		output = lastLines(output + message.Stream)
	}
}

// withOutput adds to an error what the failed program printed last.
func withOutput(err error, output string) error {
	output = strings.TrimSpace(lastLines(output))
	if output == "" {
		return err
	}
	return fmt.Errorf("%w; the last lines of its output:\n\t%s", err, strings.ReplaceAll(output, "\n", "\n\t"))
}

func lastLines(text string) string {
	lines := strings.SplitAfter(text, "\n")
	return strings.Join(lines[max(0, len(lines)-keptLines-1):], "")
}
