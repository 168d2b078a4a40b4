"""framex-kit before and behind framex, and chains of three."""
import hashlib
import tempfile
from pathlib import Path

from peers import HERE, Framex, Peer, Stream, ask, becomes, equal, fastapi, free_port

KIT = """load_plugins = ["kit_shop"]
[auth.rules]
"/api/v1/kit/*" = ["kit-key"]
"""
KIT_BEFORE = """load_builtin_plugins = ["proxy"]
[server]
enable_proxy = true
[plugins.proxy]
force_stream_apis = ["/api/v1/calls/numbers"]
[plugins.proxy.proxy_urls."{url}"]
enable = {enable}
docs_path = "{docs}"
[plugins.proxy.auth.rules]
"/api/v1/echo" = ["echo-key"]
"""
FRONT = """load_builtin_plugins = ["proxy"]
[server]
enable_proxy = true
[plugins.proxy]
proxy_urls = ["{url}"]
white_list = ["/api/*"]
[plugins.proxy.auth.rules]
"/api/v1/openapi.json" = ["docs-key"]
"/api/v1/kit/*" = ["kit-key"]
"/api/v1/base/*" = ["base-key"]
"""
OFFERS = """load_builtin_plugins = ["echo", "proxy"]
load_plugins = ["{plugin}"]
[server]
enable_proxy = true
[auth.rules]
"/api/v1/echo" = ["echo-key"]
"""
GUARDED = """load_builtin_plugins = ["proxy"]
[server]
enable_proxy = true
[auth.rules]
"/api/v1/openapi.json" = ["docs-key"]
"/api/v1/base/*" = ["base-key"]
[plugins.proxy]
proxy_urls = {{ "{url}" = {{ docs_path = "/openapi.json" }} }}
"""


def kit(python, toml):
    """`framex run` of framex-kit."""
    port, folder = free_port(), tempfile.TemporaryDirectory(prefix="framex-kit-")
    (Path(folder.name) / "config.toml").write_text(toml)
    peer = Peer([python.parent / "framex", "run", "--host", "127.0.0.1", "--port", port], port, folder.name,
        {"PYTHONPATH": str(HERE)})
    peer.folder = folder
    return peer


def paths(of):
    return {path for path in ask(of, "GET", "/api/v1/openapi.json").json()["paths"] if path.startswith("/api")}


def kit_before(python, url, enable, docs, awaited):
    """The same with the proxy; it listens before it has imported the `awaited` paths."""
    peer = kit(python, KIT_BEFORE.format(url=url, enable=enable, docs=docs))
    try:
        becomes(f"framex-kit imports {awaited}", lambda: awaited <= paths(peer))
    except AssertionError:
        peer.__exit__(AssertionError)
        raise
    return peer


def check_kit_behind(python, program, _):
    with kit(python, KIT) as upstream, Framex(program, FRONT.format(url=upstream.url)) as front:
        priced = ask(front, "GET", "/api/v1/kit/price?sku=a%20%E6%BC%A2&count=2").json()
        equal((priced["status"], priced["data"]), (200, "2 a 漢"), "the envelope of framex-kit")
        equal(ask(front, "POST", "/api/v1/kit/order", {"sku": "s"}).json()["data"], {"sku": "s", "count": 1}, "a model")
        form = (b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n' + b"a" * 100_000
            + b'\r\n--x\r\nContent-Disposition: form-data; name="files"; filename="b"\r\n\r\nb\r\n--x--\r\n')
        photo = ask(front, "POST", "/api/v1/kit/photo", form, {"Content-Type": "multipart/form-data; boundary=x"}).json()
        equal(photo["data"]["a"], hashlib.sha256(b"a" * 100_000).hexdigest(), "a file")
        events, is_cut = Stream(front, "/api/v1/kit/ticks?count=3").to_end()
        equal((is_cut, [event["event"] for event in events]), (False, ["message_chunk"] * 3 + ["finish"]), "a stream")
        refused = ask(front, "GET", "/api/v1/kit/price?sku=a")
        equal((refused.status, refused.json()["data"]["detail"][0]["loc"]), (422, ["query", "count"]), "a validation error")
        gone = ask(front, "GET", "/api/v1/kit/sold_out")
        equal((gone.status, gone.json()["status"]), (200, 410), "an error in the envelope, as framex-kit sends it")


