"""The plugins of the examples stay short: tokens of C++, comments not counted."""
import re

from sources import read

LIMITS = {
    "example/hello/hello.hpp": 100,
    "example/orders/orders.hpp": 250,
    "example/ticker/ticker.hpp": 170,
    "example/upload/upload.hpp": 160,
    "example/invoker/invoker.hpp": 225,
    "example/gateway/gateway.hpp": 270,
    "example/embed/main.cpp": 290,
}
TOKEN = re.compile(r"""
      //[^\n]* | /\*.*?\*/ | \s+                      # no tokens
    | (?P<token>
        \#[^\n]*                                      # a directive counts as one
      | (?:u8|[uUL])?R"(?P<mark>[^(]*)\(.*?\)(?P=mark)" | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*'
      | \d[\w.']* | [A-Za-z_]\w*
      | <=>|->\*|\.\.\.|<<=|>>=|::|->|\+\+|--|[-+*/%&|^=!<>]=|&&|\|\||<<|>>|. )
    """, re.S | re.X)


def count(text):
    return sum(1 for found in TOKEN.finditer(text) if found["token"])


def problems(root):
    found = []
    for path, limit in LIMITS.items():
        tokens = count(read(root, path))
        if tokens > limit:
            found.append(f"{path}: {tokens} tokens, {limit} are the limit: shorten the API, not the names")
    return found
