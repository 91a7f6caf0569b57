#!/bin/bash
# Measures what docs/performance.md says, and writes it. Run it as root on a machine that does nothing else:
#
#	make performance
#
# With "diagnose" it measures the part about captures alone, and leaves the rest of the page as it is. ROUNDS is how many times each program reads one.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/tcplab" ./cmd/tcplab
tcplab=$work/tcplab

# figure prints a figure of the benchmark that reads captures.
figure() { awk -v unit="$1" -v format="$2" '{ for (i = 2; i < NF; i++) if ($(i+1) == unit) printf(format, $i) }' <<<"$reading"; }

# program prints the row of a program that reads a capture, where it is installed: its time, as a part of tcpdump's, its processor time and
# its memory.
program() {
  [ -n "$(figure "$1-s" %s)" ] || return 0
  echo "| $2 | $(figure "$1-s" %.2f) | $(figure "$1-of-tcpdump" %.1f) | $(figure "$1-cpu-s" %.2f) | $(figure "$1-MB" %.0f) MB |"
}

programs() {
  program tcpdump '`tcpdump -r FILE -w /dev/null`'
  program tcplab '`tcplab diagnose FILE`'
  program tshark '`tshark -n -q -z conv,tcp -r FILE`'
  program flood '`tcplab diagnose`, a million SYNs without an answer'
}

# captures prints the part of the page about captures.
captures() {
  local reading
  reading=$(go test -run '^$' -bench Diagnose -benchtime ${rounds}x -timeout 60m ./cmd/tcplab | grep '^BenchmarkDiagnose')
  cat <<PART
## A capture of 1 GB

Programs that read every packet of one capture: 2.8 million packets, 160,000 connections of which a tenth failed. tcpdump does nothing with
them, tshark, where there is a row of it, counts conversations. The programs took turns, on $(date +%Y-%m-%d), with a load average of $(cut -d' ' -f1 /proc/loadavg) on $(nproc) processors; medians of $rounds rounds, in seconds.

| program | time | of tcpdump's | processor time | memory |
|---|---:|---:|---:|---:|
$(programs)

\`\`\`sh
\$ go test -run '^$' -bench Diagnose -benchtime 5x ./cmd/tcplab
\`\`\`

Two processors share the work: one reads, decodes, and computes by what a packet's connection and its copies are known; the other puts packets in order and judges.
The second has the larger part: of the processors' time about three fifths, to three tenths of the first; the rest is the start of the program, which comes before both (a twentieth), and
the runtime. A segment waits for its turn in 128 bytes, and its connection is found by a hash that came with it. Of the processors' time the kernel's copy of the file is about a
fifteenth, the keys of connections and copies as much, to find a connection a tenth, to begin one and to end and report one a tenth each, which is mostly waiting for memory that was not used before or not for long; what is left is
spread thin. \`cat FILE >/dev/null\` takes a tenth of tcpdump's time.

PART
}

# Only the part about captures, in the place of the one that is there.
if [ "${1:-}" = diagnose ]; then
  captures >"$work/part"
  awk -v part="$work/part" '
    /^## /{ inside = ($0 == "## A capture of 1 GB") }
    /^## (A capture of 1 GB|Verdicts on a busy machine)$/ && !done { while ((getline line < part) > 0) print line; done = 1 }
    !inside' docs/performance.md >"$work/page"
  cp "$work/page" docs/performance.md
  exit
fi

# seconds prints how long a command takes, whose output is kept from the page.
seconds() {
  local TIMEFORMAT=%1R
  { time "$@" >"$work/output" 2>&1; } 2>&1
}

real=$(seconds "$tcplab" run --all --out "$work/real")
fast=$(seconds "$tcplab" run --all --speed 50 --out "$work/fast")
setup=$(go test -run '^$' -bench Lab -benchtime 30x ./netns | grep '^BenchmarkLab')
labs=$("$tcplab" bench labs 10 100 500)
verdicts=$("$tcplab" bench verdicts 1000)

# metric prints one figure of the benchmark, without its decimals from 10 on.
metric() { awk -v unit="$1" '{ for (i = 2; i < NF; i++) if ($(i+1) == unit) printf($i < 10 ? "%.2g" : "%.0f", $i) }' <<<"$setup"; }

cat >docs/performance.md <<PAGE
# What labs cost

Measured by \`make performance\`, which writes this page, on $(date +%Y-%m-%d): $(nproc) processors, Linux $(uname -r), the netns engine. Machines differ and
are noisy: what counts are the ratios, which were measured side by side.

## One lab

A routed lab (three hosts), from nothing to *captures running at all four vantage points and the baseline proven*, and removed again. Mininet, in turn
with it, builds and removes the same three hosts bare: addresses and routes, no capture, nothing proven. Medians of 30 rounds, in milliseconds.

| | up | down | both |
|---|---:|---:|---:|
| tcplab, captured and proven | $(metric up-ms) | $(metric down-ms) | |
| Mininet, bare | $(metric mininet-up-ms) | $(metric mininet-down-ms) | |
| ratio | | | $(metric ratio) |

\`\`\`sh
$ go test -run '^$' -bench Lab -benchtime 30x ./netns
\`\`\`

What makes it quick: one helper process holds all namespaces, so that no host and no verb costs the start of a process; links, addresses and routes are set by
netlink from there; each end of a cable is created in its host at once; and every wait is for an event. A lab is down when nothing refers to it
any more; what the kernel then has to dismantle it does by itself, for many labs together, while the next ones run. When `tcplab` ends, the helper has ended
before it, and nothing is left that a process could see. `--profile` shows where the time of each run went.

## All scenarios

A suite takes as long as its longest scenario, and not as the sum: the labs run side by side. Measured on $(date +%Y-%m-%d). Compressed time (\`--speed 50\`, as root)
takes the waits for SYNs down, and then \`kernel-gives-up-by-default\` is included, which alone takes 127 s in real time; what waits
for something else takes as long as before.

| | seconds |
|---|---:|
| \`tcplab run --all\`: the longest scenario takes 16 s | $real |
| \`tcplab run --all --speed 50\` | $fast |

## Many labs at once

Every lab runs \`security-group-drop\` in real time, from the proof of its baseline to its healing. The latest SYN is the one that came latest after it was due, as a part
of its gap: the kernel's timer wheel alone makes it up to 12.5 %, and what is allowed is that and 150 ms. The labs begin a few at a time, as the machine gets to it, so the time
beyond the client's wait is processor time, and grows with their number.

$labs

\`\`\`sh
$ tcplab bench labs 10 100 500
\`\`\`

The labs of this benchmark pin their neighbour entries. Where they are learned, as in every other lab, the kernel's table of them is a limit: there is one for all
namespaces of a machine (\`net.ipv4.neigh.default.gc_thresh3\`, 1024 entries by default), and with some 250 labs at once it is full; the baseline of
what comes then fails, and says so.

$(captures)

## Verdicts on a busy machine

A verdict must not depend on how busy the machine is. While four programs for each processor compute, start other programs and write to the disk, scenarios
run as they are, which must match, and sabotaged, which must not. A run is inconclusive when the machine stood still for so long that nothing is proven.

$verdicts

\`\`\`sh
$ tcplab bench verdicts 1000
\`\`\`
PAGE
