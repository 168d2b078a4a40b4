"""Two FastAPI services with one document behind framex: they share the requests, and one is enough."""
from peers import Framex, Stream, ask, becomes, equal, fastapi

TWO = """load_builtin_plugins = ["proxy"]
[server]
enable_proxy = true
[plugins.proxy.proxy_urls]
"{first}" = {{ docs_path = "/openapi.json", weight = 2 }}
"{second}" = {{ docs_path = "/openapi.json" }}
"""
ROUND = 30


def answered(front):
    """How many of a round each process answers."""
    answers = [ask(front, "GET", "/api/v1/base/process") for _ in range(ROUND)]
    equal([each.status for each in answers], [200] * ROUND, "every request is answered")
    by = [each.json() for each in answers]
    return {process: by.count(process) for process in set(by)}


def run(python, program, _):
    with fastapi(python) as first, fastapi(python) as second, \
            Framex(program, TWO.format(first=first.url, second=second.url)) as front:
        both = {first.process.pid: ROUND * 2 // 3, second.process.pid: ROUND // 3}
        equal(answered(front), both, "requests by weight")
        streams = [Stream(front, "/api/v1/ticks?count=40&interval_ms=50") for _ in range(6)]
        for each in streams:
            each.next()
        second.kill()
        equal(answered(front), {first.process.pid: ROUND}, "while one is dead")
        equal(sorted(is_cut for _, is_cut in map(Stream.to_end, streams)), [False] * 4 + [True] * 2, "streams that are cut")
        with fastapi(python, second.port) as back:
            becomes("who is back has requests again", lambda: back.process.pid in answered(front))
