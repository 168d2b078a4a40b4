"""An upstream that comes late, and documents that change while framex runs."""
from peers import Framex, Stream, ask, becomes, equal, expect, fastapi, free_port

FOLLOWED = """load_builtin_plugins = ["proxy"]
[server]
enable_proxy = true
[plugins.proxy]
refresh = "200ms"
[plugins.proxy.proxy_urls."http://127.0.0.1:{port}"]
docs_path = "/openapi.json"
"""


def status(front, path):
    return ask(front, "GET", path).status


def check_late_upstream(front, port):
    equal(status(front, "/api/v1/base/version"), 404, "nobody has told of the path")
    equal(status(front, "/readyz"), 200, "the service is ready all the same")
    expect(f"upstream http://127.0.0.1:{port}: it cannot be reached: Connection refused; it has no "
        "routes until it answers" in front.text(),
        "the log tells of an upstream that is not there", front.text())


def check_new_operations(front, upstream):
    stream = Stream(front, "/api/v1/ticks?count=40&interval_ms=50")
    first = stream.next()
    ask(upstream, "POST", "/api/v1/grow?path=/api/v1/grown&instead_of=/api/v1/ticks")
    becomes("the new operation is a route", lambda: status(front, "/api/v1/grown") == 200)
    becomes("the old operation is none", lambda: status(front, "/api/v1/ticks?count=1") == 404)
    document = ask(front, "GET", "/api/v1/openapi.json").json()["paths"]
    expect("/api/v1/grown" in document and "/api/v1/ticks" not in document, "the document follows", sorted(document))
    events, is_cut = stream.to_end()
    equal((is_cut, len(events) + 1, events[-1]["event"]), (False, 41, "finish"), f"the stream that ran meanwhile, from {first}")


def run(python, program, _):
    port = free_port()
    with Framex(program, FOLLOWED.format(port=port)) as front:
        check_late_upstream(front, port)
        with fastapi(python, port) as upstream:
            becomes("the routes of a late upstream", lambda: status(front, "/api/v1/base/version") == 200)
            check_new_operations(front, upstream)
        becomes("the log tells of an upstream that has gone", lambda: "its routes stay as they were" in front.text())
        equal(status(front, "/api/v1/grown"), 502, "its routes stay")
        with fastapi(python, port):
            becomes("the upstream is back with another document", lambda: status(front, "/api/v1/ticks?count=1") == 200)
            equal(status(front, "/api/v1/grown"), 404, "what it has no longer")
