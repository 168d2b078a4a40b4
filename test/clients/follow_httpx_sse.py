"""Follows the feed with httpx-sse: follow_httpx_sse.py URL. Tells each event as a line of JSON with the time it was seen."""
import json
import sys
import time

import httpx
from httpx_sse import connect_sse

last = {}
with httpx.Client(timeout=30) as client:
    while True:
        try:
            with connect_sse(client, "GET", sys.argv[1], headers=last) as source:
                for event in source.iter_sse():
                    last = {"Last-Event-ID": event.id}
                    if event.data:
                        print(json.dumps({**event.json(), "seen": time.time() * 1000}), flush=True)
        except httpx.TransportError:
            time.sleep(0.01)
