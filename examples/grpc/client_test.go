// Package grpc puts a gRPC client and a gRPC server into failures: the server serves on a listener of the lab's server host, and the client
// dials from the lab's client.
package grpc

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/tcplab/tcplab/labtest"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// serve is the server: it answers health checks, and ends with its listener.
func serve(l net.Listener) error {
	server := grpc.NewServer()
	defer server.Stop()
	healthpb.RegisterHealthServer(server, health.NewServer())
	return server.Serve(l)
}

// open is the client. Its channel lives over the phases. A call that finds no connection waits for one, which is tried anew after half a
// second at most: gRPC's own default is two minutes.
func open(t *testing.T, lab *labtest.Lab) labtest.Action {
	t.Helper()
	reconnect := grpc.ConnectParams{MinConnectTimeout: time.Second,
		Backoff: backoff.Config{BaseDelay: 100 * time.Millisecond, Multiplier: 1.6, MaxDelay: 500 * time.Millisecond}}
	channel, err := grpc.NewClient("passthrough:///"+lab.Target(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(reconnect),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) { return lab.Dial(ctx, "tcp", address) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := channel.Close(); err != nil {
			t.Error(err)
		}
	})
	client := healthpb.NewHealthClient(channel)
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second) // without it a call waits for as long as the kernel does
		defer cancel()
		reply, err := client.Check(ctx, &healthpb.HealthCheckRequest{}, grpc.WaitForReady(true))
		if err == nil && reply.GetStatus() != healthpb.HealthCheckResponse_SERVING {
			err = errors.New(reply.GetStatus().String())
		}
		return err
	}
}

// The channel's connection is there when the failure comes.
func TestFailuresOfAChannel(t *testing.T) {
	labtest.Each(t, labtest.Named(t, "closed-port", "stopped-host", "service-hangs", "firewall-drop", "kernel-gives-up"), func(t *testing.T, lab *labtest.Lab) {
		lab.Serve(labtest.Function(serve).On(50051))
		check := open(t, lab)
		lab.Expect(check, labtest.OK(), labtest.AtMost(1))
		lab.Break()
		lab.Expect(check, labtest.FailsWithin(3*time.Second))
		lab.Heal()
		lab.RecoversWithin(check, 10*time.Second)
	})
}

// The request is on its way when the failure comes, and ends with the deadline of its own.
func TestInTheMiddleOfACall(t *testing.T) {
	labtest.Each(t, labtest.Named(t, "kernel-gives-up"), func(t *testing.T, lab *labtest.Lab) {
		lab.Serve(labtest.Function(serve).On(50051))
		check := open(t, lab)
		lab.BreakWhen(labtest.RequestSent)
		lab.Expect(check, labtest.FailsWithin(3*time.Second))
		lab.Heal()
		lab.RecoversWithin(check, 20*time.Second)
	})
}
