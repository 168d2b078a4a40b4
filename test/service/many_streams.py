"""Opens many live streams on one core, and looks whether each gets every event, and what memory they take.

many_streams.py PROGRAM FEED [--streams N] [--megabytes M]

PROGRAM is framex, FEED feed.so. The service gets one core; the clients come from several loopback addresses and, when there
is one, run on another core. Its resident memory is judged while all streams live, before and after the events.
"""
import argparse
import json
import os
import resource
import select
import socket
import sys
import time
import urllib.request

from service import Service

SKIPPED = 77
PER_ADDRESS = 2_500  # streams from one address: a port each
AT_ONCE = 500  # connections that are being made, well below the backlog
EVENTS = 10
LONGEST = 60  # seconds that any step may take
REQUEST = b"GET /api/v1/feed/live HTTP/1.1\r\nHost: a\r\n\r\n"


class Streams:
    """The clients' sockets, and what each has got."""

    def __init__(self, port):
        self.port, self.poll = port, select.epoll()
        self.sockets, self.got = {}, {}

    def open(self, count):
        first = len(self.sockets)
        for index in range(first, first + count):
            stream = socket.socket()
            stream.bind((f"127.0.0.{2 + index // PER_ADDRESS}", 0))
            stream.connect(("127.0.0.1", self.port))
            stream.sendall(REQUEST)
            stream.setblocking(False)
            self.sockets[stream.fileno()] = stream
            self.got[stream.fileno()] = bytearray()
            self.poll.register(stream, select.EPOLLIN)

    def read_until(self, what, is_right):
        """Reads until `is_right(octets)` holds for every stream."""
        waiting = {descriptor for descriptor, got in self.got.items() if not is_right(got)}
        end = time.monotonic() + LONGEST
        while waiting:
            for descriptor, _ in self.poll.poll(1, 1024):
                piece = self.sockets[descriptor].recv(65536)
                if not piece:
                    sys.exit(f"{what}: a stream ended; it had got {bytes(self.got[descriptor])!r}")
                self.got[descriptor] += piece
                if is_right(self.got[descriptor]):
                    waiting.discard(descriptor)
            if time.monotonic() > end:
                example = bytes(self.got[waiting.pop()])
                sys.exit(f"{what}: {len(waiting) + 1} streams are still waiting after {LONGEST} s; one has {example!r}")

    def close(self):
        for stream in self.sockets.values():
            stream.close()


def data_of(octets):
    """The events' data in a chunked stream; nothing in it has an empty line but the head and the events' ends."""
    return [json.loads(line[6:]) for line in bytes(octets).split(b"\n") if line.startswith(b"data: ")]


def enough_descriptors(wanted):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, hard)))
    except (OSError, ValueError) as why:
        print(f"skipped: {wanted} open files are needed, {hard} are allowed: {why}")
        sys.exit(SKIPPED)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("feed")
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--megabytes", type=int, default=60)
    args = parser.parse_args()
    descriptors = args.streams + 200
    enough_descriptors(descriptors)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, set(cores[1:]) or set(cores))
    with Service(args.program, "--load-plugins", os.path.abspath(args.feed), core=cores[0],
        descriptors=descriptors, environment={**os.environ, "SERVER__LIMITS__REQUESTS_IN_FLIGHT": str(args.streams + 1)}) as service:
        idle = service.resident()
        streams = Streams(service.port)
        begin = time.monotonic()
        while len(streams.sockets) < args.streams:
            streams.open(min(AT_ONCE, args.streams - len(streams.sockets)))
            streams.read_until("the head", lambda got: b"\r\n\r\n" in got)
        opened = time.monotonic() - begin
        waiting = service.resident()

        delays = []
        for number in range(1, EVENTS + 1):
            ask = f"http://127.0.0.1:{service.port}/api/v1/feed?count=1"
            begin = time.monotonic()
            urllib.request.urlopen(ask, data=b"", timeout=LONGEST).read()
            streams.read_until(f"event {number}", lambda got, wanted=number: got.count(b"\n\n") == wanted)
            delays.append(time.monotonic() - begin)
        busy = service.resident()
        for got in streams.got.values():
            numbers = [event["number"] for event in data_of(got)]
            if numbers != [1] * EVENTS:
                sys.exit(f"a stream got {numbers}")
        streams.close()
        per_stream = (busy - idle) / args.streams
        print(f"{args.streams} streams, opened in {opened:.1f} s; resident: {idle / 1e6:.1f} MB without, "
            f"{waiting / 1e6:.1f} MB with them, {busy / 1e6:.1f} MB after {EVENTS} events each; "
            f"{per_stream:.0f} octets a stream; an event reached all in {sorted(delays)[EVENTS // 2] * 1000:.0f} ms")
        if max(waiting, busy) > args.megabytes * 1_000_000:
            sys.exit(f"more than {args.megabytes} MB")


main()
