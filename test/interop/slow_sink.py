#!/usr/bin/env python3
"""64 uploads of 100 MB side by side through framex, to an upstream that takes them slowly: all arrive whole, and the
memory of framex stays what it was.

slow_sink.py PROGRAM
"""
import json
import socket
import sys
import threading
import time
import zlib

from peers import LONGEST, equal, expect, framex_before_sink

UPLOADS = 64
SIZE = 100 << 20
RATE = 8 << 20  # octets a second and upload that the upstream takes at most
GROWTH = 8 << 20  # octets that the memory of framex may grow by
PIECE = bytes(range(256)) * 4096  # 1 MB


def upload(port, size, answers):
    with socket.create_connection(("127.0.0.1", port), timeout=LONGEST) as to:
        to.sendall(b"POST /take HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n"
            b"Content-Length: %d\r\nConnection: close\r\n\r\n" % size)
        for _ in range(size // len(PIECE)):
            to.sendall(PIECE)
        answer = b"".join(iter(lambda: to.recv(4096), b""))
    answers.append(json.loads(answer.partition(b"\r\n\r\n")[2]))


def uploads(front, count, size):
    answers = []
    threads = [threading.Thread(target=upload, args=(front.port, size, answers)) for _ in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return answers


def crc(size):
    total = 0
    for _ in range(size // len(PIECE)):
        total = zlib.crc32(PIECE, total)
    return total


def main():
    with framex_before_sink(sys.argv[1], RATE) as (_, front):
        equal(uploads(front, 1, len(PIECE)), [{"size": len(PIECE), "crc": crc(len(PIECE))}], "the first upload")
        before, began = front.peak(), time.monotonic()
        answers = uploads(front, UPLOADS, SIZE)
        took, grown = time.monotonic() - began, front.peak() - before
        print(f"{UPLOADS} x {SIZE >> 20} MB in {took:.1f} s: {grown / 1e6:.1f} MB more than {before / 1e6:.1f} MB")
        equal(answers, [{"size": SIZE, "crc": crc(SIZE)}] * UPLOADS, "the uploads")
        expect(grown <= GROWTH, "the memory of framex grew", grown)


main()
