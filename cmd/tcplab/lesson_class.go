package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lesson"
)

// classVariable is the environment variable that says what "--class" does where it is not given.
const classVariable = "TCPLAB_CLASS"

// classFlag is "--class", the file with the public half of a class's key.
type classFlag struct{ file string }

func (c *classFlag) addTo(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.file, "class", "", "file with the public half of your class's key (default "+classVariable+" in the environment, else none)")
}

// public is the public half, empty where there is no class.
func (c *classFlag) public() (string, error) {
	file := c.file
	if file == "" {
		file = os.Getenv(classVariable)
	}
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	class, err := lesson.ParseClass(string(text))
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	return class.String(), nil
}

func newLessonKey() *cobra.Command {
	return &cobra.Command{
		Use:   "key FILE",
		Short: "Make the key of a class",
		Long: `Make the key of a class: FILE is the teacher's, and secret; beside it, with the ending .pub, is the half for the students. What
a student of the class hands in is sealed for the teacher, and the results are signed.`,
		Example: "  tcplab lesson key class.key",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return makeKey(cmd, args[0]) },
	}
}

func makeKey(cmd *cobra.Command, file string) error {
	key, err := lesson.NewClassKey(rand.Reader)
	if err != nil {
		return err
	}
	public := strings.TrimSuffix(file, filepath.Ext(file)) + ".pub"
	if err := writeNew(file, key.String()+"\n", 0o600); err != nil {
		return err
	}
	if err := writeNew(public, key.Public()+"\n", 0o644); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: keep it to yourself; it opens what is handed in, and signs the results\n"+
		"%s: give it to the students, for \"tcplab lesson mystery --class %s\"\n", file, public, filepath.Base(public))
	return err
}

// writeNew writes a file that is not there yet.
func writeNew(name, text string, mode fs.FileMode) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and a key that was lost cannot be made again: choose another name", name)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// readKey reads a class's key; nil where no file is named.
func readKey(file string) (*lesson.ClassKey, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	key, err := lesson.ParseClassKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return key, nil
}
