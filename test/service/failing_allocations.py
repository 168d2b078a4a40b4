"""Lets allocations of a request fail, and looks whether the service survives it.

failing_allocations.py PROGRAM SHIM FEED HARDSHIP [--last N] [--kind NAME] [--step N] [--costly-step N]

PROGRAM is framex, SHIM failing_malloc.so, FEED and HARDSHIP are plugins. For each kind of request fresh connections are made, the
N-th with the service's N-th allocation failing, until a request meets no failure any more; then again with every N-th one
failing. Each must end with an answer or a closed connection, and a hello after it must be answered. In the end time-outs must
still work and no descriptor may be lost. The kind `stop` tells the service to stop while requests of all kinds are under way: it
must end by itself, with 0, or with 1 and the reason. With --step only one N of so many is tried; --costly-step is that of the
kinds that take long.
"""
import argparse
import mmap
import os
import socket
import struct
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from service import Service

LONGEST_WAIT = 5  # seconds: what takes longer hangs
COSTLY = {"slow stream", "stop"}
SETTLED = 8  # so many requests in a row without a failure: there is nothing more to fail

HELLO = b"GET /api/v1/echo?message=hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def post(path, media_type, body):
    return (f"POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: {media_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n").encode() + body


ORDER = b'{"id":7,"name":"' + b"n" * 40 + b'","tags":["' + b"t" * 40 + b'","b"],"items":[' + b",".join(
    b'{"sku":"' + b"s" * 40 + b'","qty":2,"price":1.5}' for _ in range(4)) + b"]}"
