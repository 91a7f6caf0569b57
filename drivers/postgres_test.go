package drivers

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/tcplab/tcplab/labtest"
)

// postgres is PostgreSQL of Debian, whose programs are not in the PATH.
type postgres struct{}

func postgresBin() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is right
	if len(found) == 0 {
		return "/usr/lib/postgresql/bin"
	}
	return found[len(found)-1]
}

func (postgres) programs() []string {
	return []string{filepath.Join(postgresBin(), "postgres"), "unshare"}
}

// asOrdinary is how a command line becomes that of an ordinary user, because PostgreSQL refuses to be root.
const asOrdinary = "unshare --user --map-user=1000 --map-group=1000 "

// emptyDatabase makes the files of an empty database once, and each lab copies them.
var emptyDatabase = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp(scratch, "postgres")
	if err != nil {
		return "", err
	}
	db := filepath.Join(dir, "db")
	line := fmt.Sprintf("%s %s/initdb --no-sync -D %s -U postgres && echo host all all all trust >> %s/pg_hba.conf", asOrdinary, postgresBin(), db, db)
	if out, err := exec.Command("sh", "-c", line).CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	return db, nil
})

func (postgres) serve() (labtest.Server, func(context.Context, *labtest.Lab, string) (int, error)) {
	db, err := emptyDatabase()
	line := fmt.Sprintf(`test -d $DIR/db || cp -a %s $DIR/db; rm -f $DIR/db/postmaster.pid; exec %s %s/postgres -D $DIR/db -p $PORT -h $HOST -k $DIR -c fsync=off -c shared_buffers=8MB`, db, asOrdinary, postgresBin())
	if err != nil {
		line = fmt.Sprintf("echo %q; exit 1", err)
	}
	return labtest.Shell(line).On(5432).WhenPrinted(regexp.MustCompile("ready to accept connections")), counted
}

// connString is how each driver of PostgreSQL is told where its server is.
func connString(l *labtest.Lab) string {
	return "postgresql://postgres@" + l.Target() + "/postgres?sslmode=disable"
}

// aside runs a statement on a connection of its own, which is none of the driver's.
func (postgres) aside(ctx context.Context, l *labtest.Lab, do func(*pgx.Conn) error) error {
	config, err := pgx.ParseConfig(connString(l))
	if err != nil {
		return err
	}
	config.DialFunc = l.Dial
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return do(conn)
}

func (postgres) version() string {
	return "PostgreSQL " + printed(postgres{}.programs()[0], "--version")
}

func (p postgres) prepare(ctx context.Context, l *labtest.Lab) error {
	return p.aside(ctx, l, func(c *pgx.Conn) error {
		_, err := c.Exec(ctx, "create table calls (id text)")
		return err
	})
}

func counted(ctx context.Context, l *labtest.Lab, id string) (n int, err error) {
	return n, postgres{}.aside(ctx, l, func(c *pgx.Conn) error {
		return c.QueryRow(ctx, "select count(*) from calls where id = $1", id).Scan(&n)
	})
}

// insert is the request of PostgreSQL's drivers.
func insert(slow bool) string {
	if slow {
		return fmt.Sprintf("insert into calls select $1 from pg_sleep(%g)", slowly.Seconds())
	}
	return "insert into calls select $1 from pg_sleep(0)"
}
