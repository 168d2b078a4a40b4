"""Lets allocations of a request fail, and looks whether the service survives it.

failing_allocations.py PROGRAM SHIM FEED [--last N] [--kind NAME]

PROGRAM is framex-contract, SHIM failing_malloc.so, FEED feed.so. For each kind of request fresh connections are made, the N-th with the
service's N-th allocation failing, until a request meets no failure any more; then again with every N-th one failing. Each
must end with an answer or a closed connection, and a hello after it must be answered. In the end time-outs must still work
and no descriptor may be lost.
"""
import argparse
import mmap
import os
import socket
import struct
import sys
import tempfile
import time
from pathlib import Path

from service import Service

LONGEST_WAIT = 5  # seconds: what takes longer hangs
SETTLED = 8  # so many requests in a row without a failure: there is nothing more to fail

HELLO = b"GET /api/v1/echo?message=hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def post(path, media_type, body):
    return (f"POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: {media_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n").encode() + body


ORDER = b'{"id":7,"name":"' + b"n" * 40 + b'","tags":["' + b"t" * 40 + b'","b"],"items":[' + b",".join(
    b'{"sku":"' + b"s" * 40 + b'","qty":2,"price":1.5,"ok":true}' for _ in range(4)) + b"]}"
FORM = (b'--x\r\nContent-Disposition: form-data; name="field"\r\n\r\nvalue\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' + b"f" * 200_000 + b"\r\n--x--\r\n")
REQUESTS = {
    "hello": HELLO,
    "model": post("/api/v1/bench/model", "application/json", ORDER),
    "faulty model": post("/api/v1/bench/model", "application/json", b'{"id":"seven","items":[{}]}'),
    "stream": HELLO.replace(b"echo?message=hello", b"bench/stream?count=5&interval_ms=1"),
    "slow stream": HELLO.replace(b"echo?message=hello", b"bench/stream?count=1&interval_ms=250"),  # comments, and the clock
    "push": post("/api/v1/feed?count=2&interval_ms=1", "text/plain", b""),  # one stream waits for it
    "replayed stream": HELLO.replace(b"echo?message=hello", b"feed?most=1"),
    "upload": post("/api/v1/bench/upload", "multipart/form-data; boundary=x", FORM),
    "nothing": HELLO.replace(b"echo?message=hello", b"nothing"),
}


class Orders:
    """The file that is shared with the shim: which allocations fail, and how many have failed."""

    def __init__(self, folder):
        self.file, self.stack = Path(folder) / "orders", Path(folder) / "stack"
        self.file.write_bytes(bytes(mmap.PAGESIZE))
        self.stack.touch()
        with open(self.file, "r+b") as opened:
            self.page = mmap.mmap(opened.fileno(), 24)

    def fail(self, number, period=0):
        struct.pack_into("=q", self.page, 8, period)
        struct.pack_into("=q", self.page, 0, number)

    def failed(self):
        return struct.unpack_from("=q", self.page, 16)[0]


def ask(port, request):
    """What came until the service closed the connection; None when it did not for LONGEST_WAIT seconds."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=LONGEST_WAIT) as connection:
        try:
            connection.sendall(request)
            while piece := connection.recv(65536):
                answer += piece
        except TimeoutError:
            return None
        except OSError:  # reset: what is unread has gone
            pass
    return answer


def status(answer):
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else None


class Trial:
    def __init__(self, service, orders):
        self.service, self.orders = service, orders

    def give_up(self, kind, number, what):
        self.orders.fail(0)
        sys.exit(f"{kind}, allocation {number}: {what}\nexit code: {self.service.ended()}\nit printed:\n"
            f"{self.service.text()[-3000:]}\nthe allocation that failed:\n{self.orders.stack.read_text()}")

    def check_hello(self, kind, number):
        try:
            answer = ask(self.service.port, HELLO)
        except OSError as why:
            self.give_up(kind, number, f"the next request could not connect: {why}")
        if answer is None or status(answer) != 200:
            self.give_up(kind, number, f"the next request got {answer!r}")

    def fail_at(self, kind, number, period):
        """Whether an allocation failed, and what came of the request."""
        before = self.orders.failed()
        self.orders.fail(number, period)
        try:
            answer = ask(self.service.port, REQUESTS[kind])
        except OSError as why:
            self.give_up(kind, number, f"no connection: {why}")
        self.orders.fail(0)
        failed = self.orders.failed() > before
        if answer is None:
            self.give_up(kind, number, "neither an answer nor an end")
        if self.service.ended() is not None:
            self.give_up(kind, number, "the service has ended")
        if answer and status(answer) is None:
            self.give_up(kind, number, f"no answer of HTTP: {answer[:200]!r}")
        if not failed and status(answer) not in (200, 404, 422):
            self.give_up(kind, number, f"nothing failed, but the answer is {answer[:200]!r}")
        return failed, status(answer) if answer else "closed"

    def run(self, kind, last, repeats):
        self.check_hello(kind, 0)
        outcomes, quiet = {}, 0
        for number in range(1, last + 1):
            failed, outcome = self.fail_at(kind, number, number if repeats else 0)
            if failed:
                outcomes[outcome] = outcomes.get(outcome, 0) + 1
                self.check_hello(kind, number)
            quiet = 0 if failed else quiet + 1
            if quiet == SETTLED:
                break
        print(f"{kind}, {'every N-th' if repeats else 'the N-th'}: N = 1..{number - quiet}, {outcomes}", flush=True)
        if not outcomes:
            sys.exit(f"{kind}: no allocation failed, so nothing was tried")


def check_clock(port):
    """A head that never ends is refused: the service still counts time."""
    answer = ask(port, b"GET / HTTP/1.1\r\n")
    if answer is None or status(answer) != 408:
        sys.exit(f"an unfinished head got {answer!r} instead of a time-out")


def check_descriptors(service, before):
    end = time.monotonic() + LONGEST_WAIT
    while service.open_files() > before:
        if time.monotonic() > end:
            sys.exit(f"{service.open_files()} open files, {before} before the failures")
        time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("shim")
    parser.add_argument("feed")
    parser.add_argument("--last", type=int, default=2000)
    parser.add_argument("--kind", choices=REQUESTS)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="framex-failing-") as folder:
        orders = Orders(folder)
        environment = {**os.environ, "LD_PRELOAD": os.path.abspath(args.shim), "FRAMEX_FAILING_MALLOC": str(orders.file),
            "FRAMEX_FAILING_STACK": str(orders.stack), "SERVER__LIMITS__HEAD_TIMEOUT": "1s",
            "SERVER__LIMITS__STREAM_KEEP_ALIVE": "100ms", "LOG__ACCESS": "true", "MALLOC_PERTURB_": "165"}
        with Service(args.program, "--load-builtin-plugins", "echo", "--load-plugins", "bench", "--load-plugins",
            os.path.abspath(args.feed), environment=environment) as service:
            ask(service.port, HELLO)
            before = service.open_files()
            follower = socket.create_connection(("127.0.0.1", service.port))
            follower.sendall(HELLO.replace(b"echo?message=hello", b"feed/live"))
            trial = Trial(service, orders)
            for kind in [args.kind] if args.kind else REQUESTS:
                for repeats in (False, True):
                    trial.run(kind, args.last, repeats)
            follower.close()
            check_clock(service.port)
            check_descriptors(service, before)


main()
