"""A plain FastAPI service behind framex: what is asked arrives, and what is answered comes back."""
import re

from peers import HERE, Framex, ask, equal, expect, fastapi

# The first configuration of the page, a key, and ids.
BEHIND = re.search(r"```toml\n(.*?)```", (HERE.parents[1] / "doc" / "proxy.md").read_text(), re.S)[1].replace(
    "http://127.0.0.1:9000", "{url}") + """
[plugins.proxy.auth.rules]
"/api/v1/guarded" = ["shop-key"]
[log]
access = true
"""


def check_parameters(front):
    seen = ask(front, "GET", "/api/v1/items/3?q=a%20b&q=%E6%BC%A2&q=&note=gr%C3%BCn+%26", headers={"X-Token": "t1",
        "Cookie": "session=s1", "Authorization": "a client's", "X-Other": "o", "X-Forwarded-For": "6.6.6.6"}).json()
    equal(seen["id"], 3, "the path parameter")
    equal(seen["q"], ["a b", "漢", ""], "a list in the query")
    equal(seen["note"], "grün &", "a text in the query")
    equal(seen["query"], "q=a%20b&q=%E6%BC%A2&q=&note=gr%C3%BCn+%26", "the query as it was written")
    equal(seen["x_token"], "t1", "a header parameter")
    headers = seen["headers"]
    equal(headers["x-other"], "o", "another header")
    equal(headers["x-forwarded-for"], "127.0.0.1", "the address of the client")
    equal(headers["x-forwarded-host"], f"127.0.0.1:{front.port}", "the host that was asked for")
    expect("authorization" not in headers, "the client's key stays behind", headers)
    answer = ask(front, "GET", "/api/v1/items/3")
    nothing = answer.json()
    equal(nothing["headers"]["x-request-id"], answer.headers["X-Request-ID"], "one id in both logs")
    equal([nothing["q"], nothing["note"], nothing["x_token"]], [[], None, None], "parameters that are left out")
    equal(ask(front, "GET", "/api/v1/files/b%20%E6%BC%A2.txt").json(), {"rest": "b 漢.txt"}, "a path with other letters")


def check_cookies(front):
    seen = ask(front, "GET", "/api/v1/items/3", headers={"Cookie": "session=s1; other=o"}).json()
    equal(seen["session"], "s1", "a cookie parameter")
    expect("other" not in seen["headers"].get("cookie", ""), "cookies that are no parameters stay behind", seen)


def check_methods(front):
    made = ask(front, "POST", "/api/v1/items", {"name": "n", "note": None, "tags": ["漢"]})
    equal(made.status, 201, "the status of what is made")
    equal(made.headers["Location"], "/api/v1/items/7", "Location")
    equal(made.headers.get_all("Set-Cookie"), ["a=1", "b=2"], "two cookies")
    equal(made.json(), {"name": "n", "price": 1.5, "tags": ["漢"], "note": None}, "POST")
    equal(ask(front, "PUT", "/api/v1/items/2", {"name": "n"}).json()["put"]["name"], "n", "PUT")
    equal(ask(front, "PATCH", "/api/v1/items/2", {"a": "b"}).json(), {"id": 2, "patch": {"a": "b"}}, "PATCH")
    gone = ask(front, "DELETE", "/api/v1/items/2")
    equal((gone.status, gone.body), (204, b""), "DELETE")
    refused = ask(front, "POST", "/api/v1/items/2")
    equal(refused.status, 405, "a method that the upstream does not have")
    equal(sorted(refused.headers["Allow"].split(", ")), ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT"], "Allow")


def check_answers(front, upstream):
    """Answers are those of the upstream, to the octet."""
    for method, path, body in [("GET", "/api/v1/items/no?q=1", None), ("POST", "/api/v1/items", {"name": "n" * 30, "price": "x"}),
            ("GET", "/api/v1/missing", None), ("GET", "/api/v1/teapot", None), ("GET", "/api/v1/cached", None)]:
        there, here = ask(upstream, method, path, body), ask(front, method, path, body)
        equal((here.status, here.body), (there.status, there.body), f"{method} {path}")
        equal(here.headers["Content-Type"], there.headers["Content-Type"], f"the type of {path}")
    equal(ask(front, "GET", "/api/v1/items/no").status, 422, "a validation error")
    equal(ask(front, "GET", "/api/v1/teapot").headers["X-Reason"], "tea", "a header of an error")
    known = ask(front, "GET", "/api/v1/cached", headers={"If-None-Match": '"seven"'})
    equal((known.status, known.headers["ETag"], known.body), (304, '"seven"', b""), "what the client has already")
    head = ask(front, "HEAD", "/api/v1/cached")
    expect(head.status in (200, 405) and not head.body, "HEAD is answered without a body", head)
    moved = ask(front, "GET", "/api/v1/moved")
    equal((moved.status, moved.headers["Location"]), (307, "/api/v1/items/1"), "a redirect goes to the client")


def check_rules(front, upstream):
    equal(ask(upstream, "GET", "/api/v1/guarded").status, 401, "the upstream wants its key")
    equal(ask(front, "GET", "/api/v1/guarded").json(), "open", "the configured key goes along")
    equal(ask(front, "GET", "/api/v1/internal/secret").status, 404, "what is disabled")
    equal(ask(front, "GET", "/api/v1/internal%2Fsecret").status, 404, "what is disabled, spelled otherwise")


def check_document(front):
    document = ask(front, "GET", "/api/v1/openapi.json").json()
    read = document["paths"]["/api/v1/items/{item_id}"]
    equal(sorted(read), ["delete", "get", "patch", "put"], "the methods of a path in the merged document")
    equal([each["name"] for each in read["get"]["parameters"]], ["item_id", "q", "note", "x-token", "session"], "its parameters")
    expect("Item" in document["components"]["schemas"], "schemas go along", document["components"])
    expect("/api/v1/internal/secret" not in document["paths"], "what is disabled is not in the document")


def run(python, program, _):
    with fastapi(python) as upstream, Framex(program, BEHIND.format(url=upstream.url)) as front:
        check_parameters(front)
        check_cookies(front)
        check_methods(front)
        check_answers(front, upstream)
        check_rules(front, upstream)
        check_document(front)
