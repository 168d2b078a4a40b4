"""The FastAPI service that the tests put framex in front of."""
import asyncio
import hashlib
import json
import os
import time
from typing import Annotated

from fastapi import Cookie, FastAPI, Header, HTTPException, Query, Request, Response, UploadFile, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel, Field

PIECE = bytes(range(256)) * 256  # 64 KB

app = FastAPI(title="Shop")  # its document is /openapi.json
living = 0  # streams whose generators have not ended


class Item(BaseModel):
    name: str = Field(max_length=20)
    price: float = 1.5
    tags: list[str] = []
    note: str | None = None


@app.get("/api/v1/items/{item_id}")
def read(request: Request, item_id: int, q: Annotated[list[str], Query()] = [], note: str | None = None,
        x_token: Annotated[str | None, Header()] = None, session: Annotated[str | None, Cookie()] = None):
    return {"id": item_id, "q": q, "note": note, "x_token": x_token, "session": session,
        "query": request.url.query, "headers": dict(request.headers)}


@app.get("/api/v1/files/{rest:path}")
def file(rest: str):
    return {"rest": rest}


@app.post("/api/v1/items", status_code=201)
def create(item: Item, response: Response):
    response.headers["Location"] = "/api/v1/items/7"
    response.headers.append("Set-Cookie", "a=1")
    response.headers.append("Set-Cookie", "b=2")
    return item


@app.put("/api/v1/items/{item_id}")
def replace(item_id: int, item: Item):
    return {"id": item_id, "put": item}


@app.patch("/api/v1/items/{item_id}")
def change(item_id: int, changes: dict[str, str]):
    return {"id": item_id, "patch": changes}


@app.delete("/api/v1/items/{item_id}", status_code=204)
def remove(item_id: int):
    return Response(status_code=204)


@app.get("/api/v1/cached")
def cached(if_none_match: Annotated[str | None, Header()] = None):
    if if_none_match == '"seven"':
        return Response(status_code=304, headers={"ETag": '"seven"'})
    return JSONResponse({"n": 7}, headers={"ETag": '"seven"'})


@app.get("/api/v1/missing")
def missing():
    raise HTTPException(404, {"why": "sold out"})


@app.get("/api/v1/teapot")
def teapot():
    raise HTTPException(418, "short and stout", {"X-Reason": "tea"})


@app.get("/api/v1/moved")
def moved():
    return RedirectResponse("/api/v1/items/1", 307)


@app.get("/api/v1/guarded")
def guarded(authorization: Annotated[str | None, Header()] = None):
    if authorization != "shop-key":
        raise HTTPException(401, "no key")
    return "open"


@app.get("/api/v1/internal/secret")
def secret():
    return "secret"


# ---- large bodies

@app.post("/api/v1/upload")
async def upload(files: list[UploadFile], title: Annotated[str, Header()] = ""):
    seen = []
    for each in files:
        digest, size = hashlib.sha256(), 0
        while piece := await each.read(1 << 20):
            digest.update(piece)
            size += len(piece)
        seen.append({"filename": each.filename, "type": each.content_type, "size": size, "sha256": digest.hexdigest()})
    return {"files": seen, "title": title}


@app.post("/api/v1/octets")
async def octets(request: Request):
    digest, size = hashlib.sha256(), 0
    async for piece in request.stream():
        digest.update(piece)
        size += len(piece)
    return {"size": size, "sha256": digest.hexdigest()}


@app.get("/api/v1/download")
async def download(pieces: int):
    async def body():
        for _ in range(pieces):
            yield PIECE

    return StreamingResponse(body(), media_type="application/octet-stream")


# ---- streams

async def events(count, interval_ms):
    global living
    living += 1
    try:
        for number in range(1, count + 1):
            yield f"event: tick\nid: {number}\ndata: {json.dumps({'number': number, 'made': time.time() * 1000})}\n\n"
            await asyncio.sleep(interval_ms / 1000)
        yield "event: finish\ndata: {}\n\n"
    finally:
        living -= 1


@app.get("/api/v1/ticks")
async def ticks(count: int, interval_ms: int = 0):
    return StreamingResponse(events(count, interval_ms), media_type="text/event-stream")


@app.get("/api/v1/untyped")
async def untyped(count: int):
    return StreamingResponse(events(count, 0))


@app.get("/api/v1/lines")
async def lines(count: int):
    async def body():
        for number in range(1, count + 1):
            yield json.dumps({"number": number}) + "\n"

    return StreamingResponse(body(), media_type="application/x-ndjson")


@app.get("/api/v1/living")
def tell_living() -> int:
    return living


# ---- WebSockets, which no document describes

closed = []  # how the echoes have ended: code and reason


@app.websocket("/ws/echo")
async def echo(socket: WebSocket):
    wanted = socket.headers.get("sec-websocket-protocol", "").split(", ")
    await socket.accept("chat" if "chat" in wanted else None)
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                closed.append([message["code"], message.get("reason") or ""])
                return
            if message.get("text") is not None:
                await socket.send_text(message["text"])
            else:
                await socket.send_bytes(message["bytes"])
    except WebSocketDisconnect as end:
        closed.append([end.code, end.reason or ""])


@app.websocket("/ws/say/{count}")
async def say(socket: WebSocket, count: int, size: int = 1):
    await socket.accept()
    for number in range(count):
        await socket.send_bytes(number.to_bytes(4, "big") * size)
    await socket.close(4002, "said all")


@app.websocket("/ws/refused")
async def refused(socket: WebSocket):
    await socket.close(4003)


@app.get("/api/v1/closed")
def tell_closed():
    return closed


# ---- what the document says changes

@app.post("/api/v1/grow")
async def grow(path: str, instead_of: str | None = None):
    app.router.routes[:] = [each for each in app.router.routes if each.path != instead_of]
    app.add_api_route(path, lambda: path, methods=["GET"])
    app.openapi_schema = None


# ---- simple enough for every importer

class Pair(BaseModel):
    left: int
    right: int = 2


@app.get("/api/v1/base/version")
def version() -> str:
    return "fastapi"


@app.get("/api/v1/base/process")
def process() -> int:
    return os.getpid()


@app.get("/api/v1/base/greet")
def greet(name: str, times: int):
    return {"status": 200, "message": "success", "timestamp": "2026-11-28 10:00:00", "data": f"{name} " * times}


@app.post("/api/v1/base/match")
def match(model: Pair):
    return {"status": 200, "message": "success", "timestamp": "2026-11-28 10:00:00", "data": model.left + model.right}


@app.get("/api/v1/base/refused")
def refused():
    return {"status": 403, "message": "not you", "timestamp": "2026-11-28 10:00:00", "data": None}
