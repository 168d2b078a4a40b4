"""A service on one core under a mixed load: whether it errs, grows or slows down.

mixed_load.py PROGRAM [--minutes 30] [--report FILE]

PROGRAM is framex-contract. Four processes ask it at fixed rates: 200 hellos a second over eight kept connections, and two a
second over fresh ones; 50 typed models a second; 20 live streams of an event each 20 ms, every fifth of which is left in the
middle; one upload of 10 MB a second. Any wrong answer is a failure. Judged besides: resident memory grows by less than 1 MB
in 10 minutes (least squares, the first fifth left out), and p99 of a hello in every minute is within three times that of the
first. A run below ten minutes is too short for a slope: memory may then grow by 4 MB in all.
"""
import argparse
import http.client
import json
import multiprocessing
import os
import queue
import socket
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "service"))
from service import Service

HELLOS, KEPT, MODELS = 200, 8, 50  # a second; connections; a second
STREAMS, STREAM_EVENTS, STREAM_INTERVAL_MS = 20, 100, 20
UPLOAD_RATE, UPLOAD_SIZE, PIECE = 10_000_000, 50_000_000, 50_000  # octets a second, octets, octets
SHORTEST_FOR_SLOPE, SHORT_GROWTH = 10, 4.0  # minutes, MB
SLOPE, SLOWER = 1.0, 3.0  # MB in 10 minutes; times the p99 of the first minute
ORDER = {"id": 7, "name": "n", "tags": ["a", "b"], "items": [{"sku": "s", "qty": 2, "price": 1.25, "ok": True}] * 20}


def paced(rate, until):
    """Yields `rate` times a second; what was late is made up for."""
    begin, number = time.monotonic(), 0
    while (now := time.monotonic()) < until:
        due = begin + number / rate
        if due > now:
            time.sleep(due - now)
        number += 1
        yield number


