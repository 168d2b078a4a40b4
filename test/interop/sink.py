"""An upstream in plain sockets, for tests that count its connections or decide when it takes octets.

sink.py PORT RATE

Has GET /openapi.json, GET /count (how many connections were made), GET /echo, and POST /take, which takes at most RATE
octets a second of each upload, and none in its first second; it answers with how many there were, and their CRC-32.
"""
import json
import re
import selectors
import socket
import sys
import time
import zlib

TICK = 0.01  # seconds from one look at all uploads to the next
SILENCE = 1.0
DOCUMENT = {"openapi": "3.1.0", "info": {"title": "sink", "version": "1"}, "paths": {
    "/count": {"get": {"responses": {"200": {"description": "d"}}}},
    "/echo": {"get": {"responses": {"200": {"description": "d"}}}},
    "/take": {"post": {"requestBody": {"content": {"application/octet-stream": {}}},
        "responses": {"200": {"description": "d"}}}}}}


class Upload:
    def __init__(self, size, begun):
        self.left, self.size, self.sum = size, 0, 0
        self.opens = time.monotonic() + SILENCE
        self.take(begun)

    def take(self, octets):
        self.left -= len(octets)
        self.size += len(octets)
        self.sum = zlib.crc32(octets, self.sum)


class Sink:
    def __init__(self, port, rate):
        self.piece = int(rate * TICK)
        self.room = bytearray(self.piece)
        self.selector, self.made, self.uploads = selectors.DefaultSelector(), 0, {}
        listener = socket.create_server(("127.0.0.1", port), backlog=256)
        self.selector.register(listener, selectors.EVENT_READ, self.accept)

    def accept(self, listener):
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.made += 1
        self.selector.register(connection, selectors.EVENT_READ, self.read)

    def read(self, connection):
        got = connection.recv(4096)
        if not got:
            self.selector.unregister(connection)
            connection.close()
            return
        while b"\r\n\r\n" not in got:
            got += connection.recv(4096)
        head, _, begun = got.partition(b"\r\n\r\n")
        if head.startswith(b"POST"):
            length = int(re.search(rb"\r\ncontent-length: (\d+)", head, re.I)[1])
            self.selector.unregister(connection)
            self.uploads[connection] = Upload(length, begun)
        elif head.startswith(b"GET /openapi.json"):
            self.answer(connection, DOCUMENT)
        else:
            self.answer(connection, self.made if head.startswith(b"GET /count") else "echo")

    def answer(self, connection, value):
        text = json.dumps(value).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (len(text), text))

    def take_uploads(self):
        now = time.monotonic()
        for connection, upload in list(self.uploads.items()):
            if now < upload.opens:
                continue
            try:
                size = connection.recv_into(self.room, min(upload.left, self.piece), socket.MSG_DONTWAIT)
            except BlockingIOError:
                continue
            upload.take(memoryview(self.room)[:size])
            if upload.left == 0 or size == 0:
                del self.uploads[connection]
                self.selector.register(connection, selectors.EVENT_READ, self.read)
                self.answer(connection, {"size": upload.size, "crc": upload.sum})

    def run(self):
        next_look = time.monotonic()
        while True:
            wait = max(0, next_look - time.monotonic()) if self.uploads else None
            for key, _ in self.selector.select(wait):
                key.data(key.fileobj)
            if self.uploads and time.monotonic() >= next_look:
                next_look = time.monotonic() + TICK
                self.take_uploads()


if __name__ == "__main__":
    Sink(int(sys.argv[1]), int(sys.argv[2])).run()
