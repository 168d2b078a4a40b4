"""Runs the console examples of pages and compares what they print.

replies.py PAGE... -- PROGRAM [ARGUMENT...]

The program is started once and must print the address it listens on. In every ```console block of a .md page, and in
the whole of any other file, each line `$ curl ...` or `$ framex ...` is run by the shell; the lines up to the next `$`
are what it must print. localhost:8080 stands for the program's address; times are not compared.
"""
import os
import re
import shlex
import signal
import subprocess
import sys
import threading

START_SECONDS = 30
COMMAND_SECONDS = 30
MASKS = [
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d"), "<time>"),
    (re.compile(r"(?im)^date: .*$"), "Date: <time>"),
]


def masked(text):
    text = text.replace("\r", "")
    for pattern, mask in MASKS:
        text = pattern.sub(mask, text)
    return text.strip("\n")


def console_parts(path, text):
    """Pairs of a line number and the text of what is a console there."""
    if not path.endswith(".md"):
        return [(1, text)]
    blocks = re.finditer(r"^```console\n(.*?)^```", text, re.S | re.M)
    return [(text.count("\n", 0, block.start()) + 2, block[1]) for block in blocks]


def examples(path):
    """Triples of a line number, a command and its expected output."""
    with open(path, encoding="utf-8") as page:
        text = page.read()
    for first, part in console_parts(path, text):
        found = None
        lines = iter(enumerate(part.splitlines(), first))
        for number, line in lines:
            if line.startswith("$ "):
                if found:
                    yield found
                command = line[2:]
                while command.endswith("\\"):
                    command = command[:-1] + next(lines)[1].lstrip("> ")
                found = (number, command, "")
            elif found:
                found = (found[0], found[1], found[2] + line + "\n")
        if found:
            yield found


class service:
    """The program under test, ended with the block it serves."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)
        self.output = []
        self.address = None
        self.listening = threading.Event()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.output.append(line)
            found = re.search(r"https?://((?:127\.0\.0\.1|localhost):\d+)", line)
            if found and not self.address:
                self.address = found[1]
                self.listening.set()
        self.listening.set()

    def __enter__(self):
        self.listening.wait(START_SECONDS)
        if not self.address:
            self.process.kill()
            sys.exit("the program did not say where it listens; it printed:\n" + "".join(self.output))
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            sys.exit("the program did not end within 15 s of SIGTERM")
        if code != 0:
            sys.exit(f"the program ended with {code}; it printed:\n" + "".join(self.output))


def main():
    split = sys.argv.index("--")
    pages, program = sys.argv[1:split], sys.argv[split + 1:]
    program[0] = os.path.abspath(program[0])
    ran = failed = 0
    with service(program) as server:
        for page in pages:
            for line, command, expected in examples(page):
                if not command.startswith(("curl ", "framex ")):
                    continue
                command = re.sub(r"^framex ", shlex.quote(program[0]) + " ", command)
                command = command.replace("localhost:8080", server.address)
                run = subprocess.run(["bash", "-c", command], capture_output=True, text=True,
                    timeout=COMMAND_SECONDS, stdin=subprocess.DEVNULL, cwd=os.path.dirname(os.path.abspath(page)))
                ran += 1
                found = run.stdout.replace(server.address, "localhost:8080")
                if masked(found) != masked(expected):
                    failed += 1
                    print(f"{page}:{line}: $ {command}\nexpected:\n{expected}found:\n{found}{run.stderr}")
    print(f"{ran} commands, {failed} differ")
    sys.exit(failed != 0 or ran == 0)


main()
