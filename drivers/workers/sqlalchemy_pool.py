import sys

from sqlalchemy import create_engine, text

from calls import serve

url, ping_first = sys.argv[2], sys.argv[3] == "pre_ping"
engine = create_engine(url, pool_pre_ping=ping_first)
insert = text("insert into calls select :id from pg_sleep(:seconds)")


def call(identity, seconds):
    with engine.begin() as connection:
        connection.execute(insert, {"id": identity, "seconds": seconds})


serve(call)
