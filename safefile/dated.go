package safefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"syscall"
	"time"
)

const (
	// latestName is the link that leads to the newest of the dated folders beside it.
	latestName = "latest"
	dateLayout = "2006-01-02-150405"
)

// dated is the name of a dated folder.
var dated = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}-\d{6}(-\d+)?$`)

// IsDated reports whether a name is that of a folder made by [NewDated].
func IsDated(name string) bool { return dated.MatchString(name) }

// Newest is the folder to which dir leads where that is the link "latest" that [CloseDated] has made, else dir as it is.
func Newest(dir string) string {
	if target, err := os.Readlink(dir); err == nil && filepath.Base(dir) == latestName && IsDated(target) {
		return filepath.Join(filepath.Dir(dir), target)
	}
	return dir
}

// NewDated makes a folder below dir, which is made where there is none. It is named by the time, as in 2026-11-29-213519, so that names
// sort by age; where the name is taken, a number follows. What is made at the same time by others has another name.
func NewDated(dir string, now time.Time) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	stamp := now.Format(dateLayout)
	for name, n := stamp, 2; ; name, n = fmt.Sprintf("%s-%d", stamp, n), n+1 {
		folder := filepath.Join(dir, name)
		if err := os.Mkdir(folder, 0o755); !errors.Is(err, fs.ErrExist) {
			return folder, err
		}
	}
}

// CloseDated ends the work in a folder that [NewDated] made: one in which nothing was kept is removed, and to any other the link
// "latest" beside it now leads. A link is replaced only where it leads to a dated folder; anything else of that name is a [*TakenError].
// Where the system or the disk has no links, there is none.
func CloseDated(folder string) error {
	if os.Remove(folder) == nil {
		return nil // it was empty, else the system refuses
	}
	link := filepath.Join(filepath.Dir(folder), latestName)
	switch target, err := os.Readlink(link); {
	case err == nil && !IsDated(target):
		return &TakenError{link, "not tcplab's"}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return &TakenError{link, "not a link"}
	}
	// The new link has its name at once, so that whoever looks finds the old or the new one.
	temporary := link + "-of-" + filepath.Base(folder)
	if err := os.Symlink(filepath.Base(folder), temporary); err != nil {
		if runtime.GOOS == "windows" || errors.Is(err, syscall.EPERM) || errors.Is(err, errors.ErrUnsupported) {
			return nil
		}
		return err
	}
	return os.Rename(temporary, link)
}
