"""WebSockets of FastAPI through framex, spoken by the Python package websockets."""
import socket
import subprocess

from peers import HERE, LONGEST, Framex, ask, becomes, equal, expect, fastapi

BEHIND = """
load_builtin_plugins = ["proxy"]
[server]
enable_proxy = true
[plugins.proxy.proxy_urls."{url}"]
docs_path = "/openapi.json"
websockets = ["/ws/*"]
"""
PINGS = ["--ws-ping-interval", "0.2", "--ws-ping-timeout", "5", "--ws-max-size", "33554432"]
MOST_MB = 100  # resident memory of framex while it passes 300 MB on


def talk(python, to, case):
    """A case of talk.py, against the server at `to`."""
    made = subprocess.run([str(python), str(HERE / "talk.py"), case, f"ws://127.0.0.1:{to.port}"], stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=2 * LONGEST)
    expect(made.returncode == 0, f"{case} at port {to.port}", made.stdout[-3000:])


def check_requests(front):
    plain = ask(front, "GET", "/ws/echo")
    equal((plain.status, plain.headers["Upgrade"]), (426, "websocket"), "a request that is no handshake")
    equal(ask(front, "GET", "/api/v1/base/version").json(), "fastapi", "other requests")


def check_ends(front, upstream):
    becomes("the upstream is told how its clients went",
        lambda: [4001, "by the client"] in ask(upstream, "GET", "/api/v1/closed").json())
    before = len(ask(upstream, "GET", "/api/v1/closed").json())
    with socket.create_connection(("127.0.0.1", front.port), LONGEST) as client:
        client.sendall(b"GET /ws/echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        expect(client.recv(4096).startswith(b"HTTP/1.1 101 "), "a handshake by hand")
    becomes("a client that leaves without a word ends its tunnel",
        lambda: len(ask(upstream, "GET", "/api/v1/closed").json()) == before + 1)


def check_memory(python, front):
    talk(python, front, "slow_reader")
    expect(front.resident() < MOST_MB << 20, f"at most {MOST_MB} MB are held", front.resident() >> 20)


def run(python, program, _):
    with fastapi(python, words=PINGS) as upstream, Framex(program, BEHIND.format(url=upstream.url)) as front:
        check_requests(front)
        for case in ["messages", "pings", "closes", "refusals", "many"]:
            talk(python, upstream, case)  # what is expected is what FastAPI does
            talk(python, front, case)
        check_ends(front, upstream)
        check_memory(python, front)
        with Framex(program, BEHIND.format(url=front.url)) as chain:
            for case in ["messages", "closes"]:
                talk(python, chain, case)
        with subprocess.Popen([str(python), str(HERE / "talk.py"), "upstream_dies", f"ws://127.0.0.1:{front.port}"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as talking:
            expect(talking.stdout.readline() == "open\n", "a tunnel is open")
            upstream.kill()
            rest = talking.communicate(timeout=LONGEST)[0]
        expect(talking.returncode == 0, "a client whose upstream dies", rest)
