"""Installs the built tree, and uses what is installed as a stranger does, with several compilers.

package.py BUILD_FOLDER EXAMPLE -- COMPILER...

The first compiler builds the plugin `sink`, the last one the plugin `source`. The installed program then serves both,
and is asked over sockets. EXAMPLE is a program that embeds framex: the first compiler builds it by find_package(), the
last one by pkg-config.
"""
import concurrent.futures
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
STREAM_SUM = sum(range(1, 101))


def run(*command, **options):
    """The output of a command that must succeed."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL, text=True, timeout=120, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: expected {wanted!r}, found {found!r}")


def build_consumer(compiler, plugin, prefix, folder, *options):
    """The folder with what `compiler` builds against the installed framex, checked as far as it runs alone."""
    run("cmake", "-G", "Ninja", "-S", HERE / "consumer", "-B", folder, f"-DCMAKE_CXX_COMPILER={compiler}",
        f"-DCMAKE_PREFIX_PATH={prefix}", f"-DPLUGIN={plugin}", *options)
    run("cmake", "--build", folder)
    expect(f"executors, built by {compiler}", run(folder / "executors"), "right\n")
    return folder / f"{plugin}.so"


def check_embedding(program):
    expect(program, json.loads(run(program))["data"], "Hello, Asio!")


def check_pkg_config(compiler, prefix, example, folder):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(next(prefix.rglob("framex.pc")).parent)}
    flags = run("pkg-config", "--cflags", "--libs", "framex", env=environment).split()
    program = folder / "embed_by_pkg_config"
    run(compiler, example, "-o", program, *flags)
    check_embedding(program)


class service:
    """The installed program with plugins, ended with the block it serves."""

    def __init__(self, program, plugins, *more, **where):
        options = [word for plugin in plugins for word in ("--load-plugins", str(plugin))] + list(more)
        self.process = subprocess.Popen([program, "run", "--host", "127.0.0.1", "--port", "0", *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, **where)

    def __enter__(self):
        said = self.until("http://")
        self.port = int(re.search(r"http://127\.0\.0\.1:(\d+)", said)[1])
        return self

    def until(self, text):
        """What the program prints until a line holds `text`; ctest's time limit ends the wait."""
        said = ""
        for line in self.process.stdout:
            said += line
            if text in line:
                return said
        sys.exit(f"the program ended without saying {text!r}; it printed:\n{said}")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        expect("the end of the program", self.process.wait(15), 0)

    def open(self, path, body=None, headers={}):
        """The connection and the response, whose body may be unread."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        connection.request("POST" if body else "GET", f"/api/v1/{path}", body, headers)
        return connection, connection.getresponse()

    def ask(self, path, body=None, headers={}):
        """The status and the text of an answer."""
        connection, response = self.open(path, body, headers)
        text = response.read().decode()
        connection.close()
        return response.status, text

    def data(self, path, body=None, headers={}):
        status, text = self.ask(path, body, headers)
        return json.loads(text)["data"] if status == 200 else (status, text)


def check_once(server):
    """Values, streams, exceptions, uploads and cancellation, from the host to a plugin and on to another one."""
    expect("hello", server.data("source/hello?name=Ada"), "Hello, Ada!")
    expect("hello by another plugin", server.data("sink/hello?name=" + "A" * 100), "Hello, " + "A" * 100 + "!")
    expect("an exception", server.ask("source/refuse?status=418")[0], 418)
    expect("an exception in another plugin", server.data("sink/refused?status=409"), 409)
    status, text = server.ask("source/numbers?count=100")
    expect("a stream", (status, sum(json.loads(line)["value"] for line in text.splitlines())), (200, STREAM_SUM))
    expect("a stream into another plugin", server.data("sink/sum?count=100"), STREAM_SUM)
    expect("a stream that is given up", server.data("sink/impatient"), "Connection timed out")
    form = '--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + "f" * 50_000 + "\r\n--x--\r\n"
    expect("an upload", server.data("source/measure", form, {"Content-Type": "multipart/form-data; boundary=x"}), 50_000)
    connection, response = server.open("source/numbers?count=10000000")
    expect("the begin of a stream", json.loads(response.readline()), {"value": 1})
    response.close()
    connection.close()  # a client that leaves


def check_service(program, plugins):
    with service(program, plugins) as server:
        with concurrent.futures.ThreadPoolExecutor(8) as clients:
            list(clients.map(lambda _: check_once(server), range(40)))
        for _ in range(100):  # the host notices departures a moment later
            guests = server.data("source/guests")
            if guests == 0:
                break
            signal.sigtimedwait([], 0.05)
        expect("streams that live on", guests, 0)


def check_new_plugin(prefix, folder):
    """`framex plugin new`, the commands that it prints, a first reply, and what is saved while it serves."""
    framex = prefix / "bin" / "framex"
    begin = time.monotonic()
    told = run(framex, "plugin", "new", "shop", cwd=folder)
    enter, build, serve = [line.strip() for line in told.split("next:\n")[1].splitlines()]
    expect("where to go", enter, "cd shop")
    expect("what to start", serve, "framex run --reload")
    run("sh", "-c", build, cwd=folder / "shop")
    with service(framex, [], "--reload", cwd=folder / "shop") as server:
        expect("the first reply", server.data("shop?name=Ada"), "Hello, Ada!")
        print(f"plugin new to the first reply: {time.monotonic() - begin:.1f} s")
        check_reload(server, folder / "shop" / "shop.hpp")


def check_reload(server, source):
    """A stream that is open all the time, two saves that are served, and one between them that does not build."""
    text = source.read_text()
    streaming = text.replace("    static void define", """
    framex::async_generator<std::string> ticks()
    {
        for (;;) {
            co_await framex::sleep_for(std::chrono::milliseconds(10));
            co_yield "old ";
        }
    }
    static void define""").replace('{\n        api.get("/shop"', '{\n        api.get("/ticks", &shop::ticks);\n        api.get("/shop"')
    server.until("watching")
    begin = time.monotonic()
    source.write_text(streaming.replace("Hello", "Hi"))
    server.until("took over")
    expect("an answer of what was saved", server.data("shop?name=Ada"), "Hi, Ada!")
    print(f"from save to answer: {time.monotonic() - begin:.1f} s")
    connection, stream = server.open("ticks")
    expect("a stream", stream.read(8), b"old old ")

    source.write_text(streaming.replace("Hello", "nobody").replace('"nobody, "', "nobody"))
    said = server.until("go on serving")
    if "FX0308" not in said or "shop.hpp:" not in said or "nobody" not in said:
        sys.exit(f"a failed build does not show its error; said:\n{said}")
    expect("an answer after a failed build", server.data("shop?name=Ada"), "Hi, Ada!")

    source.write_text(streaming.replace("Hello", "Hoi").replace('"old "', '"new "'))
    server.until("took over")
    expect("an answer after the mend", server.data("shop?name=Ada"), "Hoi, Ada!")
    end = time.monotonic() + 0.5
    while time.monotonic() < end:  # what had come before the change, and what comes now
        expect("the stream that was open", stream.read(8), b"old old ")
    connection.close()
    connection, stream = server.open("ticks")
    expect("a new stream", stream.read(8), b"new new ")
    connection.close()


def main():
    build, example = Path(sys.argv[1]), Path(sys.argv[2])
    compilers = sys.argv[sys.argv.index("--") + 1:]
    with tempfile.TemporaryDirectory(prefix="framex-package-") as name:
        folder = Path(name)
        prefix = folder / "prefix"
        run("cmake", "--install", build, "--prefix", prefix)
        sink = build_consumer(compilers[0], "sink", prefix, folder / "first", f"-DEMBED={example.resolve()}")
        source = build_consumer(compilers[-1], "source", prefix, folder / "last")
        check_service(prefix / "bin" / "framex", [sink, source])
        check_embedding(folder / "first" / "embed")
        check_pkg_config(compilers[-1], prefix, example, folder)
        check_new_plugin(prefix, folder)
    print(f"built by {' and '.join(compilers)}: all right")


main()
