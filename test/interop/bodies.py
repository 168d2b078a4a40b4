"""Bodies of 200 MB through framex, unchanged, while its memory stays what it was."""
import hashlib
import http.client

from forwarding import BEHIND
from peers import LONGEST, Framex, ask, equal, expect, fastapi

PIECE = bytes(range(256)) * 256  # 64 KB
PIECES = 3200  # 200 MB
GROWTH = 16 << 20  # octets that the memory of framex may grow by


def digest_of(pieces):
    digest = hashlib.sha256()
    for _ in range(pieces):
        digest.update(PIECE)
    return digest.hexdigest()


def check_upload(front):
    """Several files in one form, whose size nobody tells."""
    files = [("a.bin", PIECES // 2), ('b "漢".bin', PIECES // 2), ("empty.bin", 0)]

    def form():
        for name, pieces in files:
            name = name.replace('"', "%22")
            yield (f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
                "Content-Type: application/x-test\r\n\r\n").encode()
            for _ in range(pieces):
                yield PIECE
            yield b"\r\n"
        yield b"--x--\r\n"

    answer = ask(front, "POST", "/api/v1/upload", form(), {"Content-Type": "multipart/form-data; boundary=x",
        "Title": "three"})
    equal(answer.status, 200, f"a form of three files: {answer}")
    seen = answer.json()
    equal(seen["title"], "three", "a header beside a form")
    equal([(each["filename"], each["size"], each["sha256"]) for each in seen["files"]],
        [(name.replace('"', "%22"), pieces * len(PIECE), digest_of(pieces)) for name, pieces in files], "the files")
    equal(seen["files"][0]["type"], "application/x-test", "the type of a file")


def check_octets(front):
    answer = ask(front, "POST", "/api/v1/octets", (PIECE for _ in range(PIECES)),
        {"Content-Type": "application/octet-stream", "Content-Length": str(PIECES * len(PIECE))})
    equal(answer.json(), {"size": PIECES * len(PIECE), "sha256": digest_of(PIECES)}, "octets")


def check_download(front):
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=LONGEST)
    connection.request("GET", f"/api/v1/download?pieces={PIECES}")
    answer, digest = connection.getresponse(), hashlib.sha256()
    equal(answer.headers["Transfer-Encoding"], "chunked", "a download of unknown length")
    while piece := answer.read(1 << 20):
        digest.update(piece)
    connection.close()
    equal(digest.hexdigest(), digest_of(PIECES), "a download")


def run(python, program, _):
    with fastapi(python) as upstream, Framex(program, BEHIND.format(url=upstream.url)) as front:
        ask(front, "POST", "/api/v1/octets", b"few", {"Content-Type": "text/plain"})
        before = front.peak()
        for check in (check_upload, check_octets, check_download):
            check(front)
            print(f"{check.__name__}: {(front.peak() - before) / 1e6:.1f} MB more than {before / 1e6:.1f} MB")
        expect(front.peak() - before < GROWTH, "the memory of framex grew", front.peak() - before)
