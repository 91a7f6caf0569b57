//go:build unix

package standing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/tcplab/tcplab/harness"
	"github.com/tcplab/tcplab/lab"
	"golang.org/x/sys/unix"
)

// The descriptors of a holder beside the standard three: on the first it reads its order, which stays open as long as
// the one who has given it waits; on the second it tells how the lab comes up.
const (
	orderFile = 3
	newsFile  = 4
)

// news is what a holder tells while the lab comes up: a step, or one of the two ends.
type news struct {
	Step  string    `json:"step,omitempty"`
	Info  *toldInfo `json:"info,omitempty"`
	Error string    `json:"error,omitempty"`
}

// The causes for which a lab's life ends.
var (
	errDown      = errors.New("the lab was taken down")
	errAbandoned = errors.New("nobody waits for the lab any more")
)

// Bounds of the removal of a lab, and of the wait for what still goes on in it.
const (
	closeDeadline = time.Minute
	drainDeadline = 15 * time.Second
)

// Resolve finds the engine and the scenario of an order. What takes long is told to say.
type Resolve func(ctx context.Context, o Order, say func(step string)) (lab.Engine, harness.Scenario, error)

// Hold is the whole of a holder: it takes its order from [Up], builds the lab, serves it, and returns when the lab was
// taken down, which is also what the end of ctx does.
func Hold(ctx context.Context, resolve Resolve) error {
	orders, tell, err := started()
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(orders)
	var order Order
	if err := decoder.Decode(&order); err != nil {
		return fmt.Errorf("read the order: %w", err)
	}
	h := &holder{order: order, since: time.Now(), news: json.NewEncoder(tell)}
	h.life, h.end = context.WithCancelCause(ctx)
	defer h.end(nil)
	go func() {
		_, _ = io.Copy(io.Discard, io.MultiReader(decoder.Buffered(), orders))
		h.abandon()
	}()
	err = h.hold(resolve)
	if h.ready() {
		h.tellThoseWhoAsk(err)
		return err
	}
	if err == nil || h.life.Err() != nil && errors.Is(err, context.Canceled) {
		err = context.Cause(h.life)
	}
	return h.news.Encode(news{Error: err.Error()})
}

// started returns the files by which a holder is told what to hold.
func started() (orders, tell *os.File, err error) {
	for _, fd := range []int{orderFile, newsFile} {
		var stat unix.Stat_t
		if unix.Fstat(fd, &stat) != nil || stat.Mode&unix.S_IFMT != unix.S_IFIFO {
			return nil, nil, errors.New("a holder is started by \"tcplab up\"")
		}
		unix.CloseOnExec(fd) // they are not for what the holder starts
	}
	return os.NewFile(orderFile, "order"), os.NewFile(newsFile, "news"), nil
}

// holder holds a lab.
type holder struct {
	order Order
	since time.Time
	news  *json.Encoder

	life     context.Context // until the lab is to be taken down
	end      context.CancelCauseFunc
	requests sync.WaitGroup // those that use the lab

	mutex   sync.Mutex
	lab     *harness.Standing // nil while it is being built
	waiting *waiting          // nil: no fault waits for a moment
	answers int               // how often the exercise has been answered
	asking  []*net.UnixConn   // those who wait for the lab to be down
}

func (h *holder) ready() bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.lab != nil
}

// abandon ends a lab that is not up, when the one who has asked for it is gone.
func (h *holder) abandon() {
	if !h.ready() {
		h.end(errAbandoned)
	}
}

// hold takes the name, builds the lab and serves it to its end.
func (h *holder) hold(resolve Resolve) (err error) {
	listener, err := claim(h.order.Lab)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, h.leave(listener))
	}()
	go h.serve(listener)
	engine, scenario, err := resolve(h.life, h.order, func(step string) { _ = h.news.Encode(news{Step: step}) })
	if err != nil {
		return err
	}
	if c, ok := engine.(io.Closer); ok {
		defer func() { err = errors.Join(err, c.Close()) }()
	}
	built, err := h.open(engine, scenario)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(h.life), closeDeadline)
		defer cancel()
		h.drain(closing)
		_ = h.stopWaiting() // what went wrong has been told
		err = errors.Join(err, built.Close(closing))
	}()
	if err := h.breakAtOnce(built); err != nil {
		return err
	}
	if h.order.Recorded {
		if err := built.StartRecord(h.life); err != nil {
			return err
		}
	}
	if err := h.announce(built); err != nil {
		return err
	}
	<-h.life.Done()
	return nil
}

