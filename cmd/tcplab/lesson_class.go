package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tcplab/tcplab/lesson"
	"github.com/tcplab/tcplab/safefile"
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

// studentKeyVariable is the environment variable that says what "--sign" does where it is not given.
const studentKeyVariable = "TCPLAB_STUDENT_KEY"

// handInBegins is how a hand-in begins, by which an older file of that name is known to be one.
const handInBegins = `{"format":"tcplab-hand-in-`

// studentKeyFlag is "--sign", the file with the student's own key.
type studentKeyFlag struct{ file string }

func (k *studentKeyFlag) addTo(cmd *cobra.Command) {
	cmd.Flags().StringVar(&k.file, "sign", "", "file with your own key, to sign what you hand in (default "+studentKeyVariable+" in the environment, else none)")
}

// read reads the key, nil where there is none.
func (k *studentKeyFlag) read(cmd *cobra.Command) (*lesson.StudentKey, error) {
	file := cmp.Or(k.file, os.Getenv(studentKeyVariable))
	if file == "" {
		return nil, nil
	}
	text, err := readSecret(cmd, file)
	if err != nil {
		return nil, err
	}
	key, err := lesson.ParseStudentKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return key, nil
}

func newLessonKey() *cobra.Command {
	student := false
	cmd := &cobra.Command{
		Use:   "key FILE",
		Short: "Make the key of a class, or of a student",
		Long: `Make the key of a class: FILE is the teacher's, and secret; beside it, with the ending .pub, is the half for the students. What
a student of the class hands in is sealed for the teacher, and the results are signed.

With --student, make the key of a student: FILE is the student's, and secret; the half with the ending .pub is for the teacher's roster.
What is handed in with --sign FILE nobody else can hand in.`,
		Example: "  tcplab lesson key class.key\n  tcplab lesson key --student kim.key",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if student {
				return makeStudentKey(cmd, args[0])
			}
			return makeKey(cmd, args[0])
		},
	}
	cmd.Flags().BoolVar(&student, "student", false, "make the key of a student")
	return cmd
}

func makeKey(cmd *cobra.Command, file string) error {
	key, err := lesson.NewClassKey(rand.Reader)
	if err != nil {
		return err
	}
	public, err := writePair(file, key.String(), key.Public())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: keep it to yourself; it opens what is handed in, and signs the results\n"+
		"%s: give it to the students, for \"tcplab lesson mystery --class %s\"\n", file, public, filepath.Base(public))
	return err
}

func makeStudentKey(cmd *cobra.Command, file string) error {
	key, err := lesson.NewStudentKey(rand.Reader)
	if err != nil {
		return err
	}
	public, err := writePair(file, key.String(), key.Public())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: keep it to yourself; it signs what you hand in, with --sign %s\n"+
		"%s: give it to your teacher, for the roster of the class\n", file, file, public)
	return err
}

// writePair writes the two halves of a key, and returns the name of the public one.
func writePair(file, secret, public string) (name string, err error) {
	name = strings.TrimSuffix(file, filepath.Ext(file)) + ".pub"
	if err := writeNew(file, secret+"\n", 0o600); err != nil {
		return "", err
	}
	if err := writeNew(name, public+"\n", 0o644); err != nil {
		return "", errors.Join(err, os.Remove(file))
	}
	return name, nil
}

// writeNew writes a file that is not there yet.
func writeNew(name, text string, mode fs.FileMode) error {
	err := safefile.WriteNew(name, mode, []byte(text))
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and a key that was lost cannot be made again: choose another name", name)
	}
	return err
}

// readKey reads a class's key; nil where no file is named.
func readKey(cmd *cobra.Command, file string) (*lesson.ClassKey, error) {
	if file == "" {
		return nil, nil
	}
	text, err := readSecret(cmd, file)
	if err != nil {
		return nil, err
	}
	key, err := lesson.ParseClassKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return key, nil
}

// readSecret reads a key, and warns of one that others can read, as ssh(1) does. Windows tells it otherwise than by a mode.
func readSecret(cmd *cobra.Command, file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
		warn(cmd, "tcplab: others can read the key %s, which has the mode %#o: close it (chmod 600), and make a new one where somebody has read it",
			file, info.Mode().Perm())
	}
	return string(text), nil
}
