"""A real client follows the events of a running service: it must see each soon after its making, and none may be missing or
doubled when its connection is cut in the middle of an event.

clients.py CLIENT FOLDER PROGRAM PLUGIN...

CLIENT is curl, httpx-sse, eventsource, openai, browser-EventSource or browser-fetch. FOLDER keeps the packages, in the pinned
versions; without the registry, or without a browser, the test is skipped.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "service"))
from relay import Relay
from service import Service

SKIPPED = 77
PYTHON_PACKAGES = ["httpx-sse==0.4.3", "httpx==0.28.1", "openai==3.57.0"]
NPM_PACKAGE = "eventsource@3.0.7"
COUNT, INTERVAL_MS = 20, 50
SOON_MS = 50  # half of the events within it, and each within LATE_MS: what waits for later events is later
LATE_MS = 1000  # than both, and a busy machine holds one client up, but not ten of twenty events
ATTEMPTS = 3  # each with events of its own; a machine may be busy for a second
CUTS, OCTETS = 4, 333  # so many connections are cut, each after so many octets: in the middle of an event
LONGEST = 60


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def install(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        skip(f"{' '.join(map(str, command[:4]))} ended with {done.returncode}: {done.stdout.strip()[-300:]}")


def python_with_packages(folder):
    interpreter, done = folder / "python" / "bin" / "python", folder / "python" / "installed"
    if not done.exists() or done.read_text() != str(PYTHON_PACKAGES):
        install(sys.executable, "-m", "venv", "--clear", folder / "python")
        install(interpreter, "-m", "pip", "install", "--disable-pip-version-check", *PYTHON_PACKAGES)
        done.write_text(str(PYTHON_PACKAGES))
    return interpreter


def npm_packages(folder):
    if not shutil.which("npm") or not shutil.which("node"):
        skip("there is no npm")
    done = folder / "npm" / "installed"
    if not done.exists() or done.read_text() != NPM_PACKAGE:
        done.parent.mkdir(parents=True, exist_ok=True)
        install("npm", "install", "--prefix", done.parent, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", NPM_PACKAGE)
        done.write_text(NPM_PACKAGE)
    return done.parent


class Lines:
    """The events that a program tells, one a line of JSON."""

    def __init__(self, command):
        self.events, self.process = [], subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL, text=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def seen(self):
        return list(self.events)

    def close(self):
        self.process.kill()
        self.process.wait()


class Curl:
    """`curl -N`, started again with the last id."""

    def __init__(self, url):
        self.url, self.events, self.closed = url, [], False
        self._start("")
        threading.Thread(target=self._read, daemon=True).start()

    def _start(self, last):
        options = ["-H", f"Last-Event-ID: {last}"] if last else []
        self.process = subprocess.Popen(["curl", "-N", "-s", *options, self.url], stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL, text=True)

    def _read(self):
        last = ""
        while not self.closed:
            event = {}
            for line in self.process.stdout:
                name, _, value = line.rstrip("\n").partition(": ")
                if name:
                    event[name] = value
                    continue
                last = event.get("id", last)
                if "data" in event:
                    self.events.append({**json.loads(event["data"]), "seen": time.time() * 1000})
                event = {}
            self.process.wait()
            if not self.closed:
                self._start(last)

    def seen(self):
        return list(self.events)

    def close(self):
        self.closed = True
        self.process.kill()
        self.process.wait()


class Browser:
    """Headless Chromium with a page of the service, which tells the service what it sees."""

    def __init__(self, service, relay, kind):
        name = next(filter(shutil.which, ("chromium-headless-shell", "chromium")), None)
        if not name:
            skip("there is no Chromium")
        self.service, self.profile = service, tempfile.TemporaryDirectory(prefix="framex-browser-", ignore_cleanup_errors=True)
        self.process = subprocess.Popen([name, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--no-first-run", f"--user-data-dir={self.profile.name}", "--remote-debugging-port=0",
            f"http://127.0.0.1:{relay.port}/api/v1/page?{kind}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, start_new_session=True)

    def seen(self):
        return [json.loads(line) for line in ask(self.service, "seen").decode().splitlines()]

    def close(self):
        self._signal(signal.SIGTERM)
        end = time.monotonic() + 10
        while self._signal(0) and time.monotonic() < end:
            self.process.poll()
            time.sleep(0.05)
        self._signal(signal.SIGKILL)
        self.process.wait()
        self.profile.cleanup()

    def _signal(self, sent):
        """To all of the browser: what was started is a script that passes none on. Whether somebody is left to get it."""
        try:
            os.killpg(self.process.pid, sent)
        except ProcessLookupError:
            return False
        return True


def ask(service, path, body=None):
    return urllib.request.urlopen(f"http://127.0.0.1:{service.port}/api/v1/{path}", body, timeout=LONGEST).read()


def wait_for(client, count):
    """The events, once there are so many; a moment later, so that one too many is seen, too."""
    end = time.monotonic() + LONGEST
    while len(client.seen()) < count and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(0.2)
    return client.seen()


def check_numbers(what, events):
    numbers = [event["number"] for event in events]
    if numbers != list(range(1, COUNT + 1)):
        sys.exit(f"{what}: expected the events 1 to {COUNT}, each once; the client saw {numbers}")


def delays_of(events):
    return sorted(event["seen"] - event["made"] for event in events)


def are_soon(delays):
    print(f"seen after {delays[len(delays) // 2]:.0f} ms (median), {delays[-1]:.0f} ms (the last of {len(delays)})")
    return delays[len(delays) // 2] <= SOON_MS and delays[-1] <= LATE_MS


def check_soon(attempt):
    for _ in range(ATTEMPTS):
        if are_soon(delays_of(attempt())):
            return
    sys.exit(f"in {ATTEMPTS} attempts more than half of the events came after {SOON_MS} ms, or one after {LATE_MS} ms")


def check_following(service, relay, client):
    if not relay.streams.acquire(timeout=LONGEST):
        sys.exit("the client did not connect")
    known = 0

    def some(what):
        nonlocal known
        ask(service, f"feed?count={COUNT}&interval_ms={INTERVAL_MS}", b"")
        events = wait_for(client, known + COUNT)[known:]
        known += len(events)
        check_numbers(what, events)
        return events

    check_soon(lambda: some("a quiet connection"))
    relay.cut_next(CUTS)
    some("connections that are cut")
    if relay.cuts_done != CUTS:
        sys.exit(f"{relay.cuts_done} connections were cut; expected {CUTS}")
    print(f"{CUTS} connections were cut, no event was missed or doubled")


def chat(service_port, folder):
    command = [str(python_with_packages(folder)), str(HERE / "read_openai.py"), f"http://127.0.0.1:{service_port}/api/v1"]
    lines = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=LONGEST).stdout.splitlines()
    told = [json.loads(line) for line in lines]
    return told[:-1], told[-1]


def check_chat(service, relay, folder):
    def whole():
        events, end = chat(service.port, folder)
        check_numbers("a chat", events)
        if end != {"ended": "stop"}:
            sys.exit(f"a whole chat ended with {end}")
        return events

    check_soon(whole)
    relay.cut_next(1)
    events, end = chat(relay.port, folder)
    if "broken" not in end or len(events) >= COUNT:
        sys.exit(f"a chat that was cut gave {len(events)} chunks and {end}")
    print(f"a chat that was cut after {len(events)} chunks: {end['broken']}")


def main():
    name, folder, program, plugins = sys.argv[1], Path(sys.argv[2]).resolve(), sys.argv[3], sys.argv[4:]
    words = [word for plugin in plugins for word in ("--load-plugins", os.path.abspath(plugin))]
    # The relay holds streams open whose clients have gone.
    with Service(program, *words, environment={**os.environ, "SERVER__LIMITS__SHUTDOWN_GRACE": "100ms"}) as service:
        if name == "openai":
            return check_chat(service, Relay(service.port, b"/chat/completions", 2000), folder)
        relay = Relay(service.port, b"GET /api/v1/feed", OCTETS)
        url = f"http://127.0.0.1:{relay.port}/api/v1/feed"
        if name == "curl":
            client = Curl(url)
        elif name == "httpx-sse":
            client = Lines([python_with_packages(folder), HERE / "follow_httpx_sse.py", url])
        elif name == "eventsource":
            client = Lines(["node", HERE / "follow_eventsource.mjs", npm_packages(folder), url])
        else:
            client = Browser(service, relay, name.removeprefix("browser-"))
        try:
            check_following(service, relay, client)
        finally:
            client.close()


main()
