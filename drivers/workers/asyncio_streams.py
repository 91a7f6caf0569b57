"""Calls by asyncio's streams: a POST each, in HTTP/1.1 by hand, on a connection that is kept. asyncio has no pool: here it is the plainest, which
keeps a connection that has worked and closes one that has failed. "end ID" cancels the task of a call."""

import asyncio
import sys
from urllib.parse import urlsplit

base, timeout = urlsplit(sys.argv[2]), float(sys.argv[3]) or None
idle = []


async def post(path):
    reader, writer = idle.pop() if idle else await asyncio.open_connection(base.hostname, base.port)
    try:
        writer.write(f"POST /{path} HTTP/1.1\r\nHost: {base.netloc}\r\nContent-Length: 4\r\n\r\nonce".encode())
        await writer.drain()
        header = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(header.partition("content-length:")[2].split()[0]))
    except BaseException:
        writer.close()
        raise
    idle.append((reader, writer))


async def answer(test, identity, seconds):
    error = ""
    try:
        async with asyncio.timeout(timeout):
            await post(identity + "-slowly" if float(seconds) else identity)
    except Exception as e:
        error = " ".join(f"{type(e).__name__}: {e}".split())
    test.write(f"{identity} {error}\n".encode())


async def serve():
    lines, test = await asyncio.open_unix_connection(sys.argv[1])
    calls = {}
    async for line in lines:
        verb, identity, *seconds = line.decode().split()
        if verb == "call":
            calls[identity] = asyncio.create_task(answer(test, identity, *seconds))
        elif identity in calls:
            calls[identity].cancel()


asyncio.run(serve())
