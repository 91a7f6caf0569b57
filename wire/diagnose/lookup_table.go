package diagnose

import (
	"hash/fnv"
	"slices"

	"github.com/tcplab/tcplab/wire"
)

// How long lookups are remembered, in ns: after the answer, for what follows from it; and without one.
const (
	lookupGrace    = 10e9
	lookupPatience = 120e9
)

// lookups are those that were not yet reported.
type lookups struct {
	index  map[lookupKey]*lookup // the latest of each question
	asked  map[queryKey]*lookup
	queue  []*lookup // in the order in which they began
	both   int64     // of which both directions were seen
	lone   int64     // answers to what is not in the capture although it had begun long before
	total  int64     // that were asked
	resent int64     // of these, those that were asked again
}

// lookupKey is what the packets of a lookup have in common: who asks whom for what. A query that is sent again has another port
// or identifier with some resolvers, and the same with others.
type lookupKey struct {
	ends     [2]host
	question string
}

// queryKey is what an answer has in common with its query.
type queryKey struct {
	client endpoint
	server host
	id     uint16
	stream bool // it is asked by TCP
}

func keyOf(message *wire.DNSMessage, client, server endpoint) lookupKey {
	key := lookupKey{ends: [2]host{client.host, server.host}}
	if message.HasQuestion {
		key.question = message.Type.String() + " " + message.Name
	} else { // cut off by the snapshot length: the identifier is all there is
		key.question = string([]byte{byte(message.ID >> 8), byte(message.ID)})
	}
	return key
}

// hash is a short hash of the question.
func (k *lookupKey) hash() uint16 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(k.question))
	sum := h.Sum32()
	return uint16(sum ^ sum>>16)
}

// nearLookups is among how many of the latest lookups those are sought that an answer sheds light on.
const nearLookups = 64

// near yields the latest lookups of the client.
func (l *lookups) near(client host, each func(*lookup)) {
	for i := len(l.queue) - 1; i >= max(0, len(l.queue)-nearLookups); i-- {
		if x := l.queue[i]; x.key.ends[0] == client {
			each(x)
		}
	}
}

// openLookup begins a lookup.
func (e *Diagnoser) openLookup(message *wire.DNSMessage, client, server endpoint, m mark) *lookup {
	l := &e.lookups
	for len(l.queue) >= e.options.MaxTracked {
		e.giveUpLookup()
	}
	x := &lookup{key: keyOf(message, client, server), client: client, server: server, message: *message, first: m, last: m}
	l.index[x.key] = x
	l.queue = append(l.queue, x)
	l.total++
	e.neighbours.see(client.addrPort().Addr())
	e.neighbours.see(server.addrPort().Addr())
	return x
}

// ask notes a query of a lookup. An earlier one whose place it takes is forgotten, so that a lookup that is asked for ever takes no more
// memory than another.
func (l *lookups) ask(x *lookup, key queryKey, m mark) {
	q := &x.queries[x.asked.count%fewQueries]
	before := q.key
	*q = query{m, key}
	x.asked.add(m)
	if x.asked.count == 2 {
		l.resent++
	}
	if l.asked[before] == x && !slices.ContainsFunc(x.queries[:], func(q query) bool { return q.key == before }) {
		delete(l.asked, before)
	}
	l.asked[key] = x
}

// retire reports the first lookups of the queue that are over by the time now.
func (e *Diagnoser) retire(now int64) {
	for l := &e.lookups; len(l.queue) > 0; e.finishLookup() {
		x := l.queue[0]
		if quiet := now - x.last.at; quiet < lookupGrace || !x.isSettled() && quiet < lookupPatience {
			return
		}
	}
}

// giveUpLookup reports the lookup that began first.
func (e *Diagnoser) giveUpLookup() {
	if x := e.lookups.queue[0]; !x.isSettled() {
		e.stats.Evicted++
	}
	e.finishLookup()
}

// finishLookup reports the first of the queue, and forgets it.
func (e *Diagnoser) finishLookup() {
	l := &e.lookups
	x := l.queue[0]
	l.queue[0] = nil
	l.queue = l.queue[1:]
	if l.index[x.key] == x {
		delete(l.index, x.key)
	}
	for i := range x.queries {
		if key := x.queries[i].key; l.asked[key] == x {
			delete(l.asked, key)
		}
	}
	if !x.told {
		e.report(x)
	}
}
