"""framex beside the programs that it is to work with: FastAPI, and the Python package framex-kit.

interop.py CASE FOLDER PROGRAM [PLUGIN]

CASE is the name of a module beside this one. FOLDER keeps the packages; when they cannot be had, the test is skipped.
"""
import importlib
import subprocess
import sys
import time
from pathlib import Path

from peers import HERE

SKIPPED = 77
# framex-kit imports yaml, but does not ask for it.
PACKAGES = ["framex-kit==0.4.2", "pyyaml==6.0.4", "fastapi==0.165.0", "uvicorn==0.54.0", "httptools==0.9.0",
    "python-multipart==0.0.34", "websockets==17.4"]


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def python_with_packages(folder):
    interpreter, done = folder / "bin" / "python", folder / "installed"
    if not done.exists() or done.read_text() != str(PACKAGES):
        for command in [[sys.executable, "-m", "venv", "--clear", folder],
                [interpreter, "-m", "pip", "install", "--disable-pip-version-check", *PACKAGES]]:
            made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if made.returncode:
                skip(f"{' '.join(map(str, command[:4]))} ended with {made.returncode}: {made.stdout.strip()[-300:]}")
        done.write_text(str(PACKAGES))
    return interpreter


def main():
    name, folder, *words = sys.argv[1:]
    python = python_with_packages(Path(folder).resolve() / "python")
    sys.path.insert(0, str(HERE))
    begin = time.monotonic()
    importlib.import_module(name).run(python, *words)
    print(f"{name}: {time.monotonic() - begin:.1f} s")


main()
