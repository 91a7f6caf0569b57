package drivers

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"

	"github.com/go-sql-driver/mysql"
	"github.com/tcplab/tcplab/labtest"
)

// mariadb is mariadbd of Debian.
type mariadb struct{}

func (mariadb) programs() []string { return []string{"/usr/sbin/mariadbd", "mariadb-install-db"} }

// small are the settings of a database that is soon copied and soon started.
const small = " --no-defaults --innodb-log-file-size=4M --innodb-buffer-pool-size=8M --innodb-flush-log-at-trx-commit=0 "

// emptyMariaDB makes the files of an empty database once, and each lab copies them.
var emptyMariaDB = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp(scratch, "mariadb")
	if err != nil {
		return "", err
	}
	db := filepath.Join(dir, "db")
	init := filepath.Join(dir, "init.sql")
	const statements = "flush privileges;\ncreate user driver@'%';\ncreate database lab;\ngrant all on lab.* to driver@'%';\ncreate table lab.calls (id text, slept int);\n"
	if err := os.WriteFile(init, []byte(statements), 0o644); err != nil {
		return "", err
	}
	line := "mariadb-install-db" + small + "--user=$(id -un) --skip-test-db --auth-root-authentication-method=normal --extra-file=" + init + " --datadir=" + db
	if out, err := exec.Command("sh", "-c", line).CombinedOutput(); err != nil {
		return "", fmt.Errorf("mariadb-install-db: %w: %s", err, out)
	}
	return db, nil
})

func (mariadb) serve() (labtest.Server, func(context.Context, *labtest.Lab, string) (int, error)) {
	db, err := emptyMariaDB()
	line := fmt.Sprintf(`test -d $DIR/db || cp -a %s $DIR/db; exec /usr/sbin/mariadbd%s--user=root --datadir=$DIR/db --port=$PORT --bind-address=$HOST --socket=$DIR/socket --skip-name-resolve`, db, small)
	if err != nil {
		line = fmt.Sprintf("echo %q; exit 1", err)
	}
	return labtest.Shell(line).On(3306).WhenPrinted(regexp.MustCompile("ready for connections")), func(ctx context.Context, l *labtest.Lab, id string) (n int, err error) {
		db := openMySQL("")(l).(sqlDB).db
		defer db.Close()
		return n, db.QueryRowContext(ctx, "select count(*) from calls where id = ?", id).Scan(&n)
	}
}

func (mariadb) version() string { return "MariaDB " + printed("/usr/sbin/mariadbd", "--version") }

func (mariadb) prepare(context.Context, *labtest.Lab) error { return nil } // the empty database has the table

// insertMySQL is insert in MySQL's SQL.
func insertMySQL(slow bool) string {
	if slow {
		return fmt.Sprintf("insert into calls select ?, sleep(%g)", slowly.Seconds())
	}
	return "insert into calls select ?, sleep(0)"
}

func openMySQL(options string) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client {
		config, err := mysql.ParseDSN("driver@tcp(" + l.Target() + ")/lab" + options)
		if err != nil {
			panic(err)
		}
		config.DialFunc = dialer(l, config.Timeout, net.KeepAliveConfig{Enable: true}).DialContext
		connector, err := mysql.NewConnector(config)
		if err != nil {
			panic(err)
		}
		return sqlDB{sql.OpenDB(connector), insertMySQL}
	}
}

var _ = register(
	driver{name: "database/sql with go-sql-driver/mysql", module: "github.com/go-sql-driver/mysql", server: mariadb{}, open: openMySQL("")},
	driver{name: "database/sql with go-sql-driver/mysql", tuned: "`timeout=3s&readTimeout=3s&writeTimeout=3s`", module: "github.com/go-sql-driver/mysql", server: mariadb{},
		open: openMySQL("?timeout=3s&readTimeout=3s&writeTimeout=3s")},
)
