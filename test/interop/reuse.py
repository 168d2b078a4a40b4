#!/usr/bin/env python3
"""20,000 requests of 32 clients through framex: of a thousand at most one opens a connection to the upstream.

reuse.py PROGRAM
"""
import selectors
import socket
import sys

from peers import LONGEST, ask, expect, framex_before_sink

CLIENTS = 32
REQUESTS = 20_000
REQUEST = b"GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"
BODY = b'"echo"'


def drive(port, requests):
    """Each client asks again as soon as it has its answer."""
    selector, sent, done = selectors.DefaultSelector(), 0, 0
    clients = [socket.create_connection(("127.0.0.1", port), timeout=LONGEST) for _ in range(CLIENTS)]
    for each in clients:
        selector.register(each, selectors.EVENT_READ)
        each.sendall(REQUEST)
        sent += 1
    while done < requests:
        ready = selector.select(LONGEST)
        expect(ready, "no answer comes any more", f"{done} of {requests}")
        for key, _ in ready:
            answer = key.fileobj.recv(4096)
            while not answer.endswith(BODY) and (more := key.fileobj.recv(4096)):
                answer += more
            expect(answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(BODY), "an answer is another one", answer)
            done += 1
            if sent < requests:
                key.fileobj.sendall(REQUEST)
                sent += 1
    for each in clients:
        each.close()


def opened(sink):
    return ask(sink, "GET", "/count").json()


def main():
    with framex_before_sink(sys.argv[1], 1 << 20) as (sink, front):
        drive(front.port, 10 * CLIENTS)  # the load begins
        before = opened(sink)
        drive(front.port, REQUESTS)
        made = opened(sink) - before - 1  # the one that asks
        print(f"{made} connections for {REQUESTS} requests")
        expect(made <= REQUESTS // 1000, "connections to the upstream are not used again", made)


main()
