package docker_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/tcplab/tcplab/docker"
	"github.com/tcplab/tcplab/docker/dockertest"
	"github.com/tcplab/tcplab/labtest"
)

// A container of an image is the server of a client in this process, with its pool, and serves again after the heal.
func TestAServerThatIsAnImage(t *testing.T) {
	engine := docker.New()
	dockerfile, files := dockertest.Counting()
	image := dockertest.Image(t, engine, dockerfile, files)
	labtest.Each(t, labtest.Named(t, "closed-port", "service-hangs"), func(t *testing.T, lab *labtest.Lab) {
		lab.Serve(labtest.Image(engine, image, "argument").On(7083).WhenServing("/"))
		client := http.Client{Transport: &http.Transport{DialContext: lab.Dial}, Timeout: 2 * time.Second}
		t.Cleanup(client.CloseIdleConnections)
		get := func(ctx context.Context) error {
			response, err := client.Get("http://" + lab.Target() + "/")
			if err != nil {
				return err
			}
			if response.StatusCode != http.StatusOK {
				err = errors.New(response.Status)
			}
			return errors.Join(err, response.Body.Close())
		}
		lab.Expect(get, labtest.OK())
		lab.Break()
		lab.Expect(get, labtest.FailsWithin(3*time.Second))
		lab.Heal()
		lab.RecoversWithin(get, 10*time.Second)
		assert.NotEmpty(t, dockertest.Containers(t, image))
	})
	t.Cleanup(func() { assert.Empty(t, dockertest.Containers(t, image)) })
}
