# Shorthands; "make ci" is what must pass before a change lands.

.PHONY: build man completions release release-tools release-twice release-install test lint vulnerabilities generate record timeouts drivers half-open pairs containers ci performance dependencies

build:
	CGO_ENABLED=0 go build -o bin/tcplab ./cmd/tcplab

# Makes the manual pages, one for each command.
man:
	mkdir -p bin/man
	go test -count=1 -run '^TestManPages$$' ./cmd/tcplab -man $(CURDIR)/bin/man

# Makes the files by which shells complete commands and names.
completions:
	mkdir -p bin/completions
	CGO_ENABLED=0 go build -o bin/tcplab ./cmd/tcplab
	bin/tcplab completion bash >bin/completions/tcplab.bash
	bin/tcplab completion zsh >bin/completions/_tcplab
	bin/tcplab completion fish >bin/completions/tcplab.fish
	bin/tcplab completion powershell >bin/completions/tcplab.ps1

# Makes what a release has, in bin/release: archives, packages for Debian and Red Hat, SBOMs, checksums. Nothing is published.
RELEASE_TOOLS ?= $(CURDIR)/bin/tools
release: $(RELEASE_TOOLS)/goreleaser
	PATH="$(CURDIR)/release:$(RELEASE_TOOLS):$$PATH" goreleaser release --snapshot --clean $(RELEASE_FLAGS)

# Builds goreleaser and what writes the SBOMs, for the first time in some minutes: they are tools of a module of its own.
release-tools: $(RELEASE_TOOLS)/goreleaser
$(RELEASE_TOOLS)/goreleaser: release/go.mod
	mkdir -p $(RELEASE_TOOLS)
	cd release && CGO_ENABLED=0 go build -o $(RELEASE_TOOLS)/ github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod github.com/goreleaser/goreleaser/v2

# Makes a release of the last commit twice, and compares the checksums.
release-twice:
	release/twice

# Installs the Debian package in a clean Debian, and runs a scenario there: as root.
release-install: release
	release/install-test

# Installs what is missing where it may (as root, with apt), and tells at the end which engines and clients were skipped, and how
# to get them: "go test" shows nothing of tests that pass.
test:
	.ci/install
	go test ./...; code=$$?; echo; go run ./cmd/tcplab engines; exit $$code

lint:
	test -z "$$(gofmt -l .)"
	go vet ./...
	go tool staticcheck ./...

# Looks for known vulnerabilities in what is called, which takes the network.
vulnerabilities:
	go tool govulncheck ./...

# Rewrites the parts of the documents that are made from the code: tables, listings, and the drawings of recorded runs.
generate:
	go generate ./...

# Records what is seen of a scenario: the drawing of a run, what each client feels and, where it is an exercise, the packets.
# Of others nothing is changed. NAME may be several, between blanks. Needs Chromium, curl, ping and traceroute: .ci/install installs them.
record:
	@test -n "$(NAME)" || { echo "name the scenario: make record NAME=closed-port"; exit 2; }
	TCPLAB_RECORD="$(NAME)" TCPLAB_MEASURE=1 go test -count=1 -run '^TestEveryClientInEveryFailure$$|^TestMysteries_netns$$' ./clients . -update
	TCPLAB_RECORD="$(NAME)" go test -count=1 -run '^TestLadders$$' ./cmd/tcplab -update
	go generate ./...

# Measures again how long clients wait without a timeout: over two minutes.
timeouts:
	TCPLAB_MEASURE=1 go test -count=1 -run '^TestDefaultTimeouts$$' ./clients -update

# Measures every driver in every failure again, and writes docs/drivers.md: some twenty minutes. ONLY=go-redis-in measures one driver again,
# ONLY=in-nat-forgot one failure. KEEP=DIR keeps the captures of each cell, and what ss says of its sockets.
drivers:
	cd drivers && CGO_ENABLED=0 go test -count=1 -timeout=60m -parallel=10 -run '^TestDrivers$$/^runs$$/$(ONLY)' . -update $(if $(KEEP),-keep $(abspath $(KEEP)))
	cd drivers && CGO_ENABLED=0 go test -count=1 -run '^TestPage$$' . -update

# Measures again which timer ends the wait for another end that is gone, and writes docs/half-open.md: about a minute. ONLY=keep-alive-in measures one
# timer again, ONLY=in-frozen one moment. KEEP=DIR keeps the captures of each cell.
half-open:
	cd drivers && CGO_ENABLED=0 go test -count=1 -run '^TestHalfOpen$$/^runs$$/$(ONLY)' ./halfopen -update $(if $(KEEP),-keep $(abspath $(KEEP)))
	cd drivers && CGO_ENABLED=0 go test -count=1 -run '^TestPage$$' ./halfopen -update

# Gives every scenario the fault of every other: some ten minutes. SHARD=2/4 tries the second of four parts, NAME=closed-port the pairs that one
# scenario is in: some two minutes.
pairs:
	TCPLAB_MEASURE=1 TCPLAB_SHARD="$(SHARD)" go test -count=1 -timeout=60m \
		-run '^TestEveryFaultIsToldFromEveryOther$$$(if $(NAME),/^($(NAME)_with_the_fault_of_.*|.*_with_the_fault_of_$(NAME))$$)' ./scenarios/proof

# Runs every scenario in containers on both families; "go test" has each kind of fault once, on one of the two.
containers:
	TCPLAB_MEASURE=1 go test -count=1 -timeout=30m -run '^TestLab_docker$$' .

ci:
	.ci/run

# Measures again what docs/performance.md says: as root, on a machine that does nothing else.
performance:
	docs/performance.sh

# Measures again what each dependency costs, for docs/dependencies.md.
dependencies:
	docs/dependencies.sh
