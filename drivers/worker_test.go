package drivers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/tcplab/tcplab/labtest"
)

// worker is a driver in another language: a program that keeps connections over its calls, as a pool does. It is told by a UNIX socket,
// which is no matter of a network namespace, what to call, and answers there with what came of it.
type worker struct {
	conn net.Conn
	stop context.CancelFunc
	done chan struct{}

	mutex   sync.Mutex
	waiting map[string]chan error
	ended   bool
	err     error // of the program that has ended
}

// openWorker starts the program in the lab. Its command line gets the socket's path before its own arguments.
func openWorker(line func(l *labtest.Lab, socket string) []string) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client {
		dir, err := os.MkdirTemp(scratch, "worker")
		if err != nil {
			panic(err)
		}
		socket := filepath.Join(dir, "socket")
		listener, err := net.Listen("unix", socket)
		if err != nil {
			panic(err)
		}
		defer listener.Close()
		ctx, stop := context.WithCancel(context.Background())
		argv := line(l, socket)
		w := &worker{stop: stop, done: make(chan struct{}), waiting: map[string]chan error{}}
		go func() {
			defer close(w.done)
			w.end(l.Program(argv...)(ctx))
			listener.Close() // one that has ended before it connects would be waited for
		}()
		if w.conn, err = listener.Accept(); err != nil {
			<-w.done
			panic(w.gone())
		}
		go w.read()
		return w
	}
}

// read hands each answer to the call that waits for it.
func (w *worker) read() {
	for lines := bufio.NewScanner(w.conn); lines.Scan(); {
		id, text, _ := strings.Cut(lines.Text(), " ")
		w.mutex.Lock()
		if answer := w.waiting[id]; answer != nil {
			answer <- fault(text)
			delete(w.waiting, id)
		}
		w.mutex.Unlock()
	}
}

// fault is the error of an answer.
func fault(text string) error {
	if text == "" {
		return nil
	}
	return errors.New(text)
}

// end wakes what waits.
func (w *worker) end(err error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.ended, w.err = true, err
	for _, answer := range w.waiting {
		close(answer)
	}
	clear(w.waiting)
}

// gone is the panic of a worker that has ended: no failure of a connection ends it, so that what it could not answer says nothing of a driver.
func (w *worker) gone() string { return fmt.Sprintf("the worker has ended: %v", w.err) }

func (w *worker) call(ctx context.Context, id string, slow bool) error {
	answer := make(chan error, 1) // nobody may be there when it comes
	w.mutex.Lock()
	if w.ended {
		panic(w.gone())
	}
	w.waiting[id] = answer
	_, err := fmt.Fprintf(w.conn, "call %s %g\n", id, seconds(slow))
	w.mutex.Unlock()
	if err != nil {
		<-w.done
		panic(w.gone())
	}
	select {
	case err, answered := <-answer:
		if !answered {
			panic(w.gone())
		}
		return err
	case <-ctx.Done():
		w.mutex.Lock()
		defer w.mutex.Unlock()
		delete(w.waiting, id)
		_, _ = fmt.Fprintf(w.conn, "end %s\n", id) // one that has ended has nothing to give up
		return ctx.Err()
	}
}

func (w *worker) close() {
	w.stop()
	<-w.done
	w.conn.Close()
}

// source is the path of a worker's source.
func source(name string) string {
	path, err := filepath.Abs(filepath.Join("workers", name))
	if err != nil {
		panic(err)
	}
	return path
}

// python is a worker in the Python that Debian's packages are for. It leaves no compiled files among the sources (-B).
func python(name string, arguments func(*labtest.Lab) []string) func(*labtest.Lab) client {
	return openWorker(func(l *labtest.Lab, socket string) []string {
		return append([]string{systemPython, "-B", source(name), socket}, arguments(l)...)
	})
}

func node(name string, arguments func(*labtest.Lab) []string) func(*labtest.Lab) client {
	return openWorker(func(l *labtest.Lab, socket string) []string {
		return append([]string{"node", source(name), socket}, arguments(l)...)
	})
}

// classes is the folder of the compiled workers in Java.
var classes = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp(scratch, "java")
	if err != nil {
		panic(err)
	}
	sources, _ := filepath.Glob(source("*.java")) // the pattern is right
	if out, err := exec.Command("javac", append([]string{"-d", dir}, sources...)...).CombinedOutput(); err != nil {
		panic(fmt.Sprintf("javac: %v: %s", err, out))
	}
	return dir
})

const postgresJar = "/usr/share/java/postgresql.jar"

func java(class string, arguments func(*labtest.Lab) []string) func(*labtest.Lab) client {
	return openWorker(func(l *labtest.Lab, socket string) []string {
		// Ten of them start at once: the second compiler is not worth its time, and a small heap is enough.
		return append([]string{"java", "-XX:TieredStopAtLevel=1", "-Xmx64m", "-cp", classes() + ":" + postgresJar, class, socket}, arguments(l)...)
	})
}

