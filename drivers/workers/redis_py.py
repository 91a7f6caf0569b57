import sys

import redis

from calls import serve

url, slow_increment, options = sys.argv[2], sys.argv[3], sys.argv[4:]
db = redis.Redis.from_url(url, **{name: float(value) for name, value in (o.split("=") for o in options)})


def call(identity, seconds):
    if seconds:
        db.eval(slow_increment, 1, identity)
    else:
        db.incr(identity)


serve(call)
