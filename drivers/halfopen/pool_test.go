package halfopen

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/tcplab/tcplab/labtest"
)

// pool is a client whose connections are in the pool of database/sql.
type pool struct {
	*sql.DB
	*dialer
	target string
}

func openPool(l *labtest.Lab) *pool {
	p := &pool{dialer: newDialer(l, settings{}), target: l.Target()}
	p.DB = sql.OpenDB(p)
	return p
}

// Connect makes a connection for the pool.
func (p *pool) Connect(context.Context) (driver.Conn, error) {
	return pooledSocket{&socket{dialer: p.dialer, target: p.target}}, nil
}

// Driver is not asked for: the pool has its connector.
func (p *pool) Driver() driver.Driver { return nil }

func (p *pool) call(ctx context.Context, path string, body int) error {
	_, err := p.ExecContext(ctx, path, body)
	return err
}

func (p *pool) close() { _ = p.DB.Close() }

// pooledSocket is a connection of the pool, whose statements are paths, with the size of the body.
type pooledSocket struct{ *socket }

func (s pooledSocket) ExecContext(ctx context.Context, path string, args []driver.NamedValue) (driver.Result, error) {
	return driver.ResultNoRows, s.call(ctx, path, int(args[0].Value.(int64)))
}

func (s pooledSocket) Close() error {
	s.close()
	return nil
}

func (s pooledSocket) Prepare(string) (driver.Stmt, error) { return nil, errNoSQL }
func (s pooledSocket) Begin() (driver.Tx, error)           { return nil, errNoSQL }

var errNoSQL = errors.New("this is a pool of connections, and no database")