def asked(connection, method, path, body=None, headers={}):
    connection.request(method, "/api/v1/" + path, body, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise ValueError(f"{path}: {answer.status} {text[:200]!r}")
    return json.loads(text)["data"]


def connect(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def ask_hellos(port, until, tell):
    kept = [connect(port) for _ in range(KEPT)]
    delays, minute_ends = [], time.monotonic() + 60
    for number in paced(HELLOS, until):
        begin = time.monotonic()
        if asked(kept[number % KEPT], "GET", "echo?message=hello") != "hello":
            raise ValueError("echo: another message")
        delays.append(time.monotonic() - begin)
        if number % (HELLOS // 2) == 0:
            fresh = connect(port)
            asked(fresh, "GET", "echo?message=fresh")
            fresh.close()
        if time.monotonic() >= minute_ends:
            tell(("delays", delays))
            delays, minute_ends = [], minute_ends + 60
    tell(("delays", delays))


def post_models(port, until, tell):
    connection, body = connect(port), json.dumps(ORDER)
    count = 0
    for count in paced(MODELS, until):
        if asked(connection, "POST", "bench/model", body, {"Content-Type": "application/json"}) != ORDER:
            raise ValueError("model: another order")
    tell(("count", "models", count))


def read_stream(port, leaves):
    """One stream to its end, or up to its middle."""
    connection = connect(port)
    connection.request("GET", f"/api/v1/bench/stream?count={STREAM_EVENTS}&interval_ms={STREAM_INTERVAL_MS}")
    answer = connection.getresponse()
    number = 0
    while line := answer.readline():
        if line.startswith(b'data: {"i"'):
            if json.loads(line[6:])["i"] != number:
                raise ValueError(f"stream: event {number} is {line!r}")
            number += 1
            if leaves and number == STREAM_EVENTS // 2:
                break
    if not leaves and number != STREAM_EVENTS:
        raise ValueError(f"stream: {number} events")
    answer.close()
    connection.close()


def follow_streams(port, until, tell):
    ended, failed = [0] * STREAMS, []

    def follow(index):
        try:
            while time.monotonic() < until and not failed:
                read_stream(port, (ended[index] + index) % 5 == 0)
                ended[index] += 1
        except Exception as why:  # told by the process
            failed.append(why)

    threads = [threading.Thread(target=follow, args=(index,)) for index in range(STREAMS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    tell(("count", "streams", sum(ended)))


def upload(port, until, tell):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    size = len(head) + UPLOAD_SIZE + len(b"\r\n--x--\r\n")
    count = 0
    while time.monotonic() + UPLOAD_SIZE / UPLOAD_RATE < until or count == 0:
        connection = connect(port)
        connection.putrequest("POST", "/api/v1/bench/upload")
        connection.putheader("Content-Type", "multipart/form-data; boundary=x")
        connection.putheader("Content-Length", str(size))
        connection.endheaders(head)
        for _ in zip(range(UPLOAD_SIZE // PIECE), paced(UPLOAD_RATE // PIECE, float("inf"))):
            connection.sock.sendall(b"f" * PIECE)
        connection.sock.sendall(b"\r\n--x--\r\n")
        answer = json.loads(connection.getresponse().read())
        if answer.get("data") != {"files": 1, "bytes": UPLOAD_SIZE}:
            raise ValueError(f"upload: {answer}")
        connection.close()
        count += 1
    tell(("count", "uploads", count))


def client(work, port, until, cores, told):
    os.sched_setaffinity(0, cores)
    try:
        work(port, until, told.put)
    except Exception as why:  # of whatever kind: the run has failed
        told.put(("error", work.__name__, f"{type(why).__name__}: {why}"))
    told.put(("end",))


def slope_of(samples):
    """MB in 10 minutes of (seconds, MB) by least squares."""
    size = len(samples)
    middle_x, middle_y = (sum(sample[i] for sample in samples) / size for i in (0, 1))
    spread = sum((x - middle_x) ** 2 for x, _ in samples)
    return 600 * sum((x - middle_x) * (y - middle_y) for x, y in samples) / spread


class Report:
    def __init__(self, file, minutes):
        self.file = open(file, "w", encoding="utf-8") if file else None
        self.minutes, self.samples, self.p99, self.errors = minutes, [], [], []

    def say(self, text):
        for to in filter(None, (sys.stdout, self.file)):
            print(text, file=to, flush=True)

    def take(self, told):
        if told[0] == "error":
            self.errors.append(f"{told[1]}: {told[2]}")
            self.say(self.errors[-1])
        elif told[0] == "count":
            self.say(f"{told[2]} {told[1]}")
        elif told[0] == "delays" and len(told[1]) > HELLOS * 2:  # a remainder of a second has no p99
            delays = sorted(told[1])
            p50, p99 = (delays[int(len(delays) * part)] * 1000 for part in (0.5, 0.99))
            self.p99.append(p99)
            resident = self.samples[-1][1] if self.samples else 0
            self.say(f"hello: {len(delays)}, p50 {p50:.2f} ms, p99 {p99:.2f} ms; resident {resident:.2f} MB")

    def judge(self):
        """Says what was found; the exit code."""
        faults = list(self.errors)
        kept = self.samples[len(self.samples) // 5:]
        if self.minutes >= SHORTEST_FOR_SLOPE:
            slope = slope_of(kept)
            self.say(f"resident memory: {slope:+.3f} MB in 10 minutes; allowed are {SLOPE}")
            if slope >= SLOPE:
                faults.append("memory grows")
        else:
            growth = kept[-1][1] - kept[0][1]
            self.say(f"resident memory: {growth:+.2f} MB in all; allowed are {SHORT_GROWTH}")
            if growth >= SHORT_GROWTH:
                faults.append("memory grows")
        worst = max(self.p99, default=0)
        if not self.p99:
            faults.append("no hello was measured")
        elif worst > SLOWER * self.p99[0]:
            faults.append(f"p99 of a hello rose from {self.p99[0]:.2f} to {worst:.2f} ms")
        self.say("failed: " + "; ".join(faults) if faults else "all right")
        return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--report")
    args = parser.parse_args()
    report = Report(args.report, args.minutes)
    cores = sorted(os.sched_getaffinity(0))
    with Service(args.program, "--load-builtin-plugins", "echo", "--load-plugins", "bench", core=cores[0]) as service:
        begin = time.monotonic()
        until = begin + args.minutes * 60
        telling = multiprocessing.Queue()
        works = [ask_hellos, post_models, follow_streams, upload]
        clients = [multiprocessing.Process(target=client,
            args=(work, service.port, until, set(cores[1:]) or set(cores), telling)) for work in works]
        for each in clients:
            each.start()
        running = len(clients)
        while running:
            try:
                told = telling.get(timeout=1)
                running -= told[0] == "end"
                report.take(told)
            except queue.Empty:
                pass
            if service.ended() is not None:
                report.take(("error", "service", f"ended with {service.ended()}"))
                break
            report.samples.append((time.monotonic() - begin, service.resident() / 1e6))
        for each in clients:
            each.terminate() if service.ended() is not None else each.join()
    return report.judge()


if __name__ == "__main__":
    sys.exit(main())
