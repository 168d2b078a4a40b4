"""Reads a chat with the openai package: read_openai.py URL. Tells each chunk as a line of JSON; at the end why it ended."""
import json
import sys
import time

import openai

client = openai.OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0)
try:
    reason = None
    stream = client.chat.completions.create(model="clock", messages=[{"role": "user", "content": "?"}], stream=True)
    for chunk in stream:
        if chunk.choices[0].delta.content:
            print(json.dumps({**json.loads(chunk.choices[0].delta.content), "seen": time.time() * 1000}), flush=True)
        reason = chunk.choices[0].finish_reason
    print(json.dumps({"ended": reason}))
except Exception as why:
    print(json.dumps({"broken": type(why).__name__}))
