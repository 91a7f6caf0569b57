#!/bin/bash
# Measures what docs/dependencies.md says, and writes it: what each dependency of the command does, and what it costs.
#
#	make dependencies
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0 LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GOCACHE=$work/cache

# processor prints the seconds of processor time that a command takes.
processor() {
  local TIMEFORMAT='%U %S'
  { time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ printf "%.1f", $1 + $2 }'
}

# packages prints those of the command that a pattern of import paths matches; "std" stands for the standard library.
packages() {
  if [ "$1" = std ]; then
    go list -deps -f '{{if .Standard}}{{.ImportPath}}{{end}}' ./cmd/tcplab | grep -v '^unsafe$'
    return
  fi
  go list -deps -f '{{if not .Standard}}{{.ImportPath}}{{end}}' ./cmd/tcplab | grep -E "^($1)"
}

# row builds a group of packages, after those before it, and prints its line of the table.
row() {
  local what=$1 pattern=$2 use=$3 list
  list=$(packages "$pattern")
  # shellcheck disable=SC2086 # one argument a package
  echo "$pattern|$what|$(processor go build $list)|$use" >>"$work/rows"
}

row "Go's standard library" std "everything; HTTP, TLS and cryptography are half of it"
row "\`testcontainers-go\`, with the client of the Docker engine and what they import" \
  'github.com/(moby|testcontainers|docker|containerd|opencontainers|distribution|sirupsen|felixge|go-logr|shirou|magiconair|cpuguy83|tklauser|google/uuid|stretchr)|go.opentelemetry.io|go.yaml.in' "the engine on containers"
row "\`chromedp\`" 'github.com/(chromedp|go-json-experiment)' "Chromium as a client, with what it shows"
row "\`netlink\`, \`nftables\`" 'github.com/(vishvananda|google/nftables|mdlayher)' "links, addresses, routes and rules of the engine on namespaces"
row "\`cilium/ebpf\`" 'github.com/cilium' "compressed time: the kernel's first timeout of a SYN"
row "\`gopacket\`" 'github.com/google/gopacket' "live captures, and writing them"
row "\`compress\`, \`lz4\`, \`xz\`" 'github.com/(klauspost|pierrec|ulikunitz)' "captures that are compressed"
row "\`cobra\`" 'github.com/spf13' "the command line, completion and help"
row "\`go-sdk\` of the Model Context Protocol" 'github.com/(modelcontextprotocol|google/jsonschema-go|segmentio|yosida95)|golang.org/x/(oauth2|time)' "the server for an assistant"
row "\`golang.org/x\`" 'golang.org/x' "ICMP, system calls, terminals, SSH keys and cryptography of hand-ins"
row "\`libinjection-go\`, \`pty\`" 'github.com/(corazawaf|creack)' "the web application firewall; terminals of a lab's shell"
own=$(processor go build -o "$work/tcplab" ./cmd/tcplab)
echo "github.com/tcplab|tcplab itself, and the linker|$own|" >>"$work/rows"
total=$(awk -F'|' '{ sum += $(NF-1) } END { printf "%.0f", sum }' "$work/rows")

go tool nm -size "$work/tcplab" >"$work/symbols"

# megabytes prints what the symbols of a pattern take in the binary.
megabytes() { awk -v pattern="^(type:\\\\.[^ ]*)?($1)" '$3 ~ /[tTrR]/ && $4 ~ pattern { sum += $2 } END { printf "%.1f", sum / 1e6 }' "$work/symbols"; }

{
  cat <<PAGE
# What a dependency does, and what it costs

Measured by \`make dependencies\`, which writes this page, on $(date +%Y-%m-%d): $(go version | cut -d' ' -f3), $(nproc) processors. The seconds are
of processor time, for a first build of \`cmd/tcplab\` with nothing in Go's cache: $total s together. A second build takes the linker's.
The megabytes are machine code and constants in the binary, which has $(awk "BEGIN { printf \"%.0f\", $(stat -c %s "$work/tcplab") / 1e6 }") MB with its tables and debug information. Package \`labtest\` imports
neither the engine on containers nor the command line,
nor what drives Chromium, nor SSH.

| dependency | seconds | MB | what it is for |
|---|---:|---:|---|
PAGE
  while IFS= read -r line; do
    use=${line##*|} rest=${line%|*}
    took=${rest##*|} rest=${rest%|*}
    what=${rest##*|} pattern=${rest%|*}
    if [ "$pattern" = std ]; then
      size=$(awk '$3 ~ /[tTrR]/ && $4 !~ /^(type:\.[^ ]*)?(github\.com|golang\.org|go\.)/ { sum += $2 } END { printf "%.1f", sum / 1e6 }' "$work/symbols")
    else
      size=$(megabytes "$pattern")
    fi
    echo "| $what | $took | $size | $use |"
  done <"$work/rows"
} >docs/dependencies.md
