#!/usr/bin/env python3
"""User-space instructions that one request costs, counted by callgrind: independent of the machine's load.

    instructions.py BUDGET TARGET [--body JSON] [--header FIELD]... -- COMMAND...

COMMAND starts the server; {port} in it becomes a free port. The count is the difference between a short and a long run
over 32 keep-alive connections, divided by the requests between them. Fails when it is above BUDGET.
"""
import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

CONNECTIONS = 32


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def read_answer(sock, buffer):
    while b"\r\n\r\n" not in buffer:
        part = sock.recv(65536)
        if not part:
            raise OSError("the server closed the connection")
        buffer += part
    head, _, rest = buffer.partition(b"\r\n\r\n")
    length = next(int(l.split(b":")[1]) for l in head.split(b"\r\n") if l.lower().startswith(b"content-length:"))
    while len(rest) < length:
        rest += sock.recv(65536)
    if not head.startswith(b"HTTP/1.1 200"):
        raise OSError(head.split(b"\r\n")[0].decode())
    return rest[length:]


def drive(port, request, rounds):
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    for _ in range(rounds):
        for s in sockets:
            s.sendall(request)
        for s in sockets:
            read_answer(s, b"")
    for s in sockets:
        s.close()


def wait_for(port, process):
    for _ in range(600):
        if process.poll() is not None:
            sys.exit(f"the server ended with {process.returncode} before it listened")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("the server did not listen within 30 s")


def count(command, request_of, rounds):
    port = free_port()
    out = tempfile.mktemp(prefix="framex-callgrind-")
    words = [w.replace("{port}", str(port)) for w in command]
    process = subprocess.Popen(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *words],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        drive(port, request_of(port), rounds)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    with open(out, encoding="utf-8") as lines:
        total = next(int(l.split()[1]) for l in lines if l.startswith(("summary:", "totals:")))
    os.unlink(out)
    return total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("budget", type=int)
    parser.add_argument("target")
    parser.add_argument("--body")
    parser.add_argument("--header", action="append", default=[], metavar="FIELD", help="a line as 'Name: value'")
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()

    def request_of(port):
        body = (args.body or "").encode()
        head = f"{'POST' if body else 'GET'} {args.target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        head += "".join(field + "\r\n" for field in args.header)
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return head.encode() + b"\r\n" + body

    short, long = 10, 60
    cost = (count(args.command, request_of, long) - count(args.command, request_of, short)) // (
        (long - short) * CONNECTIONS)
    print(f"{args.target}: {cost} instructions a request, budget {args.budget}")
    sys.exit(cost > args.budget)


main()
