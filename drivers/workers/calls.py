"""Makes the calls that the test asks for on a UNIX socket: "call ID SECONDS" asks for one that keeps the server for so long, and is
answered by the ID and the error, if any. Calls are made side by side, each in a thread, as in a server of threads. "end ID", by which the
test gives a call up, is in vain here: nothing ends a thread that waits for a socket."""

import socket
import sys
import threading


def serve(call):
    test = socket.socket(socket.AF_UNIX)
    test.connect(sys.argv[1])
    answering = threading.Lock()

    def answer(identity, seconds):
        error = ""
        try:
            call(identity, float(seconds))
        except Exception as e:
            error = " ".join(f"{type(e).__name__}: {e}".split())
        with answering:
            test.sendall(f"{identity} {error}\n".encode())

    for line in test.makefile():
        verb, *arguments = line.split()
        if verb == "call":
            threading.Thread(target=answer, args=arguments, daemon=True).start()
