"""The processes of a test: framex with a configuration, and what it talks to; and the requests of a client."""
import contextlib
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "service"))
from service import Service

LONGEST = 60  # seconds that any step may take


def expect(right, what, seen=""):
    if not right:
        raise AssertionError(f"{what}; seen: {seen}" if seen != "" else what)


def equal(seen, wanted, what):
    expect(seen == wanted, f"{what}: expected {wanted!r}", repr(seen))


def becomes(what, ask):
    """Asks until the answer is true; the answer."""
    end = time.monotonic() + LONGEST
    while not (answer := ask()):
        expect(time.monotonic() < end, f"{what}: not within {LONGEST} s")
        time.sleep(0.05)
    return answer


def free_port():
    """A port outside of the range that connections take theirs from, so that it is still free later."""
    while True:
        with socket.socket() as probe:
            port = random.randint(20_000, 32_000)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Peer:
    """A server in Python that listens on `port` once it is made; leaving the block ends it."""

    def __init__(self, command, port, folder=None, environment={}):
        self.port, self.url = port, f"http://127.0.0.1:{port}"
        self.printed = tempfile.TemporaryFile()
        self.process = subprocess.Popen([str(word) for word in command], stdout=self.printed, stderr=self.printed,
            stdin=subprocess.DEVNULL, cwd=folder, env={**os.environ, **environment})
        becomes(f"{command[0]} listens", self._listens)

    def _listens(self):
        expect(self.process.poll() is None, "a peer has ended", self.text())
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def text(self):
        self.printed.seek(0)
        return self.printed.read().decode(errors="replace")[-4000:]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.kill()
        if kind:
            print(f"the peer on port {self.port} printed:\n{self.text()}")


def fastapi(python, port=None, words=()):
    """api.py, served by uvicorn."""
    port = port or free_port()
    return Peer([python, "-m", "uvicorn", "api:app", "--app-dir", HERE, "--port", port, "--log-level", "warning", *words], port)


class Framex(Service):
    """framex with a configuration of its own."""

    def __init__(self, program, toml):
        with tempfile.TemporaryDirectory(prefix="framex-interop-") as folder:
            file = Path(folder) / "config.toml"
            file.write_text(toml)
            super().__init__(program, "--config", file,
                environment={**os.environ, "SERVER__LIMITS__SHUTDOWN_GRACE": "100ms"})
        self.url = f"http://127.0.0.1:{self.port}"

    def __exit__(self, kind, *rest):
        if kind:
            print(f"framex on port {self.port} printed:\n{self.text()[-4000:]}")
        super().__exit__(kind, *rest)


BEFORE_SINK = """load_builtin_plugins = ["proxy"]
[server]
enable_proxy = true
[plugins.proxy.proxy_urls."{url}"]
docs_path = "/openapi.json"
"""


@contextlib.contextmanager
def framex_before_sink(program, rate):
    """sink.py, and framex before it."""
    port = free_port()
    with Peer([sys.executable, HERE / "sink.py", port, rate], port) as sink, \
            Framex(program, BEFORE_SINK.format(url=sink.url)) as front:
        yield sink, front


class Answer:
    def __init__(self, answer, body):
        self.status, self.headers, self.body = answer.status, answer.headers, body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {dict(self.headers)} {self.body[:1000]!r}"


def ask(to, method, path, body=None, headers={}):
    """One request to a peer or a framex, the answer as a whole; a body that is no octets goes as JSON, or as it is iterated."""
    connection = http.client.HTTPConnection("127.0.0.1", to.port, timeout=LONGEST)
    try:
        if isinstance(body, (dict, list, str)):
            body, headers = json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return Answer(answer, answer.read())
    finally:
        connection.close()


class Stream:
    """An event stream that is read as it comes."""

    def __init__(self, to, path):
        self.connection = http.client.HTTPConnection("127.0.0.1", to.port, timeout=LONGEST)
        self.connection.request("GET", path)
        self.answer, self.rest = self.connection.getresponse(), ""

    def next(self):
        """The next event as its fields, with the time it was seen; None at the end. HTTPException or OSError: it was cut."""
        while "\n\n" not in self.rest:
            piece = self.answer.read1()
            if not piece:
                return None
            self.rest += piece.decode()
        event, self.rest = self.rest.split("\n\n", 1)
        return {**dict(line.split(": ", 1) for line in event.split("\n")), "seen": time.time() * 1000}

    def to_end(self):
        """The events up to the end, and whether it was cut instead of ended."""
        events = []
        try:
            while event := self.next():
                events.append(event)
        except (http.client.HTTPException, OSError):
            return events, True
        return events, False

    def close(self):
        self.answer.close()
        self.connection.close()
