package tcplab_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"github.com/tcplab/tcplab/netns"
	"github.com/tcplab/tcplab/report"
	"github.com/tcplab/tcplab/scenarios"
)

// fetch is the client under test: net/http with the usual timeout of 3 s, connecting from inside the lab.
func fetch(ctx context.Context, a lab.Call) error {
	client := &http.Client{
		Timeout:   3 * time.Second,
		Transport: &http.Transport{DialContext: a.DialContext, DisableKeepAlives: true},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s/", a.Target), nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return &lab.StatusError{Status: response.StatusCode} // as a load balancer answers that has no backend
	}
	return nil
}

// TestYourOwnClient puts a client of this process into every failure, and sees to it that it gives up when it should.
func TestYourOwnClient(t *testing.T) {
	t.Parallel()
	engine := netns.New()
	if err := engine.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	for _, s := range scenarios.All() {
		if s.Timeout > 10*time.Second || s.Want.Client.Retransmissions > 1 || s.Want.Client.Within > 3*time.Second {
			continue // those are about clients that wait for longer
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			r, err := harness.Run(t.Context(), engine, s, harness.Options{
				Client:    lab.ClientFunc("net/http", fetch),
				Timeout:   3 * time.Second,
				Artifacts: t.ArtifactDir(),
			})
			require.NoError(t, err)
			if r.Skipped != "" { // this proves nothing, neither way
				t.Skip(r.Skipped)
			}
			for _, m := range r.Mismatches {
				t.Error(report.MismatchText(r, m))
			}
			assert.Less(t, r.Client.Elapsed, 4*time.Second+3*r.Lateness, "its start, its timer and its end may each be late")
		})
	}
}

// TestYourOwnCommand does the same with a program: here curl, of which the exit code and the time are known.
func TestYourOwnCommand(t *testing.T) {
	t.Parallel()
	engine := netns.New()
	if err := engine.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	if err := lab.RequirePrograms([]string{"curl"}); err != nil {
		t.Skip(err)
	}
	curl := lab.CommandClient(func(a lab.Call) []string {
		return []string{"curl", "--silent", "--show-error", "--max-time", fmt.Sprint(a.Timeout.Seconds()), "http://" + a.Target.String()}
	})
	s, err := scenarios.Named("closed-port")
	require.NoError(t, err)
	r, err := harness.Run(t.Context(), engine, s, harness.Options{Client: curl})
	require.NoError(t, err)
	assert.True(t, r.Match(), "%v", r.Mismatches)
	assert.Equal(t, 7, r.Client.ExitCode, "curl: failed to connect to host")
}
