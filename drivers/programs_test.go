package drivers

import (
	"context"
	"fmt"
	"net"

	"github.com/tcplab/tcplab/labtest"
)

// program is a driver that is a command of this machine: a call is one run of it.
type program struct {
	lab *labtest.Lab
	// line is the command line for an id.
	line func(l *labtest.Lab, id string, slow bool) []string
}

func (p program) call(ctx context.Context, id string, slow bool) error {
	return p.lab.Program(p.line(p.lab, id, slow)...)(ctx)
}

func (p program) close() {}

func openProgram(line func(l *labtest.Lab, id string, slow bool) []string) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client { return program{l, line} }
}

// greeted is the moment at which a request waits for its answer on a connection that begins with a greeting: nothing has passed for a while.
var greeted = labtest.Idle(slowly / 4)

func psql(options string) func(*labtest.Lab, string, bool) []string {
	return func(l *labtest.Lab, id string, slow bool) []string {
		statement := fmt.Sprintf("insert into calls select '%s' from pg_sleep(%g)", id, seconds(slow))
		return []string{"psql", connString(l) + options, "-X", "-q", "-c", statement}
	}
}

func psycopg(options string) func(*labtest.Lab, string, bool) []string {
	return func(l *labtest.Lab, id string, slow bool) []string {
		return []string{systemPython, "-c", briefly + `import psycopg2
db = psycopg2.connect(sys.argv[1])
db.autocommit = True
db.cursor().execute("insert into calls select %s from pg_sleep(%s)", (sys.argv[2], float(sys.argv[3])))`,
			connString(l) + options, id, fmt.Sprint(seconds(slow))}
	}
}

// briefly lets Python say in one line how its program ended.
const briefly = "import sys; sys.excepthook = lambda kind, e, trace: print(kind.__name__ + ':', e, file=sys.stderr)\n"

// systemPython is the one that Debian's packages are for.
const systemPython = "/usr/bin/python3"

func redisCLI(l *labtest.Lab, id string, slow bool) []string {
	host, port, _ := net.SplitHostPort(l.Target()) // it is an address and a port
	argv := []string{"redis-cli", "-e", "-h", host, "-p", port}
	if slow {
		return append(argv, "eval", slowIncrement, "1", id)
	}
	return append(argv, "incr", id)
}

func curl(options ...string) func(*labtest.Lab, string, bool) []string {
	return func(l *labtest.Lab, id string, slow bool) []string {
		return append([]string{"curl", "-sS", "-d", "once", httpURL(l, id, slow)}, options...)
	}
}

// mariadbCLI is the command line of MariaDB's client, which "mysql" is another name of.
func mariadbCLI(options ...string) func(*labtest.Lab, string, bool) []string {
	return func(l *labtest.Lab, id string, slow bool) []string {
		host, port, _ := net.SplitHostPort(l.Target()) // it is an address and a port
		argv := []string{"mariadb", "--no-defaults", "-h", host, "-P", port, "-u", "driver", "-e", fmt.Sprintf("insert into calls select '%s', sleep(%g)", id, seconds(slow))}
		return append(append(argv, options...), "lab")
	}
}

// versionOfMariaDB is without the version of the program, which comes before that of MariaDB.
var versionOfMariaDB = []string{"sh", "-c", "mariadb --version | sed 's/.*Distrib//'"}

func seconds(slow bool) float64 {
	if slow {
		return slowly.Seconds()
	}
	return 0
}

var _ = register(
	driver{name: "psql", program: []string{"psql", "--version"}, server: postgres{}, request: greeted, open: openProgram(psql(""))},
	driver{name: "psql", tuned: "`connect_timeout=3&tcp_user_timeout=5000`", program: []string{"psql", "--version"}, server: postgres{}, request: greeted, open: openProgram(psql("&connect_timeout=3&tcp_user_timeout=5000"))},
	driver{name: "psycopg2", program: importing("psycopg2"), server: postgres{}, request: greeted, open: openProgram(psycopg(""))},
	driver{name: "mariadb", program: versionOfMariaDB, server: mariadb{}, request: greeted, open: openProgram(mariadbCLI())},
	driver{name: "mariadb", tuned: "`--connect-timeout=3`", program: versionOfMariaDB, server: mariadb{}, request: greeted, open: openProgram(mariadbCLI("--connect-timeout=3"))},
	driver{name: "redis-cli", program: []string{"redis-cli", "--version"}, server: redisServer{}, open: openProgram(redisCLI)},
	driver{name: "curl", program: []string{"curl", "--version"}, server: httpServer{}, open: openProgram(curl())},
	driver{name: "curl", tuned: "`--max-time 3`", program: []string{"curl", "--version"}, server: httpServer{}, open: openProgram(curl("--max-time", "3"))},
)
