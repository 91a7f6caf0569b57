// Package lessontest tests the commands of lessons: guided ones, mysteries, quizzes, classes and their grading.
package lessontest

import (
	"os"
	"testing"

	"github.com/tcplab/tcplab/cmd/tcplab/cmdtest"
)

func TestMain(m *testing.M) { os.Exit(cmdtest.Main(m)) }
