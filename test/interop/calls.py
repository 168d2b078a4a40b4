"""Plugins call what only a FastAPI upstream has, as if it were here."""
from forwarding import BEHIND
from peers import Framex, Stream, ask, equal, expect, fastapi

WITH_CALLS = 'load_plugins = ["{plugin}"]\n' + BEHIND


def data(front, path, body=None):
    answer = ask(front, "POST" if body else "GET", "/api/v1/calls/" + path, body)
    equal(answer.status, 200, f"{path}: {answer}")
    return answer.json()["data"]


def check_values(front):
    equal(data(front, "match", {"left": 3, "right": 4}), 7, "a model as the argument, an envelope as the answer")
    equal(data(front, "version"), "fastapi", "a plain answer")
    equal(data(front, "greet?name=n&times=2"), "n n ", "the data of an envelope")
    equal(data(front, "item?id=9"), {"id": 9, "q": ["a b", "漢"], "note": None, "x_token": "t1"},
        "arguments in the path, the query and a header, a part of the answer as a model")
    equal(data(front, "sum?count=100"), 5050, "lines of JSON as models")
    sent = data(front, "upload?content=abc")
    equal([(each["filename"], each["type"], each["size"]) for each in sent["files"]],
        [("a.txt", "text/plain", 3), ("b.bin", "application/octet-stream", 6)], "files in an argument")
    equal(sent["title"], "two", "a header beside them")


def check_streams(front):
    events, is_cut = Stream(front, "/api/v1/calls/ticks?count=5").to_end()
    equal((is_cut, [event["event"] for event in events]), (False, ["tick"] * 5 + ["finish"]), "a stream through a plugin")


def check_failures(front, upstream):
    def failure(name, more=""):
        return data(front, f"failure?name={name}{more}")

    equal(failure("/api/v1/teapot"), 'http_error 418: {"detail":"short and stout"}', "a status of the upstream")
    equal(failure("/api/v1/base/refused"), "http_error 403: Proxy API /api/v1/base/refused returned status 403: not you",
        "the status of an envelope")
    missing = failure("/api/v1/ticks")
    expect(missing.startswith("call_error 1: ") and "count is missing" in missing, "an argument is missing", missing)
    unknown = failure("/api/v1/ticks", "&argues=true")
    expect(unknown.startswith("call_error 1: ") and "extra is unknown" in unknown, "an argument too many", unknown)
    nowhere = failure("/api/v1/nowhere")
    expect(nowhere.startswith("call_error 0: api(/api/v1/nowhere) not found"), "an API that nobody has", nowhere)
    undeclared = failure("/api/v1/cached")
    expect(undeclared.startswith("call_error 0: ") and "required_remote_apis" in undeclared, "one not declared", undeclared)
    upstream.kill()
    dead = failure("/api/v1/base/version")
    expect(dead.startswith(f"upstream_error 502: the upstream 127.0.0.1:{upstream.port}"), "a dead upstream", dead)


def run(python, program, plugin):
    with fastapi(python) as upstream, \
            Framex(program, WITH_CALLS.format(url=upstream.url, plugin=plugin)) as front:
        check_values(front)
        check_streams(front)
        check_failures(front, upstream)
