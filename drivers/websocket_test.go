package drivers

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/tcplab/tcplab/labtest"
)

// webSocketServer is coder/websocket's own server. It answers each message of a connection with one.
type webSocketServer struct{}

const webSocketModule = "github.com/coder/websocket"

func (webSocketServer) programs() []string { return nil }

func (webSocketServer) version() string { return "coder/websocket " + required(webSocketModule) }

func (webSocketServer) prepare(context.Context, *labtest.Lab) error { return nil }

func (webSocketServer) serve() (labtest.Server, func(context.Context, *labtest.Lab, string) (int, error)) {
	count := &tally{n: map[string]int{}}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return // the client has been told
		}
		defer conn.CloseNow()
		for {
			// The context of the request is not that of the connection: the package's documentation warns of it.
			kind, message, err := conn.Read(context.Background())
			if err != nil {
				return
			}
			count.work(cutSlow(string(message)))
			if err := conn.Write(context.Background(), kind, []byte("done")); err != nil {
				return
			}
		}
	})
	return labtest.Function(func(l net.Listener) error {
		server := &http.Server{Handler: handler}
		defer server.Close()
		return server.Serve(l)
	}).On(8443), count.executed
}

// webSocketClient is coder/websocket, whose request is a message that is answered by one. The package does not connect anew: a call that finds
// its connection closed by an error dials the next.
type webSocketClient struct {
	lab  *labtest.Lab
	http *http.Client
	// timeout is that of the context of a call; 0: it has none.
	timeout time.Duration

	mutex sync.Mutex
	conn  *websocket.Conn
}

func (w *webSocketClient) call(ctx context.Context, id string, slow bool) error {
	if w.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, w.timeout)
		defer cancel()
	}
	conn, err := w.connected(ctx)
	if err != nil {
		return err
	}
	if err = conn.Write(ctx, websocket.MessageText, []byte(withSlow(id, slow))); err == nil {
		_, _, err = conn.Read(ctx)
	}
	if err != nil { // "on any error from any method, the connection is closed", says the comment on websocket.Conn
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.conn = nil
	}
	return err
}

// connected is the connection, which is dialled where there is none.
func (w *webSocketClient) connected(ctx context.Context) (conn *websocket.Conn, err error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.conn == nil {
		w.conn, _, err = websocket.Dial(ctx, "ws://"+w.lab.Target()+"/", &websocket.DialOptions{HTTPClient: w.http})
	}
	return w.conn, err
}

func (w *webSocketClient) close() {
	if w.conn != nil {
		_ = w.conn.CloseNow() // what it says of a broken connection is no news
	}
}

func openWebSocket(timeout time.Duration) func(*labtest.Lab) client {
	return func(l *labtest.Lab) client {
		return &webSocketClient{lab: l, http: &http.Client{Transport: transport(l)}, timeout: timeout}
	}
}

var _ = register(
	driver{name: "coder/websocket", module: webSocketModule, server: webSocketServer{}, open: openWebSocket(0)},
	driver{name: "coder/websocket", tuned: "a context of 3 s for each call", module: webSocketModule, server: webSocketServer{}, open: openWebSocket(3 * time.Second)},
)
