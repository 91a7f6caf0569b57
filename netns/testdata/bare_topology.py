"""For each line of standard input, builds and removes client - router - server with Mininet, and prints the seconds
that each took.

The topology is bare: addresses and routes, no capture, nothing proven. Run it in a network namespace of its own.
"""

import sys
import time

from mininet.log import setLogLevel
from mininet.net import Mininet


def build():
    net = Mininet(controller=None)
    client = net.addHost("client", ip="198.51.100.10/24", defaultRoute="via 198.51.100.1")
    router = net.addHost("router", ip="198.51.100.1/24")
    server = net.addHost("server", ip="203.0.113.10/24", defaultRoute="via 203.0.113.1")
    net.addLink(client, router)
    net.addLink(router, server, params1={"ip": "203.0.113.1/24"})
    net.start()
    router.cmd("sysctl -w net.ipv4.ip_forward=1")
    return net


setLogLevel("error")
for _ in sys.stdin:
    begin = time.monotonic()
    net = build()
    up = time.monotonic()
    net.stop()
    print(up - begin, time.monotonic() - up, flush=True)
