"""A wrong program fails with its sentence, the right one beside it compiles: check.py FILE COMPILER [FLAG...]

The first line of FILE is `// expect: SENTENCE`; the first error of the compiler must contain it. With FRAMEX_RIGHT
defined the file holds the right program.
"""
import re
import subprocess
import sys


def compile_with(flags):
    return subprocess.run(
        [*compiler, "-fsyntax-only", *flags, source], stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)


source, *compiler = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    first = file.readline()
if not first.startswith("// expect: framex: "):
    sys.exit(f"{source}:1: the first line must be `// expect: framex: SENTENCE`")
sentence = first.removeprefix("// expect: ").strip()

right = compile_with(["-DFRAMEX_RIGHT"])
if right.returncode != 0:
    sys.exit(f"{source}: the right program does not compile:\n{right.stderr}")
wrong = compile_with([])
if wrong.returncode == 0:
    sys.exit(f"{source}: the wrong program compiles")
errors = re.findall(r"^.*\berror: .*$", wrong.stderr, re.M)
plain = [error.replace('\\"', '"') for error in errors]
if not plain or sentence not in plain[0]:
    place = next((i for i, error in enumerate(plain) if sentence in error), None)
    where = "nowhere" if place is None else f"only in error {place + 1}"
    sys.exit(f"{source}: the sentence is {where} among the errors:\n" + "\n".join(errors))
