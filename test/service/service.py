"""The program under test as a child process, for the tests that reach it over sockets only."""
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path


class Service:
    """A running `framex run`; leaving the block ends it, and judges how it ended.

    `core`: the only processor it may use. `descriptors`: how many files it may have open. `environment`: the whole of it,
    this process' own when None. `codes`: what it may end with. What the program prints goes to the file `printed`.
    """

    def __init__(self, program, *words, core=None, descriptors=None, environment=None, codes=(0,)):
        self.codes = codes
        self.folder = tempfile.TemporaryDirectory(prefix="framex-service-")
        self.printed = Path(self.folder.name) / "printed"
        command = [os.path.abspath(program), "run", "--host", "127.0.0.1", "--port", "0", "--print-port", *map(str, words)]

        def bound():
            if core is not None:
                os.sched_setaffinity(0, {core})
            if descriptors is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        with open(self.printed, "wb") as to:
            self.process = subprocess.Popen(command, stdout=to, stderr=to, stdin=subprocess.DEVNULL,
                env=environment, cwd=self.folder.name, preexec_fn=bound)
        self.port = self._announced_port()

    def _announced_port(self):
        for _ in range(1500):
            said = re.search(r"^(\d+)$", self.text(), re.MULTILINE)
            if said:
                return int(said[1])
            if self.process.poll() is not None:
                sys.exit(f"the service ended with {self.process.returncode} before it listened:\n{self.text()}")
            threading.Event().wait(0.02)
        self.process.kill()
        sys.exit(f"the service did not listen within 30 s:\n{self.text()}")

    def text(self):
        return self.printed.read_text(errors="replace")

    def ended(self):
        """How the process ended although nobody told it to; None while it lives."""
        return self.process.poll()

    def resident(self):
        """Its resident memory in octets."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize()

    def peak(self):
        """The most resident memory that it has had, in octets."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def open_files(self):
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def stop(self):
        """Ends it; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        code = self.stop()
        text = self.text()
        self.folder.cleanup()
        if kind is None and code not in self.codes:
            sys.exit(f"the service ended with {code}:\n{text[-4000:]}")