FORM = (b'--x\r\nContent-Disposition: form-data; name="field"\r\n\r\nvalue\r\n'
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' + b"f" * 200_000 + b"\r\n--x--\r\n")


def get(path):
    return HELLO.replace(b"echo?message=hello", path.encode())


def requests_of(upstream):
    """The kinds of requests; `upstream` is where the service's own go."""
    return {
        "hello": HELLO,
        "model": post("/api/v1/model", "application/json", ORDER),
        "faulty model": post("/api/v1/model", "application/json", b'{"id":"seven","items":[{}]}'),
        "stream": get("stream?count=5&interval_ms=1"),
        "slow stream": get("stream?count=1&interval_ms=250"),  # comments, and the clock
        "push": post("/api/v1/feed?count=2&interval_ms=1", "text/plain", b""),  # one stream waits for it
        "replayed stream": get("feed?most=1"),
        "upload": post("/api/v1/upload", "multipart/form-data; boundary=x", FORM),
        "asked": get(f"asked?url=http://127.0.0.1:{upstream}/whole"),  # a connection that is kept
        "relayed": get(f"relayed?url=http://localhost:{upstream}/pieces"),  # a name, and a fresh connection
        "job": get("job?text=" + "j" * 40),
        "nothing": get("nothing"),
    }


class Upstream(ThreadingHTTPServer):
    """Answers /whole at once, /pieces in pieces, and /never never."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Upstream.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):  # the service has closed its connection
        pass

    class Handler(BaseHTTPRequestHandler):
        protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

        def log_message(self, *_):
            pass

        def do_GET(self):
            if self.path == "/never":
                self.rfile.read(1)
                return
            self.send_response(200)
            self.send_header("Content-Length", "3000")
            if self.path == "/pieces":
                self.send_header("Connection", "close")
            self.end_headers()
            for _ in range(3):
                self.wfile.write(b"w" * 1000)
                if self.path == "/pieces":
                    time.sleep(0.002)


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
    def __init__(self, service, orders, requests):
        self.service, self.orders, self.requests = service, orders, requests

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
            answer = ask(self.service.port, self.requests[kind])
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

    def run(self, kind, last, step, repeats):
        self.check_hello(kind, 0)
        outcomes, quiet = {}, 0
        for number in range(1, last + 1, step):
            failed, outcome = self.fail_at(kind, number, number if repeats else 0)
            if failed:
                outcomes[outcome] = outcomes.get(outcome, 0) + 1
                self.check_hello(kind, number)
            quiet = 0 if failed else quiet + 1
            if quiet == SETTLED:
                break
        print(f"{kind}, {'every N-th' if repeats else 'the N-th'}: N = 1..{number - quiet * step}, {outcomes}", flush=True)
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


class Stop:
    """Services that are told to stop while requests are under way, each with another allocation failing."""

    def __init__(self, start, orders, upstream):
        self.start, self.orders = start, orders
        self.under_way = [get(path) for path in ("feed/live", "stream?count=100000&interval_ms=20",
            f"asked?url=http://127.0.0.1:{upstream}/never", f"relayed?url=http://127.0.0.1:{upstream}/whole")]

    def fail_at(self, number, period):
        """Whether an allocation failed."""
        self.orders.fail(0)
        before = self.orders.failed()
        with self.start(codes=(0, 1)) as service:
            ask(service.port, HELLO)
            clients = [socket.create_connection(("127.0.0.1", service.port)) for _ in self.under_way]
            for client, request in zip(clients, self.under_way):
                client.sendall(request)
            for client in clients[:2]:
                client.recv(1)
            time.sleep(0.05)
            self.orders.fail(number, period)
            began = time.monotonic()
            code = service.stop()
            took = time.monotonic() - began
            failed = self.orders.failed() > before
            self.orders.fail(0)
            told = code == 1 and service.text().endswith("error: std::bad_alloc\n")
            if not (code == 0 or told) or took > LONGEST_WAIT:
                sys.exit(f"stop, allocation {number}: ended with {code} after {took:.1f} s\nit printed:\n{service.text()[-3000:]}\n"
                    f"the allocation that failed:\n{self.orders.stack.read_text()}")
            for client in clients:
                client.close()
        return failed

    def run(self, last, step, repeats):
        failures, quiet = 0, 0
        for number in range(1, last + 1, step):
            failed = self.fail_at(number, number if repeats else 0)
            failures += failed
            quiet = 0 if failed else quiet + 1
            if quiet == 2:
                break
        print(f"stop, {'every N-th' if repeats else 'the N-th'}: N = 1..{number - quiet * step}, {failures} ends", flush=True)
        if not failures:
            sys.exit("stop: no allocation failed, so nothing was tried")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("shim")
    parser.add_argument("feed")
    parser.add_argument("hardship")
    parser.add_argument("--last", type=int, default=2000)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--costly-step", type=int, default=1)
    parser.add_argument("--kind", choices=[*requests_of(0), "stop"])
    args = parser.parse_args()

    def step_of(kind):
        return args.costly_step if kind in COSTLY else args.step

    upstream = Upstream().server_address[1]
    requests = requests_of(upstream)
    with tempfile.TemporaryDirectory(prefix="framex-failing-") as folder:
        orders = Orders(folder)
        loader = Path(folder) / "loader"
        loader.write_text("leak:ld-linux\n")
        environment = {**os.environ, "LD_PRELOAD": os.path.abspath(args.shim), "FRAMEX_FAILING_MALLOC": str(orders.file),
            "FRAMEX_FAILING_STACK": str(orders.stack), "SERVER__LIMITS__HEAD_TIMEOUT": "1s",
            "SERVER__LIMITS__STREAM_KEEP_ALIVE": "100ms", "SERVER__LIMITS__SHUTDOWN_GRACE": "50ms", "SERVER__THREADS": "2",
            "LOG__ACCESS": "true", "MALLOC_PERTURB_": "165",
            # the shim comes before the sanitizer, its operator new takes what malloc gives, and it hides the loader's calls
            "ASAN_OPTIONS": "verify_asan_link_order=0:alloc_dealloc_mismatch=0",
            "LSAN_OPTIONS": f"suppressions={loader}:print_suppressions=0"}

        def start(codes=(0,)):
            return Service(args.program, "--load-builtin-plugins", "echo", "--load-plugins", os.path.abspath(args.feed),
                "--load-plugins", os.path.abspath(args.hardship), environment=environment, codes=codes)

        kinds = [args.kind] if args.kind else requests
        with start() as service:
            for kind in ["asked", "relayed", "job", "hello"] * 20:  # what is made once, by each thread and by libc, is made now
                ask(service.port, requests[kind])
            before = service.open_files()
            follower = socket.create_connection(("127.0.0.1", service.port))
            follower.sendall(get("feed/live"))
            trial = Trial(service, orders, requests)
            for kind in kinds:
                if kind != "stop":
                    for repeats in (False, True):
                        trial.run(kind, args.last, step_of(kind), repeats)
            follower.close()
            check_clock(service.port)
            check_descriptors(service, before)
        if args.kind in (None, "stop"):
            for repeats in (False, True):
                Stop(start, orders, upstream).run(args.last, step_of("stop"), repeats)


main()
