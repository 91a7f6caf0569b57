package docker

import (
	"context"
	"fmt"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// attached is a container that was started with its streams in this process's hands, from its first byte to its end.
type attached struct {
	id      string
	stream  client.HijackedResponse
	dead    chan struct{} // closed when the container has ended
	status  int           // its exit code then
	unknown error         // why that is not known
}

// startAttached attaches to the container's streams, starts it, and waits for its end in the background: in this order, so that nothing of it is
// missed.
func (d *daemon) startAttached(ctx context.Context, id string, stdin bool) (*attached, error) {
	stream, err := d.api.ContainerAttach(ctx, id, client.ContainerAttachOptions{Stream: true, Stdin: stdin, Stdout: true, Stderr: true})
	if err != nil {
		return nil, err
	}
	exit := d.api.ContainerWait(context.WithoutCancel(ctx), id, client.ContainerWaitOptions{Condition: container.WaitConditionNextExit})
	if _, err := d.api.ContainerStart(ctx, id, client.ContainerStartOptions{}); err != nil {
		stream.Close()
		return nil, err
	}
	a := &attached{id: id, stream: stream.HijackedResponse, dead: make(chan struct{})}
	go a.await(exit)
	return a, nil
}

// await notes how the container has ended.
func (a *attached) await(exit client.ContainerWaitResult) {
	defer close(a.dead)
	select {
	case end := <-exit.Result:
		a.status = int(end.StatusCode)
	case err := <-exit.Error:
		a.unknown = fmt.Errorf("docker: wait for the end of a container: %w", err)
	}
}
