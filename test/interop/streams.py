"""Event streams of FastAPI through framex: soon, whole, and ended where the client or the upstream ends them."""
import json

from forwarding import BEHIND
from peers import Framex, Stream, ask, becomes, equal, expect, fastapi

FORCED = BEHIND + """
[plugins.proxy]
force_stream_apis = ["/api/v1/untyped"]
"""
COUNT, INTERVAL_MS = 20, 50
SOON_MS, LATE_MS = 50, 1000  # half of the events, and each: what waits for later events is later than both
ATTEMPTS = 3  # a machine may be busy for a second


def check_soon(front):
    for _ in range(ATTEMPTS):
        stream = Stream(front, f"/api/v1/ticks?count={COUNT}&interval_ms={INTERVAL_MS}")
        equal(stream.answer.headers["Content-Type"].split(";")[0], "text/event-stream", "the type of a stream")
        events, is_cut = stream.to_end()
        equal(is_cut, False, "a stream ends")
        equal([event["event"] for event in events], ["tick"] * COUNT + ["finish"], "the events")
        equal([event["id"] for event in events[:-1]], [str(n + 1) for n in range(COUNT)], "their ids")
        delays = sorted(event["seen"] - json.loads(event["data"])["made"] for event in events[:-1])
        print(f"seen after {delays[COUNT // 2]:.0f} ms (median), {delays[-1]:.0f} ms (the last)")
        if delays[COUNT // 2] <= SOON_MS and delays[-1] <= LATE_MS:
            return
    raise AssertionError(f"in {ATTEMPTS} attempts more than half of the events came after {SOON_MS} ms, or one after {LATE_MS} ms")


def living(upstream):
    return ask(upstream, "GET", "/api/v1/living").json()


def check_clients_that_leave(front, upstream):
    streams = [Stream(front, "/api/v1/ticks?count=100000&interval_ms=20") for _ in range(5)]
    for each in streams:
        each.next()
    equal(living(upstream), 5, "generators of the upstream")
    for each in streams:
        each.close()
    becomes("the upstream's generators end", lambda: living(upstream) == 0)


def check_lines(front):
    seen = ask(front, "GET", "/api/v1/lines?count=3")
    equal(seen.body, b'{"number": 1}\n{"number": 2}\n{"number": 3}\n', "lines of JSON")
    equal(seen.headers["Content-Type"], "application/x-ndjson", "their type")


def check_forced(front, upstream):
    equal(ask(upstream, "GET", "/api/v1/untyped?count=2").headers["Content-Type"], None, "a stream without a type")
    stream = Stream(front, "/api/v1/untyped?count=2")
    equal(stream.answer.headers["Content-Type"], "text/event-stream", "the type of a path in force_stream_apis")
    equal([event["event"] for event in stream.to_end()[0]], ["tick", "tick", "finish"], "its events")
    refused = ask(front, "GET", "/api/v1/untyped")
    equal((refused.status, refused.headers["Content-Type"]), (422, "application/json"), "a failure there")


def check_upstream_that_dies(front, upstream):
    stream = Stream(front, "/api/v1/ticks?count=100000&interval_ms=20")
    stream.next()
    upstream.kill()
    events, is_cut = stream.to_end()
    equal(is_cut, True, "a stream whose upstream dies does not end as a whole one")
    equal(events[-1]["event"], "error", "its last event")
    told = json.loads(events[-1]["data"])
    equal(told["status"], 502, "the status in it")
    expect(f"127.0.0.1:{upstream.port}" in told["message"], "it names the upstream", told)
    refused = ask(front, "GET", "/api/v1/items/3")
    equal(refused.status, 502, "a request while the upstream is dead")
    expect(f"127.0.0.1:{upstream.port}" in refused.json()["message"], "the answer names the upstream", refused)


def run(python, program, _):
    with fastapi(python) as upstream, Framex(program, FORCED.format(url=upstream.url)) as front:
        check_soon(front)
        check_clients_that_leave(front, upstream)
        check_lines(front)
        check_forced(front, upstream)
        check_upstream_that_dies(front, upstream)
        with fastapi(python, upstream.port):
            equal(ask(front, "GET", "/api/v1/items/3").status, 200, "the upstream is back")
