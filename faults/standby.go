package faults

import (
	"context"
	"fmt"

	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/lang"
)

// Standby is a host that runs the same service as the server, at an address of its own: a replica, a new primary, the other record
// of a name.
type Standby struct{ Host string }

func (s Standby) String() string { return s.Words().English }

// Words are those of String in each language.
func (s Standby) Words() lang.Text {
	return lang.Text{
		English: "the %s runs the service too",
		Korean:  "%s도 서비스를 실행한다",
	}.With(hostWords(s.Host))
}

// Install starts the lab's own service there. A server of somebody's own runs on one host alone.
func (s Standby) Install(ctx context.Context, b *lab.Bench) error {
	if b.Service.Own != nil {
		return fmt.Errorf("it runs the service on two hosts: %w with a server of your own", lab.ErrUnsupported)
	}
	host, err := b.Host(s.Host)
	if err != nil {
		return err
	}
	argv, told := b.Service.Command()
	return b.KeepTold(ctx, "service of the "+s.Host, host.Command(argv...), told)
}
