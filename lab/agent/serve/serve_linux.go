package serve

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/tcplab/tcplab/lab/agent"
	"golang.org/x/crypto/ssh"

	_ "github.com/tcplab/tcplab/lab/agent/all" // the verbs that it runs: a process that was started for it begins to serve at once
)

func init() {
	agent.Register("serve: run verbs for the other end of standard input and output, which speaks SSH", serve)
}

// serve runs verbs for who is at the other end of standard input and output, each as a goroutine, until that end is gone.
// What is spoken there is SSH, for its channels: each verb has streams of its own with flow control of their own, so that
// one whose output nobody reads holds up no other. Its cryptography guards nothing: whoever holds the streams may ask.
func serve(ctx context.Context, s agent.Streams, args []string) error {
	if len(args) != 0 {
		return agent.Usagef("usage: tcplab host serve (standard input and output are an SSH connection, see serve.Verb)")
	}
	config, err := serverConfig()
	if err != nil {
		return err
	}
	conn, channels, requests, err := ssh.NewServerConn(streamConn{s.Stdin, s.Stdout}, config)
	if err != nil {
		return fmt.Errorf("standard input and output: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	go ssh.DiscardRequests(requests)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for c := range channels {
		go serveChannel(ctx, s.Namespace, c)
	}
	return nil
}

// serverConfig lets anybody in, and proves nothing by a key that is made for this one connection.
func serverConfig() (*ssh.ServerConfig, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.NewSignerFromSigner(key)
	if err != nil {
		return nil, err
	}
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(signer)
	return config, nil
}

// serveChannel runs the verb that a channel was opened for.
func serveChannel(ctx context.Context, ns *agent.Namespace, c ssh.NewChannel) {
	var args []string
	err := json.Unmarshal(c.ExtraData(), &args)
	if c.ChannelType() != Channel || err != nil {
		_ = c.Reject(ssh.UnknownChannelType, "not a verb of the lab")
		return
	}
	channel, requests, err := c.Accept()
	if err != nil {
		return // the other end is gone
	}
	v := newServedVerb(ctx, channel)
	go v.obey(requests)
	v.run(ns, args)
}

// servedVerb is a verb that runs for the other end of a channel.
type servedVerb struct {
	channel ssh.Channel
	ctx     context.Context // ends when the verb shall
	end     context.CancelFunc

	// The verb's streams are pipes: a call on one ends when the verb is killed, where one on the channel may wait for an
	// end that neither reads nor writes.
	stdin          *io.PipeReader
	stdout, stderr *io.PipeWriter
	written        sync.WaitGroup // the output, to the channel

	killed chan struct{}
	once   sync.Once
}

func newServedVerb(ctx context.Context, channel ssh.Channel) *servedVerb {
	v := &servedVerb{channel: channel, killed: make(chan struct{})}
	v.ctx, v.end = context.WithCancel(ctx)
	var feed *io.PipeWriter
	v.stdin, feed = io.Pipe()
	go func() {
		_, _ = io.Copy(feed, channel) // a verb may leave its input unread
		_ = feed.Close()
	}()
	v.stdout = v.pipeTo(channel)
	v.stderr = v.pipeTo(channel.Stderr())
	return v
}

// pipeTo returns what is copied to one of the channel's streams.
func (v *servedVerb) pipeTo(w io.Writer) *io.PipeWriter {
	out, in := io.Pipe()
	v.written.Go(func() {
		_, err := io.Copy(w, out)
		_ = out.CloseWithError(err) // a verb that still writes is told
	})
	return in
}

// obey does what the other end asks for, until the channel is closed.
func (v *servedVerb) obey(requests <-chan *ssh.Request) {
	for r := range requests {
		switch r.Type {
		case Interrupt:
			v.end()
		case Kill:
			v.kill()
		}
	}
	v.kill() // nobody is there any more
}

var errKilled = errors.New("the verb was killed")

// kill ends the verb whatever it waits for.
func (v *servedVerb) kill() {
	v.once.Do(func() {
		v.end()
		_ = v.stdin.CloseWithError(errKilled)
		_ = v.stdout.CloseWithError(errKilled)
		_ = v.stderr.CloseWithError(errKilled)
		close(v.killed)
	})
}

// run runs the verb. Its exit code goes after all of its output, unless it was killed: then nobody may read that.
func (v *servedVerb) run(ns *agent.Namespace, args []string) {
	code := agent.Run(v.ctx, agent.Streams{Stdin: v.stdin, Stdout: v.stdout, Stderr: v.stderr, Namespace: ns}, args)
	v.end()
	_ = v.stdin.Close()
	_ = v.stdout.Close()
	_ = v.stderr.Close()
	written := make(chan struct{})
	go func() {
		v.written.Wait()
		close(written)
	}()
	select {
	case <-written:
	case <-v.killed:
	}
	_, _ = v.channel.SendRequest(Exit, false, ssh.Marshal(struct{ Code uint32 }{uint32(code)}))
	_ = v.channel.Close()
}

// streamConn is a connection that consists of two streams.
type streamConn struct {
	io.Reader
	io.Writer
}

// Close closes what can be closed.
func (c streamConn) Close() error {
	var errs []error
	for _, stream := range []any{c.Reader, c.Writer} {
		if closer, ok := stream.(io.Closer); ok {
			errs = append(errs, closer.Close())
		}
	}
	return errors.Join(errs...)
}

// LocalAddr returns what stands for an address.
func (streamConn) LocalAddr() net.Addr { return &net.UnixAddr{} }

// RemoteAddr returns what stands for an address.
func (streamConn) RemoteAddr() net.Addr { return &net.UnixAddr{} }

// SetDeadline fails: who holds the other end decides how long it lasts.
func (streamConn) SetDeadline(time.Time) error { return errors.ErrUnsupported }

// SetReadDeadline fails as SetDeadline does.
func (streamConn) SetReadDeadline(time.Time) error { return errors.ErrUnsupported }

// SetWriteDeadline fails as SetDeadline does.
func (streamConn) SetWriteDeadline(time.Time) error { return errors.ErrUnsupported }