// atHTTP are the arguments of a worker that talks to httpServer: where, and what else.
func atHTTP(more ...string) func(*labtest.Lab) []string {
	return func(l *labtest.Lab) []string { return append([]string{"http://" + l.Target() + "/"}, more...) }
}

func atPostgres(options string, more ...string) func(*labtest.Lab) []string {
	return func(l *labtest.Lab) []string { return append([]string{connString(l) + options}, more...) }
}

func atRedis(more ...string) func(*labtest.Lab) []string {
	return func(l *labtest.Lab) []string {
		return append([]string{"redis://" + l.Target(), slowIncrement}, more...)
	}
}

// atJDBC are the arguments of a worker that talks to PostgreSQL by JDBC, which has addresses of another form.
func atJDBC(options string) func(*labtest.Lab) []string {
	return func(l *labtest.Lab) []string {
		return []string{"jdbc:postgresql://" + l.Target() + "/postgres?user=postgres&sslmode=disable" + options}
	}
}

var (
	versionOfNode     = []string{"node", "--version"}
	versionOfJava     = []string{"javac", "--version"} // java without the compiler is not enough here
	versionOfJDBC     = []string{"java", "-jar", postgresJar}
	versionOfAsyncio  = []string{systemPython, "-c", "import asyncio, platform; asyncio.timeout; print(platform.python_version())"} // without it, the Python is too old
	versionOfRequests = importing("requests")
)

// importing is the command that prints the version of a library of Python's.
func importing(library string) []string {
	return []string{systemPython, "-c", fmt.Sprintf("import %s; print(%[1]s.__version__)", library)}
}

var _ = register(
	driver{name: "requests", program: versionOfRequests, keeps: true, server: httpServer{}, open: python("requests_session.py", atHTTP("0"))},
	driver{name: "requests", tuned: "`timeout=3`", program: versionOfRequests, keeps: true, server: httpServer{}, open: python("requests_session.py", atHTTP("3"))},
	driver{name: "asyncio streams", program: versionOfAsyncio, keeps: true, server: httpServer{}, open: python("asyncio_streams.py", atHTTP("0"))},
	driver{name: "asyncio streams", tuned: "`asyncio.timeout(3)`", program: versionOfAsyncio, keeps: true, server: httpServer{}, open: python("asyncio_streams.py", atHTTP("3"))},
	driver{name: "redis-py", program: importing("redis"), keeps: true, server: redisServer{}, open: python("redis_py.py", atRedis())},
	driver{name: "redis-py", tuned: "`socket_timeout=3`", program: importing("redis"), keeps: true, server: redisServer{}, open: python("redis_py.py", atRedis("socket_timeout=3"))},
	driver{name: "SQLAlchemy with psycopg2", program: importing("sqlalchemy"), keeps: true, server: postgres{}, open: python("sqlalchemy_pool.py", atPostgres("", ""))},
	driver{name: "SQLAlchemy with psycopg2", tuned: "`pool_pre_ping=True`, `connect_timeout=3&tcp_user_timeout=5000`", program: importing("sqlalchemy"), keeps: true, server: postgres{},
		open: python("sqlalchemy_pool.py", atPostgres("&connect_timeout=3&tcp_user_timeout=5000", "pre_ping"))},
	driver{name: "Node fetch", program: versionOfNode, keeps: true, background: true, server: httpServer{}, open: node("fetch.mjs", atHTTP("0"))},
	driver{name: "Node fetch", tuned: "`AbortSignal.timeout(3000)`", program: versionOfNode, keeps: true, background: true, server: httpServer{}, open: node("fetch.mjs", atHTTP("3000"))},
	driver{name: "Node http.request", program: versionOfNode, keeps: true, server: httpServer{}, open: node("http_agent.mjs", atHTTP("0"))},
	driver{name: "Node http.request", tuned: "`timeout: 3000`", program: versionOfNode, keeps: true, server: httpServer{}, open: node("http_agent.mjs", atHTTP("3000"))},
	driver{name: "java.net.http", program: versionOfJava, keeps: true, server: httpServer{}, open: java("HttpCalls", atHTTP("0"))},
	driver{name: "java.net.http", tuned: "`connectTimeout` and `timeout` 3 s", program: versionOfJava, keeps: true, server: httpServer{}, open: java("HttpCalls", atHTTP("3"))},
	driver{name: "pgjdbc", program: versionOfJDBC, keeps: true, server: postgres{}, open: java("JdbcCalls", atJDBC(""))},
	driver{name: "pgjdbc", tuned: "`connectTimeout=3&socketTimeout=5`", program: versionOfJDBC, keeps: true, server: postgres{}, open: java("JdbcCalls", atJDBC("&connectTimeout=3&socketTimeout=5"))},
)
