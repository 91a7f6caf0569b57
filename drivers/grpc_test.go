package drivers

import (
	"context"
	"net"
	"time"

	"github.com/tcplab/tcplab/labtest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
)

// grpcServer is grpc-go's own server. Its one method is that of a health check, whose service is the id of the request.
type grpcServer struct{}

func (grpcServer) programs() []string { return nil }

func (grpcServer) version() string { return "grpc-go " + required("google.golang.org/grpc") }

func (grpcServer) prepare(context.Context, *labtest.Lab) error { return nil }

func (grpcServer) serve() (labtest.Server, func(context.Context, *labtest.Lab, string) (int, error)) {
	count := &tally{n: map[string]int{}}
	return labtest.Function(func(l net.Listener) error {
		server := grpc.NewServer(grpc.UnaryInterceptor(func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
			id, slow := cutSlow(request.(*healthpb.HealthCheckRequest).GetService())
			count.work(id, slow)
			return handle(ctx, &healthpb.HealthCheckRequest{})
		}))
		defer server.Stop()
		healthpb.RegisterHealthServer(server, health.NewServer())
		return server.Serve(l)
	}).On(50051), count.executed
}

// grpcChannel is a channel of grpc-go, without a deadline, and with calls that fail where there is no connection, as by default.
type grpcChannel struct{ channel *grpc.ClientConn }

func (g grpcChannel) call(ctx context.Context, id string, slow bool) error {
	_, err := healthpb.NewHealthClient(g.channel).Check(ctx, &healthpb.HealthCheckRequest{Service: withSlow(id, slow)})
	return err
}

func (g grpcChannel) close() { _ = g.channel.Close() } // what it says of a broken connection is no news

func openGRPC(options ...grpc.DialOption) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client {
		// grpc-go's own dialer leaves keep-alive to the kernel, whose default is two hours.
		own := dialer(l, 0, net.KeepAliveConfig{})
		own.KeepAlive = -1
		channel, err := grpc.NewClient("passthrough:///"+l.Target(), append(options, grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
				return own.DialContext(ctx, "tcp", address)
			}))...)
		if err != nil {
			panic(err)
		}
		return grpcChannel{channel}
	}
}

var _ = register(
	driver{name: "grpc-go", module: "google.golang.org/grpc", server: grpcServer{}, open: openGRPC()},
	driver{name: "grpc-go", tuned: "keepalive: `Time` 10 s, `Timeout` 2 s", module: "google.golang.org/grpc", server: grpcServer{},
		open: openGRPC(grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, Timeout: 2 * time.Second}))},
)
