package drivers

import (
	"context"
	"database/sql"
	"net"
	"time"

	"github.com/lib/pq"
	"github.com/tcplab/tcplab/labtest"
)

// sqlDB is a pool of database/sql, with any driver beneath it.
type sqlDB struct {
	db     *sql.DB
	insert func(slow bool) string
}

func (s sqlDB) call(ctx context.Context, id string, slow bool) error {
	_, err := s.db.ExecContext(ctx, s.insert(slow), id)
	return err
}

func (s sqlDB) close() { _ = s.db.Close() } // what it says of a broken connection is no news

// pqDialer is a pq.Dialer and a pq.DialerContext: lib/pq's own is a net.Dialer.
type pqDialer struct{ *net.Dialer }

func (d pqDialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

func openPq(options string) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client {
		connector, err := pq.NewConnector(connString(l) + options)
		if err != nil {
			panic(err)
		}
		connector.Dialer(pqDialer{dialer(l, 0, net.KeepAliveConfig{Enable: true})})
		return sqlDB{sql.OpenDB(connector), insert}
	}
}

var _ = register(
	driver{name: "database/sql with lib/pq", module: "github.com/lib/pq", server: postgres{}, open: openPq("")},
	driver{name: "database/sql with lib/pq", tuned: "`connect_timeout=3`", module: "github.com/lib/pq", server: postgres{}, open: openPq("&connect_timeout=3")},
)