// open builds the lab.
func (h *holder) open(engine lab.Engine, s harness.Scenario) (*harness.Standing, error) {
	server := h.order.Server
	if server == nil {
		return harness.Open(h.life, engine, s, h.order.Family)
	}
	return harness.OpenServed(h.life, engine, s, h.order.Family, lab.Service{Proto: server.Proto, Port: server.Port, Own: &server.Own})
}

// breakAtOnce breaks the lab, where the order says so, or lets the fault wait.
func (h *holder) breakAtOnce(built *harness.Standing) error {
	switch {
	case h.order.Broken:
		return built.Break(h.life)
	case !h.order.When.IsBefore():
		return h.breakWhen(built, h.order.When)
	}
	return nil
}

// announce says that the lab is up.
func (h *holder) announce(built *harness.Standing) error {
	h.mutex.Lock()
	h.lab = built
	h.mutex.Unlock()
	info := h.info()
	return h.news.Encode(news{Info: told(info)})
}

// drain waits for the requests that use the lab. They end with its life; one that does not, has seen the last of its lab
// all the same.
func (h *holder) drain(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, drainDeadline)
	defer cancel()
	h.end(nil)
	h.mutex.Lock()
	requests := &h.requests // who asks for the lab later finds that its life has ended
	h.mutex.Unlock()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		requests.Wait()
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

// tellThoseWhoAsk tells those who have asked for the lab to be down how that ended. If it ended well, the end of this
// process, and so of their connection, says it all.
func (h *holder) tellThoseWhoAsk(err error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, c := range h.asking {
		if err != nil {
			_ = send(c, reply{Error: err.Error()})
		}
	}
}

// leave gives the name back. Nothing is left of a holder that ends in good order,
// but for what it had to say.
func (h *holder) leave(listener *net.UnixListener) error {
	err := listener.Close()
	if log, pathErr := pathOf(h.order.Lab, logEnding); pathErr == nil {
		if info, statErr := os.Stat(log); statErr == nil && info.Size() == 0 {
			err = errors.Join(err, os.Remove(log))
		}
	}
	return err
}

// info is what the lab is now.
func (h *holder) info() Info {
	h.mutex.Lock()
	built, answers, waits := h.lab, h.answers, h.waiting
	h.mutex.Unlock()
	i := Info{Lab: h.order.Lab, Engine: h.order.Engine, Family: int(h.order.Family), State: Building, Hosts: []HostInfo{},
		Scenario: h.order.Scenario, Process: os.Getpid(), Since: h.since, Recorded: h.order.Recorded, Exercise: h.order.Exercise, Answers: answers}
	if built == nil {
		return i
	}
	i.State = Healthy
	if built.Broken() {
		i.State = Broken
	}
	i.State, i.Moment = waits.moment(i.State)
	i.Hosts, i.Target = hostsOf(built.Topology()), built.Target().String()
	i.Env, i.HostsFile = built.TargetEnv(), built.HostsFile()
	if output, ended := built.ServerOutput(); ended != "" {
		i.ServerEnded, i.ServerOutput = ended, output
	}
	if h.order.Exercise == nil {
		i.FaultWords = built.Fault()
		i.Fault = i.FaultWords.English
	}
	for n := range i.Hosts {
		host, err := built.Host(i.Hosts[n].Name)
		if err != nil {
			continue // it is being removed
		}
		_, i.Resident = host.(lab.Resident)
		if c, ok := host.(lab.Contained); ok {
			i.Hosts[n].Container = c.Container()
		}
	}
	return i
}
