"""talk.py CASE URL: what a client of WebSockets expects of the service at URL, api.py or a proxy before it."""
import asyncio
import random
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

LARGE = 10 << 20


def equal(seen, wanted, what):
    assert seen == wanted, f"{what}: expected {wanted!r:.200}, seen {seen!r:.200}"


def socket(url, path="/ws/echo", **more):
    return connect(url + path, max_size=None, proxy=None, **more)


async def messages(url):
    octets = random.Random(7).randbytes(LARGE)
    for compression in ["deflate", None]:
        async with socket(url, compression=compression, subprotocols=["other", "chat"]) as to:
            equal(to.subprotocol, "chat", "the subprotocol")
            for message in ["", "a", "漢字 ü", "x" * 70_000, b"", b"\x00\xff\r\n\r\n0\r\n\r\n", octets]:
                await to.send(message)
                equal(await to.recv(), message, "a message")
            await asyncio.gather(to.send(octets), *(to.send(str(n)) for n in range(100)))
            equal(len([await to.recv() for _ in range(101)]), 101, "messages that are sent at once")


async def pings(url):
    async with socket(url, ping_interval=None) as to:
        await asyncio.wait_for(await to.ping(b"payload"), 10)
        await asyncio.sleep(1)  # the server pings every 200 ms, and closes what does not answer
        await to.send("still here")
        equal(await to.recv(), "still here", "after a silence")


async def closes(url):
    to = await socket(url)
    await to.send("last")
    equal(await to.recv(), "last", "a message")
    await to.close(4001, "by the client")
    equal((to.close_code, to.close_reason), (4001, "by the client"), "the client's end")
    to = await socket(url, "/ws/say/3?size=2")
    seen = []
    try:
        while True:
            seen.append(await to.recv())
    except ConnectionClosed as end:
        equal((end.rcvd.code, end.rcvd.reason), (4002, "said all"), "the server's end")
    equal(seen, [n.to_bytes(4, "big") * 2 for n in range(3)], "what came before it")


async def refusals(url):
    for path in ["/ws/refused", "/ws/none"]:
        try:
            await socket(url, path)
        except InvalidStatus as refused:
            equal(refused.response.status_code, 403, path)
        else:
            raise AssertionError(f"{path} is open")


async def many(url):
    async def one(number):
        async with socket(url) as to:
            for round in range(10):
                await to.send(f"{number} {round}")
                equal(await to.recv(), f"{number} {round}", "an echo")

    await asyncio.gather(*(one(number) for number in range(50)))


async def slow_reader(url):
    async with socket(url, "/ws/say/300?size=262144", compression=None, max_queue=1, ping_interval=None) as to:
        await asyncio.sleep(1)
        for number in range(300):
            message = await to.recv()
            equal((len(message), message[:4]), (1 << 20, number.to_bytes(4, "big")), "a message")


async def upstream_dies(url):
    async with socket(url) as to:
        await to.send("x")
        equal(await to.recv(), "x", "a message")
        print("open", flush=True)
        try:
            await asyncio.wait_for(to.recv(), 30)
        except ConnectionClosed:
            return
    raise AssertionError("the tunnel did not end")


asyncio.run(globals()[sys.argv[1]](sys.argv[2]))
