package client_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/tcplab/tcplab/labtest"
)

// TestClient puts an HTTP client with a pool and a timeout of 2 s into every failure.
func TestClient(t *testing.T) {
	labtest.Each(t, labtest.All(), func(t *testing.T, lab *labtest.Lab) {
		client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DialContext: lab.Dial, DisableKeepAlives: true}}
		get := func(ctx context.Context) error {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+lab.Target()+"/", nil)
			if err != nil {
				return err
			}
			response, err := client.Do(request)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			if response.StatusCode != http.StatusOK {
				return fmt.Errorf("status %s", response.Status)
			}
			_, err = io.Copy(io.Discard, response.Body)
			return err
		}
		lab.Expect(get, labtest.OK(), labtest.AtMost(1))
		lab.Break()
		lab.Expect(get, labtest.FailsWithin(2*time.Second), labtest.AtMost(2))
		lab.Heal()
		lab.RecoversWithin(get, 10*time.Second)
	})
}
