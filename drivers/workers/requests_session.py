import sys

import requests

from calls import serve

session = requests.Session()
base, timeout = sys.argv[2], float(sys.argv[3]) or None


def call(identity, seconds):
    path = identity + "-slowly" if seconds else identity
    session.post(base + path, data="once", timeout=timeout).raise_for_status()


serve(call)
