"""A plugin of framex-kit, for both directions: what framex imports, and what calls framex."""
import hashlib
from collections.abc import AsyncGenerator

from fastapi import HTTPException, UploadFile
from framex.plugin import BasePlugin, PluginMetadata, on_register, on_request
from framex.utils import StreamEnventType, make_stream_event
from pydantic import BaseModel

__plugin_meta__ = PluginMetadata(name="kit_shop", version="1", description="shop", author="framex", url="",
    required_remote_apis=[])


class Order(BaseModel):
    sku: str
    count: int = 1


@on_register()
class Shop(BasePlugin):
    @on_request("/kit/price", methods=["GET"])
    async def price(self, sku: str, count: int) -> str:
        return f"{count} {sku}"

    @on_request("/kit/order", methods=["POST"])
    async def order(self, model: Order) -> Order:
        return model

    @on_request("/kit/photo", methods=["POST"])
    async def photo(self, files: list[UploadFile]) -> dict:
        return {each.filename: hashlib.sha256(await each.read()).hexdigest() for each in files}

    @on_request("/kit/ticks", methods=["GET"], stream=True)
    async def ticks(self, count: int) -> AsyncGenerator[str, None]:
        for number in range(count):
            yield make_stream_event(StreamEnventType.MESSAGE_CHUNK, str(number))
        yield make_stream_event(StreamEnventType.FINISH)

    @on_request("/kit/sold_out", methods=["GET"])
    async def sold_out(self) -> str:
        raise HTTPException(410, "sold out")