def check_kit_before(python, program, plugin):
    with Framex(program, OFFERS.format(plugin=plugin)) as upstream, \
            kit_before(python, upstream.url, '["/api/*"]', "/api/v1/openapi.json", paths(upstream)) as front:
        equal(ask(front, "GET", "/api/v1/echo?message=h%C3%A9").json()["data"], "hé", "a query, with a key")
        made = ask(front, "POST", "/api/v1/echo_model?message=m", {"id": 3}).json()
        equal(made["data"], 'm,{"id":3,"name":"echo"}', "a model with its default")
        form = (b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n' + b"a" * 100_000
            + b'\r\n--x\r\nContent-Disposition: form-data; name="files"; filename="b"\r\n\r\nb\r\n--x--\r\n')
        photos = ask(front, "POST", "/api/v1/calls/photos", form, {"Content-Type": "multipart/form-data; boundary=x"})
        equal(photos.json()["data"], "a.bin 100000;b 1;", "files")
        events, is_cut = Stream(front, "/api/v1/calls/numbers?count=3").to_end()
        equal((is_cut, [event["event"] for event in events]), (False, ["message_chunk"] * 3 + ["finish"]), "a stream")


def check_three(python, program, _):
    """framex, framex-kit, FastAPI."""
    with fastapi(python) as last, \
            kit_before(python, last.url, '["/api/v1/base/*"]', "/openapi.json", {"/api/v1/base/match"}) as middle, \
            Framex(program, FRONT.format(url=middle.url)) as front:
        equal(ask(front, "GET", "/api/v1/base/version").json(), "fastapi", "a plain answer")
        equal(ask(front, "GET", "/api/v1/base/greet?name=n&times=2").json()["data"], "n n ", "a query")
        equal(ask(front, "POST", "/api/v1/base/match", {"left": 3}).json()["data"], 5, "a model with its default")


def check_framex_twice(python, program, _):
    """framex, framex with keys, FastAPI."""
    with fastapi(python) as last, Framex(program, GUARDED.format(url=last.url)) as middle, \
            Framex(program, FRONT.format(url=middle.url)) as front:
        equal(ask(middle, "GET", "/api/v1/openapi.json").status, 401, "the document wants its key")
        equal(ask(middle, "GET", "/api/v1/base/version").status, 401, "an operation wants its key")
        equal(ask(front, "GET", "/api/v1/base/version").json(), "fastapi", "both keys go along")
        seen = ask(front, "GET", "/api/v1/items/3?q=a&q=b", headers={"X-Token": "t"}).json()
        equal((seen["id"], seen["q"], seen["x_token"]), (3, ["a", "b"], "t"), "parameters through two services")
        hops = seen["headers"]
        equal(len(hops["via"].split(",")), 2, "Via names both")
        equal(hops["x-forwarded-host"], f"127.0.0.1:{middle.port}", "each service tells of its own client")
        events, is_cut = Stream(front, "/api/v1/ticks?count=3").to_end()
        equal((is_cut, len(events)), (False, 4), "a stream through two services")
        size = 8 << 20
        octets = ask(front, "POST", "/api/v1/octets", (bytes(1 << 16) for _ in range(size >> 16)))
        equal(octets.json()["sha256"], hashlib.sha256(bytes(size)).hexdigest(), "octets through two services")
        stream = Stream(front, "/api/v1/ticks?count=100000&interval_ms=20")
        stream.next()
        stream.close()
        becomes("the generator behind two services ends", lambda: ask(last, "GET", "/api/v1/living").json() == 0)


def run(python, program, plugin):
    check_kit_behind(python, program, plugin)
    check_kit_before(python, program, plugin)
    check_three(python, program, plugin)
    check_framex_twice(python, program, plugin)
