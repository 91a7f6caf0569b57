package drivers

import (
	"context"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tcplab/tcplab/labtest"
)

// pgx is the pool of jackc/pgx.
type pgx5 struct{ pool *pgxpool.Pool }

func (p pgx5) call(ctx context.Context, id string, slow bool) error {
	_, err := p.pool.Exec(ctx, insert(slow), id)
	return err
}

func (p pgx5) close() { p.pool.Close() }

func openPgx(options string) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client {
		config, err := pgxpool.ParseConfig(connString(l) + options)
		if err != nil {
			panic(err)
		}
		// pgconn's own dialer, with the timeout of connect_timeout.
		config.ConnConfig.DialFunc = dialer(l, config.ConnConfig.ConnectTimeout, net.KeepAliveConfig{Enable: true, Idle: 5 * time.Minute, Interval: 5 * time.Minute}).DialContext
		pool, err := pgxpool.NewWithConfig(context.Background(), config)
		if err != nil {
			panic(err)
		}
		return pgx5{pool}
	}
}

var _ = register(
	driver{name: "pgxpool", module: "github.com/jackc/pgx/v5", server: postgres{}, open: openPgx("")},
	driver{name: "pgxpool", tuned: "`connect_timeout=3`", module: "github.com/jackc/pgx/v5", server: postgres{}, open: openPgx("&connect_timeout=3")},
)
