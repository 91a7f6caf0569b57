# Shorthands; "make ci" is what must pass before a change lands.

.PHONY: build test lint generate ladders clients timeouts pairs ci performance

build:
	CGO_ENABLED=0 go build -o bin/tcplab ./cmd/tcplab

test:
	go test ./...

lint:
	test -z "$$(gofmt -l .)"
	go vet ./...
	go tool staticcheck ./...

# Rewrites what is written from the code: the tables and the listings in README.md.
generate:
	go generate ./...

# Records again the drawings that "tcplab show" has: over two minutes.
ladders:
	go test -count=1 -run '^TestLadders$$' ./cmd/tcplab -update

# Measures again what each client feels in each scenario: minutes, most of them Chromium's.
clients:
	TCPLAB_MEASURE=1 go test -count=1 -run '^TestEveryClientInEveryFailure$$' . -update

# Measures again how long clients wait without a timeout: over two minutes.
timeouts:
	TCPLAB_MEASURE=1 go test -count=1 -run '^TestDefaultTimeouts$$' . -update

# Gives every scenario the fault of every other: over three minutes.
pairs:
	TCPLAB_MEASURE=1 go test -count=1 -run '^TestEveryFaultIsToldFromEveryOther$$' .

ci:
	.ci/run

# Measures again what docs/performance.md says: as root, on a machine that does nothing else.
performance:
	docs/performance.sh
